"""What a merge of two suppliers does with the rows of this app: what was seen at a site goes with the site."""

from suppliers.parts import Part, Rule

PARTS = [
    Part("audits.SelfInspection", Rule.WITH_SITE),
    Part("audits.SiteReview", Rule.WITH_SITE),
    Part("audits.Finding", Rule.WITH_SITE),
]
