import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audits.models import AnswerEvidence, InspectionCampaign, SelfInspection
from tests.factories.audits import QuestionFactory, QuestionnaireVersionFactory, SelfInspectionFactory
from tests.factories.suppliers import EvidenceFactory, SiteFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def inspection(acme):
    version = QuestionnaireVersionFactory()
    QuestionFactory(version=version, key="a", position=1)
    QuestionFactory(version=version, key="b", position=2)
    return SelfInspectionFactory(site=SiteFactory(supplier=acme), version=version, total=2, facts_confirmed=True)


def address(inspection, key, end=""):
    return f"/portal/inspections/{inspection.pk}/questions/{inspection.version.questions.get(key=key).pk}/{end}"


def save(client, inspection, key, **answer):
    return client.post(address(inspection, key, "answer/"), json.dumps(answer), content_type="application/json")


def test_whole_self_inspection_works_without_javascript(inspection, alice, csr_manager, login):
    client = login(alice)
    first = client.post(address(inspection, "a"), {"choice": "yes", "note": "消防", "base_revision": 0, "on": "1"})
    assert (first.status_code, first["Location"]) == (302, address(inspection, "b"))
    upload = SimpleUploadedFile("消防演练记录.pdf", PDF)
    last = client.post(address(inspection, "b"), {"choice": "no", "base_revision": 0, "on": "1", "file": upload})
    assert (last.status_code, last["Location"]) == (302, f"/portal/inspections/{inspection.pk}/submit/")
    client.post(f"/portal/inspections/{inspection.pk}/submit/")
    inspection.refresh_from_db()
    assert (inspection.status, inspection.answered) == ("submitted", 2)
    login(csr_manager).post(f"/staff/inspections/{inspection.pk}/accept/")
    inspection.refresh_from_db()
    assert (inspection.status, inspection.letter) == ("accepted", "D")
    assert client.get(f"/portal/inspections/{inspection.pk}/result/").status_code == 200


@pytest.mark.parametrize("chosen", ["abc", "-1", "99999999999999999999", "another"])
def test_answer_with_a_file_that_is_not_the_supplier_s_own_is_refused_as_a_whole(
    chosen, inspection, alice, rival, login
):
    other = EvidenceFactory(supplier=rival, site=SiteFactory(supplier=rival))
    client = login(alice)
    said = client.post(
        address(inspection, "a"),
        {"choice": "yes", "base_revision": 0, "evidence": other.pk if chosen == "another" else chosen},
    )
    assert (said.status_code, inspection.answers.exclude(choice="").count()) == (404, 0)
    assert AnswerEvidence.objects.count() == 0


def test_submit_page_lists_all_that_is_missing(inspection, alice, login):
    page = login(alice).get(f"/portal/inspections/{inspection.pk}/submit/")
    assert [blocker.code for blocker in page.context["blockers"]] == ["unanswered", "unanswered"]


def test_submit_page_leads_to_the_first_missing_answer(inspection, alice, login):
    """Whoever reads it is the one to act, so nobody else is named, and nothing has gone wrong yet."""
    page = login(alice).get(f"/portal/inspections/{inspection.pk}/submit/")
    first, second = page.context["blockers"]
    shown = page.content.decode()
    assert (shown.count(f'href="{first.url}"'), shown.count(f'href="{second.url}"')) == (2, 1)
    assert shown.count("To act:") == 0


def test_autosave_confirms_by_the_devices_id(inspection, alice, login):
    client_id = str(uuid.uuid4())
    said = save(login(alice), inspection, "a", choice="yes", note="", base_revision=0, client_id=client_id).json()
    assert (said["client_id"], said["revision"], said["answered"], said["total"]) == (client_id, 1, 1, 2)


def test_autosave_shows_both_values_to_the_second_saver(inspection, alice, bob, login):
    save(login(alice), inspection, "a", choice="yes", note="Alice", base_revision=0)
    answer = save(login(bob), inspection, "a", choice="no", note="Bob", base_revision=0)
    said = answer.json()
    assert (answer.status_code, said["theirs"]["note"], said["mine"]["note"]) == (409, "Alice", "Bob")
    assert (said["theirs"]["by"], said["mine"]["by"]) == (str(alice), str(bob))
    plain = login(bob).post(address(inspection, "a"), {"choice": "no", "note": "Bob", "base_revision": 0})
    assert (plain.status_code, plain.context["theirs"].note) == (409, "Alice")


@pytest.mark.parametrize(
    ("body", "status"), [("[]", 400), ("{", 400), ('{"choice": "maybe"}', 400), ('{"choice": "na"}', 422)]
)
def test_autosave_refuses_what_is_no_answer(inspection, alice, login, body, status):
    answer = login(alice).post(address(inspection, "a", "answer/"), body, content_type="application/json")
    assert answer.status_code == status


def test_autosave_of_another_suppliers_inspection_is_not_there(inspection, mallory, login):
    assert save(login(mallory), inspection, "a", choice="yes").status_code == 404


def test_upload_is_confirmed_by_id_and_hash(inspection, alice, login):
    client_id = str(uuid.uuid4())
    data = {"client_id": client_id, "file": SimpleUploadedFile("a.pdf", PDF)}
    said = login(alice).post(address(inspection, "a", "files/"), data).json()
    link = AnswerEvidence.objects.get()
    assert (said["client_id"], said["sha256"]) == (client_id, link.evidence.file.sha256)
    refused = login(alice).post(address(inspection, "a", "files/"), {"file": SimpleUploadedFile("a.exe", b"MZ" * 99)})
    assert refused.status_code == 422


def test_reviewers_words_stay_hidden_until_the_return(inspection, alice, login):
    save(login(alice), inspection, "a", choice="yes")
    inspection.answers.update(verdict="returned", verdict_note="SECRET")
    SelfInspection.objects.update(status="submitted")
    page = login(alice).get(address(inspection, "a"))
    assert (page.status_code, "SECRET" in page.content.decode()) == (200, False)


def test_verdict_is_given_in_place(inspection, alice, csr_manager, login):
    save(login(alice), inspection, "a", choice="yes")
    SelfInspection.objects.update(status="submitted")
    row = inspection.answers.get()
    client = login(csr_manager)
    url = f"/staff/inspection-answers/{row.pk}/verdict/"
    part = client.post(url, {"verdict": "returned", "note": "Photo"}, headers={"HX-Request": "true"})
    row.refresh_from_db()
    assert (part.status_code, row.verdict, row.verdict_note) == (200, "returned", "Photo")
    assert client.post(url, {"verdict": "ok"})["Location"] == f"/staff/inspections/{inspection.pk}/#q{row.question_id}"


def test_campaign_shows_first_and_asks_then(acme, inspection, buyer, login):
    data = {
        "name": "2027",
        "year": 2027,
        "version": QuestionnaireVersionFactory().pk,
        "due_on": "2099-01-31",
        "status": "active",
    }
    client = login(buyer)
    plan = client.post("/staff/inspection-campaigns/new/", data)
    assert ([p.site for p in plan.context["asked"]], InspectionCampaign.objects.count()) == ([inspection.site], 0)
    client.post("/staff/inspection-campaigns/new/", {**data, "send": "1"})
    campaign = InspectionCampaign.objects.get()
    assert [row.site for row in campaign.inspections.all()] == [inspection.site]
    assert client.get(f"/staff/inspection-campaigns/{campaign.pk}/").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_list_takes_the_same_queries_for_every_number_of_rows(
    number, acme, buyer, login, django_assert_num_queries, inspection
):
    for _ in range(number - 1):
        SelfInspectionFactory(site=SiteFactory(supplier=acme), version=inspection.version)
    client = login(buyer)
    client.get("/staff/inspections/")
    with django_assert_num_queries(4):
        page = client.get("/staff/inspections/")
    assert len(page.context["page"].rows) == number


def test_list_exports_what_it_shows(inspection, buyer, login):
    text = b"".join(login(buyer).get("/staff/inspections/?export=csv")).decode("utf-8-sig")
    assert inspection.supplier.name in text


def test_files_given_before_are_offered_once_each_with_their_date(inspection, alice, acme, rival, login):
    twice = [EvidenceFactory(supplier=acme, file__sha256="a" * 64, file__original_name="fire.pdf") for _ in range(2)]
    dated = EvidenceFactory(supplier=acme, file__sha256="b" * 64, effective_on="2026-03-04")
    EvidenceFactory(supplier=rival, file__sha256="c" * 64)
    EvidenceFactory(supplier=acme, file__sha256="d" * 64, withdrawn_at="2026-05-01T00:00Z", withdrawn_reason="wrong")
    alice.language = "en"
    alice.save()
    page = login(alice).get(address(inspection, "a"))
    assert list(page.context["known_files"]) == [dated, twice[1]]
    assert "4 Mar 2026" in page.content.decode()


@pytest.mark.parametrize("who", ["alice", "csr_manager"])
def test_report_forms_name_every_language_in_its_own_words(who, inspection, alice, csr_manager, login, request):
    SelfInspection.objects.filter(pk=inspection.pk).update(status="submitted", submitted_at="2026-05-01T00:00Z")
    person = request.getfixturevalue(who)
    person.language = "zh-hans"
    person.save()
    client = login(person)
    path = "portal" if who == "alice" else "staff"
    end = "result/" if who == "alice" else ""
    text = client.get(f"/{path}/inspections/{inspection.pk}/{end}").content.decode()
    assert [word in text for word in (">English</option>", ">简体中文</option>", ">日本語</option>", "英语")] == [
        True,
        True,
        True,
        False,
    ]
