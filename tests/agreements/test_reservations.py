"""Signed with a reservation on clauses: what is kept, who decides, and where everybody reads it."""

import subprocess

import pytest
from django.test import Client
from django.urls import reverse

from agreements import workflow
from agreements.gates import agreement_in_force
from agreements.models import Agreement
from agreements.tasks import ensure_presented
from csr_portal.core import seal
from csr_portal.core.models import HistoryEntry, Notice
from csr_portal.core.workflow import WorkflowError
from tests.factories.agreements import load_texts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts")]
WORDS = "2027年6月前，加班每周不超过16小时。"


@pytest.fixture
def link(acme, alice, buyer):
    agreement = workflow.issue(load_texts()[0], acme, by=buyer)
    return workflow.share(agreement, by=alice, name="陈国强", title="法定代表人", email="chen@acme.example")


def reserve(link, texts=None):
    shown = ensure_presented(link.agreement).presented_sha256
    texts = {"working_hours": WORDS} if texts is None else texts
    who = {"name": "陈国强", "title": "法定代表人", "authority": "authorised"}
    return workflow.sign(link, **who, presented_sha256=shown, reservations=texts)


def told(kind):
    return sorted(Notice.objects.filter(kind=f"agreements/{kind}").values_list("email", flat=True))


def condition(acme):
    acme.refresh_from_db()
    agreement = Agreement.objects.get()
    return agreement_in_force(acme, "cooperating", {}, agreement.valid_from or agreement.issued_at.date())


def test_reservation_waits_for_the_csr_manager(link, acme, csr_manager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        reserve(link, {"remuneration": " ", "working_hours": f" {WORDS} "})
    agreement = Agreement.objects.get()
    assert (agreement.status, agreement.turn, agreement.sealed_sha256) == ("reserved", "csr", "")
    assert [(item["clause"], item["text"]) for item in agreement.reservations] == [("working_hours", WORDS)]
    assert agreement.events.get(kind="reserved").data["reservations"] == agreement.reservations
    assert told("reserved") == ["buyer@example.com", "csr@example.com"]
    assert condition(acme).state == "missing"
    assert "Signed with reservation since" in condition(acme).text


@pytest.mark.usefixtures("alice")
def test_accepted_reservation_is_in_force_and_named_everywhere(
    link, acme, csr_manager, login, tmp_path, django_capture_on_commit_callbacks
):
    reserve(link)
    with django_capture_on_commit_callbacks(execute=True):
        login(csr_manager).post(reverse("staff:agreement-accept-reservation", args=[link.agreement_id]))
    agreement = Agreement.objects.get()
    assert agreement.status == "in_force"
    assert condition(acme).text.endswith("with an accepted reservation on clause 7")
    assert condition(acme).facts["reservations"] == ["working_hours"]
    path = tmp_path / "sealed.pdf"
    path.write_bytes(agreement.sealed_file.open("rb").read())
    assert seal.verify_pdf(path.read_bytes()).is_valid
    text = subprocess.run(["/usr/bin/pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert WORDS in text.replace("\n", "")
    assert told("reservation_accepted") == ["alice@acme.example", "chen@acme.example"]
    assert HistoryEntry.objects.get(action="agreement.accept_reservation").data == {"clauses": "7"}
    page = login(csr_manager).get(reverse("staff:agreement-detail", args=[agreement.pk])).content.decode()
    assert WORDS in page


def test_refused_reservation_goes_back_and_can_be_signed_again(link, alice, csr_manager, login):
    reserve(link)
    refuse = reverse("staff:agreement-refuse-reservation", args=[link.agreement_id])
    staff = login(csr_manager)
    staff.post(refuse, {"reason": " "})
    assert Agreement.objects.get().status == "reserved"
    staff.post(refuse, {"reason": "12 hours is the law"})
    agreement = Agreement.objects.get()
    assert (agreement.status, agreement.turn, agreement.reservations) == ("viewed", "supplier", [])
    page = login(alice).get(reverse("portal:agreement-detail", args=[agreement.pk])).content.decode()
    assert "12 hours is the law" in page
    again = workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")
    reserve(again, {})
    assert Agreement.objects.get().status == "signed"


def test_reservation_on_an_unknown_clause_is_refused(link):
    with pytest.raises(WorkflowError, match="Unknown clause: lunch"):
        reserve(link, {"lunch": "later"})
    assert Agreement.objects.get().status == "viewed"


def test_buyer_may_not_decide(link, buyer, login):
    reserve(link)
    answer = login(buyer).post(reverse("staff:agreement-accept-reservation", args=[link.agreement_id]))
    assert answer.status_code == 403
    assert Agreement.objects.get().status == "reserved"


def test_signatory_reserves_on_the_phone(link):
    client, step = Client(), lambda name: reverse(f"open:{name}", args=[link.token])
    workflow.send_code(link)
    link.refresh_from_db()
    client.post(step("sign"), {"code": link.code})
    client.post(step("sign-who"), {"name": "陈国强", "title": "法定代表人", "has_authority": "on"})
    client.post(step("sign-read"), {"has_read": "on", "reserve_working_hours": WORDS})
    page = client.get(step("sign-sign"))
    assert [(clause.key, words) for clause, words in page.context["reservations"]] == [("working_hours", WORDS)]
    assert client.get(step("sign-read")).context["form"]["reserve_working_hours"].value() == WORDS
    data = {"presented_sha256": page.context["sha256"], "typed_name": "陈国强", "consent": "on"}
    done = client.post(step("sign-sign"), data, follow=True)
    assert WORDS in done.content.decode()
    assert Agreement.objects.get().status == "reserved"


def test_refused_reservation_is_due_again_and_everybody_reads_why(link, acme, buyer, csr_manager, login):
    due_on = Agreement.objects.get().due_on
    reserve(link)
    refuse = reverse("staff:agreement-refuse-reservation", args=[link.agreement_id])
    login(csr_manager).post(refuse, {"reason": "请写明过渡措施"}, REMOTE_ADDR="203.0.113.7")
    agreement = Agreement.objects.get()
    assert agreement.events.get(kind="reservation_refused").ip == "203.0.113.7"
    assert (agreement.status, agreement.turn, agreement.due_on) == ("viewed", "supplier", due_on)
    assert told("reservation_refused") == ["alice@acme.example", "buyer@example.com", "chen@acme.example"]
    link.refresh_from_db()
    signatory = Client().get(reverse("open:sign", args=[link.token]), follow=True)
    assert (signatory.context["refused"].data["reason"], signatory.status_code) == ("请写明过渡措施", 200)
    page = login(buyer).get(reverse("staff:agreement-detail", args=[agreement.pk])).content.decode()
    assert "请写明过渡措施" in page
    assert WORDS in page
