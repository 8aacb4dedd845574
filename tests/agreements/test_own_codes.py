"""A supplier's own code of conduct: compared clause by clause, accepted by decision or refused with a reason."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements import workflow
from agreements.gates import agreement_in_force, standing
from agreements.models import Agreement, OwnCode
from agreements.reports import draw_presented, evidence_record
from csr_portal.core.models import Notice, Organisation
from csr_portal.core.workflow import WorkflowError
from tests.factories.agreements import AgreementFactory, OwnCodeFactory, VersionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts")]


@pytest.fixture
def agreement(acme):
    version = VersionFactory(clauses=["child_labour", "ethics"])
    return AgreementFactory(supplier=acme, version=version)


@pytest.fixture
def pdf(agreement):
    data = draw_presented(agreement, Organisation.current())
    return lambda: SimpleUploadedFile("行为准则.pdf", data)


def told(kind):
    return sorted(Notice.objects.filter(kind=f"agreements/{kind}").values_list("email", flat=True))


def send(client, agreement, upload):
    return client.post(reverse("portal:agreement-own-code", args=[agreement.pk]), {"file": upload, "note": "3–9页"})


def compared(agreement, **covers):
    rows = {row.clause.key: row for row in agreement.own_codes.first().clauses.select_related("clause")}
    data = {}
    for key, (cover, place) in covers.items():
        data |= {f"c{rows[key].pk}-cover": cover, f"c{rows[key].pk}-place": place, f"c{rows[key].pk}-quote": "禁止童工"}
    return data


def test_code_is_offered_compared_and_accepted(
    agreement, pdf, acme, alice, csr_manager, login, django_capture_on_commit_callbacks
):
    send(login(alice), agreement, pdf())
    agreement.refresh_from_db()
    assert (agreement.status, agreement.turn) == ("own_code", "csr")
    assert told("own_code_offered") == ["buyer@example.com", "csr@example.com"]
    staff, page = login(csr_manager), reverse("staff:agreement-own-code", args=[agreement.pk])
    assert [row.clause.key for row, _form in staff.get(page).context["rows"]] == ["child_labour", "ethics"]
    staff.post(page, compared(agreement, child_labour=("covered", "第3页"), ethics=("not_covered", "")))
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(reverse("staff:agreement-accept-own-code", args=[agreement.pk]))
    agreement.refresh_from_db()
    assert (agreement.status, agreement.is_own_code) == ("in_force", True)
    assert told("own_code_accepted") == ["alice@acme.example"]
    decided = agreement.events.get(kind="own_code_accepted").data["clauses"]
    assert [(line["clause"], line["cover"], line["place"]) for line in decided] == [
        ("child_labour", "covered", "第3页"),
        ("ethics", "not_covered", ""),
    ]
    day = agreement.valid_from
    condition = agreement_in_force(acme, "cooperating", {}, day)
    assert condition.state == "met"
    assert condition.text.startswith("Own code of conduct, accepted in place of version")
    assert standing([acme], day)[acme.pk]["agreement_status"] == "in_force"
    assert login(alice).get(reverse("portal:agreement-file", args=[agreement.pk, "own-code"])).status_code == 200
    assert evidence_record(agreement)["events"][-1]["method"] == "own_code"
    assert staff.get(reverse("staff:agreement-detail", args=[agreement.pk])).status_code == 200


@pytest.mark.parametrize(
    ("covers", "reasons"),
    [
        ({}, ["1. Child labour has not been compared.", "2. Child labour has not been compared."]),
        (
            {"child_labour": ("not_covered", ""), "ethics": ("covered", "4")},
            ["1. Child labour is not covered; every supplier promises it."],
        ),
    ],
)
def test_code_is_not_accepted_before_what_everybody_promises_is_covered(
    covers, reasons, agreement, pdf, alice, csr_manager, login
):
    workflow.offer_own_code(agreement, pdf(), by=alice)
    login(csr_manager).post(reverse("staff:agreement-own-code", args=[agreement.pk]), compared(agreement, **covers))
    with pytest.raises(WorkflowError) as error:
        workflow.accept_own_code(agreement, by=csr_manager)
    assert [str(blocker.text) for blocker in error.value.blockers] == reasons
    assert Agreement.objects.get().status == "own_code"


def test_covered_needs_its_place(agreement, pdf, alice, csr_manager, login):
    workflow.offer_own_code(agreement, pdf(), by=alice)
    page = login(csr_manager).post(
        reverse("staff:agreement-own-code", args=[agreement.pk]), compared(agreement, child_labour=("covered", " "))
    )
    assert "say on which page or in which section" in page.content.decode()
    assert OwnCode.objects.get().clauses.exclude(cover="").count() == 0


def test_refused_code_goes_back_with_its_reason_and_a_better_one_is_offered(agreement, pdf, alice, csr_manager, login):
    workflow.offer_own_code(agreement, pdf(), by=alice)
    workflow.refuse_own_code(agreement, by=csr_manager, reason="童工条款缺失")
    agreement.refresh_from_db()
    assert (agreement.status, agreement.turn) == ("viewed", "supplier")
    assert told("own_code_refused") == ["alice@acme.example", "buyer@example.com"]
    page = login(alice).get(reverse("portal:agreement-detail", args=[agreement.pk])).content.decode()
    assert "童工条款缺失" in page
    workflow.offer_own_code(agreement, pdf(), by=alice)
    assert agreement.own_codes.count() == 2


def test_nobody_else_compares_or_decides(agreement, pdf, alice, buyer, mallory, login):
    code = workflow.offer_own_code(agreement, pdf(), by=alice)
    with pytest.raises(PermissionDenied):
        workflow.compare_clause(code.clauses.first(), by=buyer, cover="covered", place="1")
    page = reverse("staff:agreement-own-code", args=[agreement.pk])
    login(buyer).post(page, compared(agreement, child_labour=("covered", "1")))
    assert code.clauses.exclude(cover="").count() == 0
    assert login(mallory).get(reverse("portal:agreement-file", args=[agreement.pk, "own-code"])).status_code == 404
    assert send(login(mallory), agreement, pdf()).status_code == 404


def test_comparison_is_closed_after_the_decision(agreement, csr_manager):
    code = OwnCodeFactory(agreement=agreement)
    with pytest.raises(WorkflowError):
        workflow.compare_clause(code.clauses.first(), by=csr_manager, cover="not_covered")


def test_other_files_are_refused_by_content(agreement, alice, login):
    answer = send(login(alice), agreement, SimpleUploadedFile("code.pdf", b"MZ no PDF"))
    assert answer.status_code == 302
    send(login(alice), agreement, "")
    assert Agreement.objects.get().status == "issued"


def test_signatory_offers_the_code_on_the_phone(agreement, pdf, alice):
    link = workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")
    client, step = Client(), lambda name: reverse(f"open:{name}", args=[link.token])
    assert client.post(step("sign-own-code"), {"file": pdf()}).url == step("sign")
    client.post(step("sign"), {"code": link.code})
    client.post(step("sign-who"), {"name": "陈国强", "title": "法定代表人", "has_authority": "on"})
    assert client.post(step("sign-own-code"), {}).url == step("sign-read")
    wrong = SimpleUploadedFile("code.pdf", b"MZ no PDF")
    assert client.post(step("sign-own-code"), {"file": wrong}).url == step("sign-read")
    assert client.post(step("sign-own-code"), {"file": pdf()}).status_code == 200
    agreement.refresh_from_db()
    assert (agreement.status, agreement.own_codes.get().offered_by) == ("own_code", "陈国强")
    assert client.get(step("sign")).status_code == 410
