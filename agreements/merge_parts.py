"""What a merge of two suppliers does with the rows of this app: what was sent or signed in a name stays with it."""

from django.db.models import Q

from agreements.states import OPEN
from suppliers.parts import Part, Rule

PARTS = [
    Part(
        "agreements.Agreement",
        Rule.STAYS,
        blocks=Q(status__in=[str(code) for code in OPEN]),
        url_name="staff:agreement-detail",
    ),
    Part("agreements.Acknowledgement", Rule.STAYS),
    Part("agreements.CampaignTarget", Rule.STAYS),
    Part("agreements.FrameContract", Rule.STAYS),
]
