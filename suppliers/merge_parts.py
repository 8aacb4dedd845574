"""What a merge does with the rows of this app."""

from django.db.models import Q

from suppliers.parts import Part, Rule
from suppliers.states import InvitationStatus, JoinStatus, ReviewStatus, WaiverStatus

PENDING = Q(status__in=[InvitationStatus.SENT, InvitationStatus.OPENED])
PARTS = [
    Part("suppliers.Contact", Rule.STAYS),
    Part("suppliers.Invitation", Rule.MOVES, only=PENDING),
    Part("suppliers.JoinRequest", Rule.MOVES, only=Q(status=JoinStatus.REQUESTED)),
    Part("suppliers.Evidence", Rule.WITH_SITE),
    Part("suppliers.Certificate", Rule.MOVES),
    Part(
        "suppliers.Review",
        Rule.STAYS,
        blocks=Q(status__in=[ReviewStatus.OPENED, ReviewStatus.PREPARED]),
        url_name="staff:review-detail",
    ),
    Part("suppliers.Decision", Rule.STAYS),
    Part("suppliers.Waiver", Rule.STAYS, blocks=Q(status=WaiverStatus.REQUESTED), url_name="staff:waiver-detail"),
    Part("suppliers.Clearance", Rule.STAYS),
    Part("suppliers.RiskRating", Rule.STAYS),
    Part("suppliers.SupplierReport", Rule.STAYS),
    Part("suppliers.TrialLine", Rule.STAYS),
]
