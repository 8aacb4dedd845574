"""The ways of an agreement beside the signature by link: the company chop, the refusal; and what lists cost."""

import io
import subprocess

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from agreements import workflow
from agreements.models import Agreement
from agreements.tasks import ensure_presented
from csr_portal import waiting
from csr_portal.core.models import Notice
from tests.factories.agreements import AcknowledgementFactory, AgreementFactory, VersionFactory, load_texts
from tests.factories.suppliers import SupplierFactory

pytestmark = pytest.mark.django_db


def scan(name="盖章扫描件.jpg"):
    buffer = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue())


@pytest.fixture
def agreement(acme, alice, bob, csr_manager):
    """Issued by the CSR manager to Acme, whose buyer is somebody else."""
    return workflow.issue(load_texts()[0], acme, by=csr_manager)


def told(kind):
    return sorted(Notice.objects.filter(kind=f"agreements/{kind}").values_list("email", flat=True))


# The company chop


@pytest.mark.usefixtures("fonts")
def test_chopped_paper_is_refused_then_sent_again_and_confirmed(
    agreement, alice, buyer, login, django_capture_on_commit_callbacks
):
    at_home, at_work = login(alice), login(buyer)
    here, there = (
        reverse("portal:agreement-detail", args=[agreement.pk]),
        reverse("staff:agreement-detail", args=[agreement.pk]),
    )
    chop = reverse("portal:agreement-chop", args=[agreement.pk])
    assert at_home.post(chop, {"file": scan()}).url == here
    agreement.refresh_from_db()
    assert (agreement.status, agreement.turn, agreement.chop_paper.files.get().file.original_name) == (
        "chop_pending",
        "buyer",
        "盖章扫描件.jpg",
    )
    assert told("chop_uploaded") == ["buyer@example.com", "csr@example.com"]
    refuse = reverse("staff:agreement-refuse-chop", args=[agreement.pk])
    assert at_work.post(refuse, {"reason": ""}).url == there
    agreement.refresh_from_db()
    assert agreement.status == "chop_pending"
    at_work.post(refuse, {"reason": "第2页缺失"})
    agreement.refresh_from_db()
    assert (agreement.status, agreement.turn) == ("viewed", "supplier")
    assert told("chop_refused") == ["alice@acme.example", "bob@acme.example"]
    assert "第2页缺失" in at_home.get(here).content.decode()
    at_home.post(chop, {"file": scan("第二次.jpg")})
    with django_capture_on_commit_callbacks(execute=True):
        at_work.post(reverse("staff:agreement-confirm-chop", args=[agreement.pk]))
    agreement.refresh_from_db()
    assert (agreement.status, agreement.chop_paper.files.get().file.original_name) == ("in_force", "第二次.jpg")
    kinds = [e.kind for e in agreement.events.all()]
    assert kinds == ["chop_uploaded", "chop_refused", "chop_uploaded", "chop_confirmed"]
    assert at_home.get(reverse("portal:agreement-file", args=[agreement.pk, "sealed"])).status_code == 200


@pytest.mark.usefixtures("fonts")
def test_chop_upload_of_another_type_is_refused_by_content(agreement, alice, login):
    upload = SimpleUploadedFile("chop.pdf", b"MZ this is no PDF")
    alice.language = "en"
    alice.save()
    page = login(alice).post(reverse("portal:agreement-chop", args=[agreement.pk]), {"file": upload}, follow=True)
    agreement.refresh_from_db()
    assert agreement.chop_paper is None
    assert "chop.pdf is not accepted. Accepted are:" in page.content.decode()


@pytest.mark.usefixtures("fonts")
def test_chopped_paper_ends_the_signing_link(agreement, alice):
    link = workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")
    workflow.upload_chop(agreement, [scan()], by=alice)
    link.refresh_from_db()
    assert link.revoked_at is not None
    assert Client().get(reverse("open:sign", args=[link.token])).status_code == 410


# Refusal


def test_refusal_reaches_everybody_with_its_reason(agreement, alice, django_capture_on_commit_callbacks):
    workflow.share(agreement, by=alice, name="陈国强", title="法定代表人", email="chen@acme.example")
    with django_capture_on_commit_callbacks(execute=True):
        workflow.decline(agreement, by=alice, reason="我们不能接受工时条款", clauses=["working_hours"])
    people = ["alice@acme.example", "bob@acme.example", "buyer@example.com", "chen@acme.example", "csr@example.com"]
    assert told("declined") == people
    letters = [letter for letter in mail.outbox if "我们不能接受工时条款" in letter.body]
    assert sorted(letter.to[0] for letter in letters) == people
    agreement.refresh_from_db()
    assert (agreement.status, agreement.turn, agreement.end_reason) == ("declined", "buyer", "我们不能接受工时条款")


def test_refusal_without_reason_is_not_taken(agreement, alice, login):
    login(alice).post(reverse("portal:agreement-decline", args=[agreement.pk]), {"reason": " "})
    agreement.refresh_from_db()
    assert agreement.status == "issued"


# What anybody can verify


@pytest.mark.usefixtures("fonts")
def test_one_flipped_bit_anywhere_is_noticed(agreement, alice, django_capture_on_commit_callbacks):
    agreement.refresh_from_db()
    link = workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")
    shown = ensure_presented(agreement).presented_sha256
    with django_capture_on_commit_callbacks(execute=True):
        workflow.sign(link, name="陈国强", title="法定代表人", authority="", presented_sha256=shown)
    agreement = Agreement.objects.get()
    data = agreement.sealed_file.open("rb").read()
    address, client = reverse("open:agreement-verify", args=[agreement.verify_code]), Client()

    def compared(content):
        page = client.post(address, {"file": SimpleUploadedFile("sealed.pdf", bytes(content))})
        return page.context["comparison"], page.context["result"]

    assert compared(data) == ("same", "valid")
    positions = [len(data) * place // 59 for place in range(59)] + [len(data) - 1]
    unnoticed = []
    for position in positions:
        changed = bytearray(data)
        changed[position] ^= 1
        if compared(changed) != ("other", "altered"):
            unnoticed.append(position)
    assert unnoticed == []
    assert compared(data + b"\n") == ("other", "altered")


# What lists cost


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("name", "person", "queries"),
    [
        ("staff:agreement-list", "buyer", 10),
        ("staff:guideline-list", "buyer", 8),
        ("staff:document-list", "buyer", 6),
        ("portal:agreement-list", "alice", 6),
    ],
)
def test_list_costs_the_same_for_one_and_three(
    number, name, person, queries, acme, rival, login, request, django_assert_num_queries
):
    client = login(request.getfixturevalue(person))
    version, guideline = VersionFactory(), VersionFactory(document__kind="guideline")
    for place in range(number):
        supplier = acme if person == "alice" else SupplierFactory(owner=acme.owner)
        AgreementFactory(supplier=supplier, version=version, status="expired" if place else "issued")
        guideline = VersionFactory(document=guideline.document, status="retired") if place else guideline
        AcknowledgementFactory(supplier=supplier, version=guideline)
        VersionFactory(document__kind="other_agreement")
    client.get(reverse(name))
    with django_assert_num_queries(queries):
        client.get(reverse(name))


def test_refusal_is_answered_by_issuing_the_text_again(agreement, alice, buyer, login):
    workflow.decline(agreement, by=alice, reason="我们不能接受工时条款", clauses=["working_hours"])
    page = login(buyer).get(reverse("staff:agreement-detail", args=[agreement.pk])).content.decode()
    offer = f"?supplier={agreement.supplier_id}&amp;document={agreement.document_id}"
    assert f"{reverse('staff:agreement-issue')}{offer}" in page
    form = login(buyer).get(f"{reverse('staff:agreement-issue')}{offer.replace('&amp;', '&')}").context["form"]
    assert form.initial["version"] == agreement.version_id
    again = workflow.issue(agreement.version, agreement.supplier, by=buyer)
    agreement.refresh_from_db()
    assert (agreement.status, agreement.turn, again.turn) == ("declined", "", "supplier")
    assert waiting.lies_with_company(agreement.supplier) == []


@pytest.mark.usefixtures("fonts")
def test_record_of_a_refusal_is_a_pdf_with_clause_and_reason(agreement, alice, csr_manager, login, tmp_path):
    workflow.decline(agreement, by=alice, reason="我们不能接受工时条款", clauses=["working_hours"])
    path = tmp_path / "evidence.pdf"
    for side, person in (("staff", csr_manager), ("portal", alice)):
        address = reverse(f"{side}:agreement-file", args=[agreement.pk, "evidence"])
        path.write_bytes(b"".join(login(person).get(address, headers={"accept-language": "en"}).streaming_content))
        text = subprocess.run(["/usr/bin/pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
        assert ("7. Working hours" in text or "7. 工作时间" in text, "我们不能接受工时条款" in text) == (True, True)
