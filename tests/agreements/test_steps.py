"""The table of steps, written a second time by hand: who may do what from where, and nobody anything else."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from agreements import workflow
from agreements.states import AcknowledgementStatus, AgreementStatus
from csr_portal.core.workflow import SYSTEM, Outsider, WorkflowError, available, move
from tests.factories.agreements import AcknowledgementFactory, AgreementFactory, OwnCodeFactory

pytestmark = pytest.mark.django_db
SUPPLIER = {"alice", "bob"}
PROCUREMENT = {"buyer", "csr_manager"}
OPEN = {"issued", "viewed"}
AGREEMENT = {
    "view": ({"issued"}, "viewed", SUPPLIER | {"signatory"}),
    "share": (OPEN, "viewed", SUPPLIER),
    "sign": (OPEN, "signed", {"signatory"}),
    "decline": (OPEN, "declined", SUPPLIER | {"signatory"}),
    "answer": ({"declined"}, "declined", set()),
    "upload_chop": (OPEN, "chop_pending", SUPPLIER),
    "confirm_chop": ({"chop_pending"}, "signed", PROCUREMENT),
    "refuse_chop": ({"chop_pending"}, "viewed", PROCUREMENT),
    "reserve": (OPEN, "reserved", {"signatory"}),
    "accept_reservation": ({"reserved"}, "signed", {"csr_manager"}),
    "refuse_reservation": ({"reserved"}, "viewed", {"csr_manager"}),
    "offer_own_code": (OPEN, "own_code", SUPPLIER | {"signatory"}),
    "accept_own_code": ({"own_code"}, "signed", {"csr_manager"}),
    "refuse_own_code": ({"own_code"}, "viewed", {"csr_manager"}),
    "countersign": ({"signed"}, "signed", set()),
    "recall": (OPEN | {"chop_pending", "reserved", "own_code"}, "recalled", PROCUREMENT),
    "come_into_force": ({"signed"}, "in_force", set()),
    "supersede": ({"in_force"}, "superseded", set()),
    "expire": ({"in_force"}, "expired", set()),
    "terminate": ({"in_force"}, "terminated", PROCUREMENT),
    "give_notice": ({"in_force"}, "in_force", PROCUREMENT),
    "withdraw_notice": ({"in_force"}, "in_force", PROCUREMENT),
    "end_by_notice": ({"in_force"}, "terminated", set()),
}
ACKNOWLEDGEMENT = {
    "view": ({"issued"}, "viewed", SUPPLIER),
    "acknowledge": (OPEN, "acknowledged", SUPPLIER),
    "supersede": (OPEN | {"acknowledged"}, "superseded", set()),
}
PEOPLE = [
    "buyer",
    "csr_manager",
    "auditor",
    "training_coordinator",
    "administrator",
    "alice",
    "bob",
    "mallory",
    "signatory",
]


@pytest.fixture
def signatory():
    return Outsider("陈国强")


def names(steps, row, person):
    return {offer.name.partition(".")[2] for offer in available(steps, row, person)}


@pytest.mark.parametrize("status", AgreementStatus.values)
@pytest.mark.parametrize("person", PEOPLE)
def test_agreement_offers_what_the_table_says(person, status, acme, request):
    row = AgreementFactory(supplier=acme, status=status)
    expected = {name for name, (sources, _target, who) in AGREEMENT.items() if status in sources and person in who}
    assert names(workflow.STEPS, row, request.getfixturevalue(person)) == expected


@pytest.mark.parametrize("status", AcknowledgementStatus.values)
@pytest.mark.parametrize("person", PEOPLE)
def test_guideline_offers_what_the_table_says(person, status, acme, request):
    row = AcknowledgementFactory(supplier=acme, status=status)
    expected = {n for n, (sources, _target, who) in ACKNOWLEDGEMENT.items() if status in sources and person in who}
    assert names(workflow.ACKNOWLEDGEMENT_STEPS, row, request.getfixturevalue(person)) == expected


@pytest.mark.parametrize("name", AGREEMENT)
def test_step_is_refused_to_everybody_the_table_does_not_name(name, acme, request):
    sources, _target, who = AGREEMENT[name]
    row = AgreementFactory(supplier=acme, status=sorted(sources)[0])
    for person in set(PEOPLE) - who:
        with pytest.raises(PermissionDenied):
            move(row, workflow.STEPS, f"agreement.{name}", by=request.getfixturevalue(person))
    row.refresh_from_db()
    assert row.status == sorted(sources)[0]


@pytest.mark.parametrize("name", AGREEMENT)
def test_step_goes_from_its_sources_only_and_to_its_target(name, acme):
    sources, target, _who = AGREEMENT[name]
    noticed = dt.date(2026, 12, 21) if name == "withdraw_notice" else None
    for status in AgreementStatus.values:
        row = AgreementFactory(supplier=acme, status=status, notice_until=noticed)
        OwnCodeFactory(agreement=row)
        if status in sources:
            move(row, workflow.STEPS, f"agreement.{name}", by=SYSTEM)
        else:
            with pytest.raises(WorkflowError):
                move(row, workflow.STEPS, f"agreement.{name}", by=SYSTEM)
        row.refresh_from_db()
        assert row.status == (target if status in sources else status)


def test_tables_name_the_same_steps():
    assert {f"agreement.{name}" for name in AGREEMENT} == set(workflow.STEPS)
    assert {f"acknowledgement.{name}" for name in ACKNOWLEDGEMENT} == set(workflow.ACKNOWLEDGEMENT_STEPS)


@pytest.mark.parametrize(("person", "steps"), [("csr_manager", {"publish"}), ("buyer", set()), ("alice", set())])
def test_texts_are_published_by_csr_managers_only(person, steps, acme, request):
    version = AgreementFactory(supplier=acme, version__status="draft").version
    assert names(workflow.VERSION_STEPS, version, request.getfixturevalue(person)) == steps
