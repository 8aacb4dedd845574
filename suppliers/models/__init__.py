"""What the app stores, split by what belongs together."""

from suppliers.models.certificates import Certificate, Evidence, RecognitionRule
from suppliers.models.clearances import Clearance
from suppliers.models.drops import GateDrop
from suppliers.models.duplicates import DuplicatePair, MatchKey, Merge
from suppliers.models.gate import Decision, GatePolicy, Review, Waiver
from suppliers.models.imports import ImportHeading, ImportRow, SupplierImport
from suppliers.models.people import Contact, Invitation, JoinRequest, new_nonce
from suppliers.models.reports import DecisionReport, SupplierReport, YearlyReport
from suppliers.models.risk import CountryImport, CountryValue, RiskModel, RiskRating
from suppliers.models.suppliers import Category, Site, Supplier
from suppliers.models.trials import Trial, TrialLine
from suppliers.models.versions import RuleVersion

__all__ = [
    "Category",
    "Certificate",
    "Clearance",
    "Contact",
    "CountryImport",
    "CountryValue",
    "Decision",
    "DecisionReport",
    "DuplicatePair",
    "Evidence",
    "GateDrop",
    "GatePolicy",
    "ImportHeading",
    "ImportRow",
    "Invitation",
    "JoinRequest",
    "MatchKey",
    "Merge",
    "RecognitionRule",
    "Review",
    "RiskModel",
    "RiskRating",
    "RuleVersion",
    "Site",
    "Supplier",
    "SupplierImport",
    "SupplierReport",
    "Trial",
    "TrialLine",
    "Waiver",
    "YearlyReport",
    "new_nonce",
]
