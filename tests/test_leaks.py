"""What only staff may read never reaches a supplier: marked strings in every such field, every address walked (B27)."""

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Version
from audits.models import (
    Answer,
    AnswerEvidence,
    CheckpointResult,
    InterviewRecord,
    SelfInspection,
    SiteReview,
    SiteReviewPlan,
    TeamMember,
)
from csr_portal.core import history
from csr_portal.core.models import ApiToken, Notice
from suppliers import defaults, risk
from suppliers.models import Certificate, Decision, GatePolicy, Review, RiskModel, RiskRating, Waiver
from tests.factories.training import AuditorTieFactory
from tests.test_access import ROUTES
from tests.test_access import world as access_world
from training.models import AuditorQualification

world = access_world  # the fixture: one object of each kind, all Acme's

CANARY = "CANARY-7Q"
# Fields whose text is for staff, always or in the state that `fill` gives the row.
STAFF_ONLY = [
    (Review, "request"),
    (Review, "recommendation"),
    (Waiver, "reason"),
    (GatePolicy, "note"),
    (RiskModel, "name"),
    (Certificate, "verified_how"),
    (Version, "staff_note"),
    (SiteReviewPlan, "note"),
    (SiteReview, "summary"),
    (SiteReview, "limits"),
    (SiteReview, "strengths"),
    (CheckpointResult, "note"),
    (InterviewRecord, "topics"),
    (TeamMember, "conflict_note"),
    (Answer, "verdict_note"),
    (AnswerEvidence, "verdict_note"),
    (AuditorQualification, "employer"),
]


def mark(world):
    """Write the string into all of them, into snapshots and into the history of what staff do among themselves."""
    defaults.load(by=None)
    risk.rate(world.acme, by=world.buyer)
    InterviewRecord.objects.create(review=world.site_review, kind="group", people=3, by=world.auditor)
    AuditorTieFactory(user=world.auditor, supplier=world.acme, note=CANARY)
    # The CSR manager has judged answers, but not sent the self-inspection back yet; the review is not reported yet.
    SelfInspection.objects.filter(pk=world.inspection.pk).update(status="submitted", turn="csr")
    SiteReview.objects.filter(pk=world.site_review.pk).update(status="closed")
    for model, name in STAFF_ONLY:
        assert model._default_manager.update(**{name: CANARY}), f"no row of {model.__name__}"
    TeamMember.objects.update(qualification={"open": [CANARY]})
    RiskRating.objects.update(overrides=[CANARY], inputs=[])
    for decision in Decision.objects.all():
        decision.snapshot["review"] |= {"request": CANARY, "recommendation": CANARY}
        Decision.objects.filter(pk=decision.pk).update(snapshot=decision.snapshot)
    for subject, action in [
        (world.open_review, "review.prepare"),
        (world.open_review, "review.send_back"),
        (world.waiver, "waiver.ask"),
        (world.waiver, "waiver.refuse"),
        (world.acme, "supplier.rated"),
        (world.certificate, "certificate.verify"),
        (world.site_review, "declare"),
        (world.plan, "create"),
    ]:
        history.record(subject, action, by=world.csr_manager, reason=CANARY, data={"how": CANARY, "points": CANARY})
    Notice.objects.create(
        key="leak",
        kind="x",
        recipient=world.buyer,
        email=world.buyer.email,
        language="en",
        subject=CANARY,
        body=CANARY,
        thread=world.acme.history_thread,
    )


def asked(world):
    """Every address of suppliers, strangers and programs; lists also as files."""
    for name, route in ROUTES.items():
        address = reverse(name, kwargs=route.arguments(world))
        yield name, address
        if name.endswith("-list"):
            yield from ((name, f"{address}?export={kind}") for kind in ("csv", "xlsx"))


def text_of(response):
    """All that was sent, unpacked where it is a workbook, with its headers."""
    data = b"".join(response.streaming_content) if response.streaming else response.content
    for closer in response._resource_closers:
        closer()
    response._resource_closers.clear()
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"".join(archive.read(name) for name in archive.namelist())
    return f"{response.headers}{data.decode(errors='replace')}"


def leaks(world, client, **headers):
    return sorted({name for name, address in asked(world) if CANARY in text_of(client.get(address, headers=headers))})


@pytest.mark.parametrize("person", ["alice", "bob", "mallory", "anonymous"])
def test_nothing_of_staff_reaches_a_supplier(world, person):
    mark(world)
    client = Client()
    if person != "anonymous":
        client.force_login(world.people[person])
    assert leaks(world, client) == []


def test_nothing_of_staff_reaches_a_supplier_by_token(world):
    mark(world)
    _, token = ApiToken.issue(world.alice, "test")
    assert leaks(world, Client(), Authorization=f"Token {token}") == []


def test_staff_read_what_is_marked(world):
    mark(world)
    client = Client()
    client.force_login(world.csr_manager)
    found = leaks(world, client)
    assert {"staff:review-detail", "staff:waiver-detail", "staff:inspection-detail", "staff:supplier-history"} <= set(
        found
    )
