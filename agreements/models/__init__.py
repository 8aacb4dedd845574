"""What the app stores, split by what belongs together."""

from agreements.models.agreements import Agreement, new_verify_code
from agreements.models.campaigns import Campaign, CampaignTarget
from agreements.models.chop import ChopFile, ChopPage, ChopPaper
from agreements.models.company import CompanySigner, CounterSignature, Delegation
from agreements.models.documents import CheckQuestion, Clause, Document, Version
from agreements.models.frame import FrameContract
from agreements.models.guideline import Acknowledgement
from agreements.models.own_code import OwnCode, OwnCodeClause
from agreements.models.signing import MAX_ATTEMPTS, MAX_CODES, SignatureEvent, SigningLink, new_nonce

__all__ = [
    "Acknowledgement",
    "Agreement",
    "Campaign",
    "CampaignTarget",
    "CheckQuestion",
    "ChopFile",
    "ChopPage",
    "ChopPaper",
    "Clause",
    "CompanySigner",
    "CounterSignature",
    "Delegation",
    "Document",
    "FrameContract",
    "MAX_ATTEMPTS",
    "MAX_CODES",
    "OwnCode",
    "OwnCodeClause",
    "SignatureEvent",
    "SigningLink",
    "Version",
    "new_nonce",
    "new_verify_code",
]
