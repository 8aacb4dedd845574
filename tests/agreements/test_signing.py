import subprocess

import pytest
from django.test import Client
from django.urls import reverse

from agreements import workflow
from agreements.gates import guideline_acknowledged
from agreements.models import Acknowledgement, Agreement, SignatureEvent, Version
from agreements.states import DocumentKind
from csr_portal.core import seal
from csr_portal.core.workflow import WorkflowError
from tests.factories.agreements import AcknowledgementFactory, VersionFactory, load_texts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts")]
WHO = {"name": "陈国强", "name_latin": "Chen Guoqiang", "title": "法定代表人", "authority": "authorised"}


@pytest.fixture
def agreement(acme, alice, buyer, django_capture_on_commit_callbacks):
    version = load_texts()[0]
    with django_capture_on_commit_callbacks(execute=True):
        return workflow.issue(version, acme, by=buyer)


@pytest.fixture
def link(agreement, alice):
    return workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")


def signed(link, **changes):
    link.agreement.refresh_from_db()
    return workflow.sign(link, **WHO | {"presented_sha256": link.agreement.presented_sha256} | changes)


def test_signature_seals_and_brings_into_force(link, acme, tmp_path, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        signed(link)
    agreement = Agreement.objects.get()
    assert agreement.status == "in_force"
    acme.refresh_from_db()
    assert (acme.agreement_status, acme.agreement_until) == ("in_force", agreement.valid_until)
    pdf = agreement.sealed_file.open("rb").read()
    assert seal.sha256(pdf) == agreement.sealed_sha256
    assert seal.verify_pdf(pdf).is_valid
    path = tmp_path / "sealed.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(["/usr/bin/pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    words = ["陈国强", "Chen Guoqiang", "法定代表人", "东莞市宏达五金制品有限公司", agreement.verify_code]
    assert [word for word in words if word not in text.replace("\n", "") and word not in text] == []
    assert "\ufffd" not in text


def test_second_signature_is_refused(link):
    signed(link)
    with pytest.raises(WorkflowError):
        signed(link)
    assert SignatureEvent.objects.filter(kind="signed").count() == 1


def test_signature_is_refused_when_text_is_not_the_one_shown(link):
    with pytest.raises(WorkflowError):
        signed(link, presented_sha256="0" * 64)
    assert SignatureEvent.objects.filter(kind="signed").count() == 0


def test_signature_is_refused_after_recall(link, buyer):
    workflow.recall(link.agreement, by=buyer, reason="wrong text")
    link.refresh_from_db()
    with pytest.raises(WorkflowError):
        signed(link)


def test_code_is_refused_after_five_wrong_ones(link):
    for _try in range(5):
        assert workflow.enter_code(link, "000000" if link.code != "000000" else "111111")
    assert workflow.enter_code(link, link.code) == "The code was entered wrongly too often. Ask for a new one."


def test_pages_lead_from_code_to_signature(link, django_capture_on_commit_callbacks):
    client = Client()
    step = lambda name: reverse(f"open:{name}", args=[link.token])  # noqa: E731
    assert client.get(step("sign")).status_code == 200
    assert client.post(step("sign"), {"code": link.code}).url == step("sign-who")
    assert client.get(step("sign-who")).status_code == 200
    who = {"name": "陈国强", "title": "法定代表人", "has_authority": "on"}
    assert client.post(step("sign-who"), who).url == step("sign-read")
    assert client.get(step("sign-read")).status_code == 200
    assert client.post(step("sign-read"), {"has_read": "on"}).url == step("sign-sign")
    page = client.get(step("sign-sign"))
    digest = page.context["sha256"]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(step("sign-sign"), {"presented_sha256": digest, "typed_name": "陈国强", "consent": "on"})
    assert answer.url == step("sign-done")
    assert client.get(step("sign-done")).status_code == 200
    assert client.get(reverse("open:sign-file", args=[link.token, "sealed"])).status_code == 200
    agreement = Agreement.objects.get()
    page = client.get(reverse("open:agreement-verify", args=[agreement.verify_code]))
    assert page.context["result"] == "valid"
    path = agreement.sealed_file.path
    data = bytearray(agreement.sealed_file.open("rb").read())
    data[len(data) // 2] ^= 1
    with open(path, "wb") as file:
        file.write(data)
    page = client.get(reverse("open:agreement-verify", args=[agreement.verify_code]))
    assert page.context["result"] == "altered"
    page = client.get(reverse("open:agreement-verify", args=["CSR-NO"]))
    assert page.context["result"] == "unknown"


def test_link_speaks_the_language_of_its_mail_unless_the_reader_chose_another(link):
    page = reverse("open:sign", args=[link.token])
    client = Client()
    assert client.get(page).headers["Content-Language"] == link.agreement.language
    client.cookies["django_language"] = "ja"
    assert client.get(page).headers["Content-Language"] == "ja"


def test_decline_ends_the_link_and_tells_the_buyer(link, buyer, alice):
    workflow.decline(link.agreement, by=alice, reason="工时条款", clauses=["working_hours"])
    link.refresh_from_db()
    assert link.revoked_at is not None
    assert buyer.notices.filter(kind="agreements/declined").count() == 1


def test_guideline_is_acknowledged_with_right_answers_only(acme, alice, buyer):
    load_texts()
    version = Version.objects.current(DocumentKind.GUIDELINE)
    row = workflow.issue(version, acme, by=buyer)
    right = {q.pk: q.right for q in version.check_questions.all()}
    assert len(workflow.acknowledge(row, by=alice, answers=dict.fromkeys(right, 9))) == 3
    assert workflow.acknowledge(row, by=alice, answers=right) == []
    acme.refresh_from_db()
    assert acme.guideline_status == "acknowledged"


def test_new_version_of_the_guideline_returns_everyone_to_pending(
    acme, rival, alice, csr_manager, django_capture_on_commit_callbacks
):
    older = VersionFactory(document__kind="guideline")
    for supplier, status in ((acme, "acknowledged"), (rival, "viewed")):
        AcknowledgementFactory(supplier=supplier, version=older, status=status)
    newer = VersionFactory(document=older.document, status="draft")
    with django_capture_on_commit_callbacks(execute=True):
        workflow.publish(newer, by=csr_manager)
    states = Acknowledgement.objects.order_by("pk").values_list("status", "turn")
    assert list(states) == [("superseded", ""), ("superseded", "")]
    acme.refresh_from_db()
    assert acme.guideline_status == "superseded"
    assert guideline_acknowledged(acme, "cooperating", {}, newer.published_at.date()).state == "missing"


@pytest.mark.parametrize(("side", "clause"), [("staff", " 7. Working hours</span>"), ("portal", " 7. 工作时间</span>")])
def test_decline_names_reason_and_clause_in_the_reader_s_words(side, clause, acme, alice, buyer, login):
    agreement = workflow.issue(load_texts()[0], acme, by=buyer)
    workflow.decline(agreement, by=alice, reason="旺季做不到", clauses=["working_hours"])
    page = login({"staff": buyer, "portal": alice}[side]).get(reverse(f"{side}:agreement-detail", args=[agreement.pk]))
    words = page.content.decode()
    assert ("旺季做不到" in words, clause in words) == (True, True)
