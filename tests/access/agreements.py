"""Who may open which address of the agreements app."""

from agreements.models import Delegation, SignatureEvent, SigningLink
from csr_portal.core.timezones import today
from tests.access.table import ANYBODY, EVERYBODY, PROCUREMENT, STAFF, SUPPLIER, Route
from tests.factories.agreements import (
    AcknowledgementFactory,
    AgreementFactory,
    CampaignFactory,
    ChopPageFactory,
    OwnCodeFactory,
)

CAMPAIGN_READERS = PROCUREMENT | {"administrator"}
CSR = frozenset({"csr_manager"})


def agreement(world):
    return {"pk": world.agreement.pk}


def acknowledgement(world):
    return {"pk": world.acknowledgement.pk}


def document(world):
    return {"pk": world.agreement.document_id}


def version(world):
    return {"pk": world.agreement.version_id}


def clause(world):
    return {"pk": world.agreement.version.clauses.first().pk}


def question(world):
    return {"pk": world.acknowledgement.version.check_questions.first().pk}


def text(world):
    return agreement(world) | {"kind": "text"}


def chopped(world):
    return {"pk": world.chop_page.paper.agreement_id}


def campaign(world):
    return {"pk": world.agreement_campaign.pk}


def token(world):
    return {"token": world.signing_link.token}


ROUTES = {
    "staff:agreement-list": Route(STAFF),
    "staff:agreement-detail": Route(STAFF, agreement),
    "staff:agreement-file": Route(STAFF, text),
    "staff:agreement-issue": Route(PROCUREMENT),
    **{
        f"staff:agreement-{step}": Route(PROCUREMENT, agreement, "post")
        for step in (
            "recall",
            "terminate",
            "give-notice",
            "withdraw-notice",
            "confirm-chop",
            "refuse-chop",
        )
    },
    **{
        f"staff:agreement-{step}": Route(CSR, agreement, "post")
        for step in ("accept-reservation", "refuse-reservation", "accept-own-code", "refuse-own-code")
    },
    "staff:agreement-frame-contract": Route(PROCUREMENT, agreement, "post"),
    "staff:agreement-coverage": Route(STAFF),
    "staff:agreement-coverage-remind": Route(PROCUREMENT, method="post"),
    "staff:agreement-own-code": Route(PROCUREMENT, agreement),
    "staff:agreement-paper": Route(STAFF, chopped),
    "staff:agreement-paper-progress": Route(STAFF, chopped),
    "staff:agreement-paper-page": Route(STAFF, lambda world: chopped(world) | {"page": world.chop_page.pk}),
    "staff:agreement-text-page": Route(STAFF, lambda world: chopped(world) | {"number": 1}),
    "staff:agreement-countersign": Route(STAFF, agreement, "post"),
    "staff:delegation-list": Route(CAMPAIGN_READERS),
    "staff:delegation-revoke": Route(CAMPAIGN_READERS, lambda world: {"pk": world.delegation.pk}, "post"),
    "staff:document-detail": Route(STAFF, document),
    "staff:document-signers": Route(CSR, document, "post"),
    "staff:agreement-remind": Route(PROCUREMENT, agreement, "post"),
    "staff:campaign-detail": Route(CAMPAIGN_READERS, campaign),
    "staff:campaign-progress": Route(CAMPAIGN_READERS, campaign),
    **{
        f"staff:campaign-{step}": Route(PROCUREMENT, campaign, "post")
        for step in ("begin", "pause", "resume", "recall")
    },
    "staff:campaign-remind": Route(PROCUREMENT, campaign, "post"),
    "staff:guideline-list": Route(STAFF),
    "staff:document-list": Route(STAFF),
    "staff:version-detail": Route(STAFF, version),
    "staff:version-pdf": Route(STAFF, lambda world: version(world) | {"language": "zh-hans"}),
    "staff:document-create": Route(CSR),
    "staff:draft-create": Route(CSR, document),
    "staff:version-edit": Route(CSR, version),
    "staff:version-compare": Route(STAFF, version),
    "staff:clause-add": Route(CSR, version),
    "staff:question-add": Route(CSR, version),
    "staff:clause-edit": Route(CSR, clause),
    "staff:clause-move": Route(CSR, clause, "post"),
    "staff:clause-delete": Route(CSR, clause, "post"),
    "staff:question-edit": Route(CSR, question),
    "staff:question-delete": Route(CSR, question, "post"),
    "staff:version-publish": Route(CSR, version, "post"),
    "portal:agreement-list": Route(SUPPLIER | {"mallory"}),
    "portal:agreement-detail": Route(SUPPLIER, agreement, foreign=404),
    "portal:agreement-file": Route(SUPPLIER, text, foreign=404),
    **{
        f"portal:agreement-{step}": Route(SUPPLIER, agreement, "post", 404)
        for step in ("share", "chop", "decline", "own-code")
    },
    "portal:guideline-detail": Route(SUPPLIER, acknowledgement, foreign=404),
    **{f"open:{name}": Route(ANYBODY, token) for name in ("sign", "sign-who", "sign-read", "sign-sign", "sign-done")},
    **{
        f"open:{name}": Route(ANYBODY, token, "post")
        for name in ("sign-code", "sign-new-link", "sign-decline", "sign-own-code")
    },
    "open:sign-file": Route(ANYBODY, lambda world: token(world) | {"kind": "text"}),
    "api:agreement-list": Route(EVERYBODY),
    "api:agreement-detail": Route(STAFF | SUPPLIER, agreement, foreign=404),
    "api:agreement-files": Route(STAFF | SUPPLIER, text, foreign=404),
    "api:agreement-issue": Route(PROCUREMENT, method="post"),
    "api:agreement-campaign-list": Route(EVERYBODY),
    "api:agreement-campaign-detail": Route(CAMPAIGN_READERS, campaign),
    "api:agreement-campaign-suppliers": Route(CAMPAIGN_READERS, campaign),
    "api:agreement-campaign-plan": Route(PROCUREMENT, method="post"),
    "api:agreement-answer-list": Route(EVERYBODY),
    "api:agreement-answer-detail": Route(STAFF | SUPPLIER, lambda world: {"pk": world.decline.pk}, foreign=404),
    "api:acknowledgement-list": Route(EVERYBODY),
    "api:acknowledgement-detail": Route(STAFF | SUPPLIER, acknowledgement, foreign=404),
    "open:agreement-verify": Route(ANYBODY, lambda world: {"code": "CSR-0000-0000-0000-0000"}),
}


def fill(world):
    """Put one object of each kind, all Acme's, into `world` (a SimpleNamespace)."""
    world.agreement = AgreementFactory(supplier=world.acme)
    world.acknowledgement = AcknowledgementFactory(supplier=world.acme)
    world.agreement_campaign = CampaignFactory(version=world.agreement.version, created_by=world.buyer)
    OwnCodeFactory(agreement=world.agreement)
    world.decline = SignatureEvent.objects.create(
        agreement=world.agreement, party="supplier", kind="declined", data={"reason": "Clause 4", "clauses": []}
    )
    world.chop_page = ChopPageFactory(paper__agreement__supplier=world.acme)
    world.delegation = Delegation.objects.create(
        grantor=world.buyer, delegate=world.csr_manager, starts_on=today(), ends_on=today(), reason="Leave",
        created_by=world.buyer,
    )  # fmt: skip
    world.signing_link = SigningLink.objects.create(
        agreement=world.agreement, name="陈国强", title="法定代表人", language="zh-hans", expires_on=today()
    )
