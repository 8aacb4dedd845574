"""What the app stores, split by what belongs together."""

from suppliers.models.certificates import Certificate, Evidence, RecognitionRule
from suppliers.models.gate import Decision, GatePolicy, Review, Waiver
from suppliers.models.people import Contact, Invitation, JoinRequest, new_nonce
from suppliers.models.reports import DecisionReport, SupplierReport, YearlyReport
from suppliers.models.risk import CountryValue, RiskModel, RiskRating
from suppliers.models.suppliers import Category, Site, Supplier

__all__ = [
    "Category",
    "Certificate",
    "Contact",
    "CountryValue",
    "Decision",
    "DecisionReport",
    "Evidence",
    "GatePolicy",
    "Invitation",
    "JoinRequest",
    "RecognitionRule",
    "Review",
    "RiskModel",
    "RiskRating",
    "Site",
    "Supplier",
    "SupplierReport",
    "Waiver",
    "YearlyReport",
    "new_nonce",
]
