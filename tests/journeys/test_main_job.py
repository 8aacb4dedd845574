"""The main job in a real browser: from the invitation to a strategic supplier, and the status taken away again.

Staff work at a desk in English; the clerk and the signatory of the supplier on a phone in Chinese. The dates that
cannot be waited for (a training day) are moved in the database; everything else happens on pages.
"""

import datetime as dt
import io
import re
import shutil
import subprocess
import tempfile
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from agreements.models import Agreement, CheckQuestion, Version
from audits.models import Clause, Finding, SelfInspection, SiteReview
from csr_portal.core.models import HistoryEntry
from csr_portal.core.timezones import today
from suppliers.models import GatePolicy, Review, Supplier
from tests.factories.audits import (
    QuestionFactory,
    QuestionnaireFactory,
    QuestionnaireVersionFactory,
    SectionFactory,
    texts,
)
from tests.factories.core import OrganisationFactory
from tests.factories.training import AuditorQualificationFactory
from tests.journeys.person import DESKTOP, PHONE, Person
from training.models import Session, TrainingCertificate

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

COMPANY = "东莞市宏达五金制品有限公司"
USCC = "91441900MA4W1XK23E"
CLERK = "liu.min@hongda.example"
SIGNATORY = "chen@hongda.example"
PASSWORD = "correct horse battery"
RETURNED = "Show the drill record of both shifts."


@pytest.fixture
def people(
    chromium, erasable, live_server, fonts, buyer, csr_manager, second_csr_manager, auditor, training_coordinator
):  # the desks of staff; the phones of the supplier's people
    call_command("load_defaults", verbosity=0)
    OrganisationFactory()
    Person.seen, Person.looks = set(), []
    faults = []

    def sits_down(user=None, device=DESKTOP):
        return Person(chromium, live_server.url, faults, user=user, **device)

    people = SimpleNamespace(
        faults=faults,
        buyer=sits_down(buyer),
        csr=sits_down(csr_manager),
        second=sits_down(second_csr_manager),
        auditor=sits_down(auditor),
        trainer=sits_down(training_coordinator),
        clerk=sits_down(device=PHONE),
        signatory=sits_down(device=PHONE),
        auditor_user=auditor,
    )
    yield people
    for person in vars(people).values():
        if isinstance(person, Person):
            person.context.close()


def test_supplier_goes_from_invitation_to_strategic_and_loses_it_again(people):
    supplier = invited_and_registered(people)
    agreement_signed(people, supplier)
    guideline_acknowledged(people)
    admitted(people, supplier)
    inspection = self_inspection_sent_back_once_and_accepted(people, supplier)
    review = site_reviewed(people, supplier)
    finding_closed(people, Finding.objects.get(site_review=review))
    two_people_trained(people)
    decided_by_a_second_person(people, supplier)
    assert (status(supplier), inspection.supplier_id) == ("strategic", supplier.pk)
    status_goes_with_its_condition(people, supplier)
    assert people.faults == []
    assert Person.looks == []


def status(supplier):
    return Supplier.objects.get(pk=supplier.pk).status


def last_mail(email):
    return next(message for message in reversed(mail.outbox) if message.to == [email])


def link_in(message, start):
    return re.search(rf"https?://[^/\s]+({start}\S+)", message.body)[1]


# The chapters


def invited_and_registered(people):
    buyer, clerk = people.buyer, people.clerk
    buyer.open("/staff/suppliers/").open("/staff/suppliers/invite/")
    buyer.fill(name=COMPANY, name_latin="Dongguan Hongda Hardware Co., Ltd.", country="CN", email=CLERK, person="刘敏")
    buyer.fill(message="请在手机上注册。").press()
    shown = buyer.page.input_value("#link")
    link = link_in(last_mail(CLERK), "/open/invitation/")
    assert shown.endswith(link)

    clerk.open(link)
    assert clerk.page.get_attribute("html", "lang").lower().startswith("zh")
    clerk.fill(registration_number=USCC, city="东莞", address="虎门镇工业路18号", phone="+86 769 8888 1234")
    clerk.fill(password=PASSWORD, agree=True).press()
    clerk.fill(name="虎门厂", name_latin="Humen plant", workers_women=20, workers_men=10).press()
    clerk.open("/portal/").open("/portal/company/")
    supplier = Supplier.objects.get(registration_number=USCC)
    assert (supplier.status, supplier.name, supplier.turn) == ("registered", COMPANY, "buyer")
    buyer.open(f"/staff/suppliers/{supplier.pk}/").says(COMPANY)
    return supplier


def issue(people, code, supplier):
    version = Version.objects.published().filter(document__code__contains=code).latest("pk")
    buyer = people.buyer.open(f"/staff/agreements/issue/?supplier={supplier.pk}")
    buyer.fill(version=version.pk).press().press("button[name=confirm]")
    return version


def agreement_signed(people, supplier):
    clerk, signatory = people.clerk, people.signatory
    issue(people, "agreement", supplier)
    agreement = Agreement.objects.get(supplier=supplier)
    clerk.open("/portal/agreements/").press(f"a[href='/portal/agreements/{agreement.pk}/']")
    clerk.press_in_form("/share/", name="陈志强", name_latin="Chen Zhiqiang", title="法定代表人", email=SIGNATORY)

    signatory.open(link_in(last_mail(SIGNATORY), "/open/sign/"))
    signatory.press("form[action$='/code/'] button")
    code = re.search(r"(?<!\d)(\d{3}) ?(\d{3})(?!\d)", last_mail(SIGNATORY).body)
    signatory.fill(code="".join(code.groups())).press("form:has([name=code]) button")
    signatory.fill(has_authority=True).press("form:has([name=has_authority]) button")
    signatory.page.evaluate("const text = document.querySelector('[data-clauses]'); text.scrollTop = text.scrollHeight")
    signatory.fill(has_read=True).press("form:has([name=has_read]) button")
    signatory.fill(typed_name="陈志强", consent=True).press("form:has([name=consent]) button[type=submit]")
    agreement.refresh_from_db()
    assert (agreement.status, status(supplier)) == ("in_force", "registered")

    signatory.open(signatory.path)
    sealed = signatory.page.request.get(signatory.page.get_attribute("a[href$='/files/sealed/']", "href"))
    assert sealed.body()[:5] == b"%PDF-"
    is_sealed(sealed.body())
    signatory.open(f"/open/verify/agreement/{agreement.verify_code}/").says(COMPANY)
    clerk.open(f"/portal/agreements/{agreement.pk}/")
    people.csr.open("/staff/agreements/").open(f"/staff/agreements/{agreement.pk}/").says("陈志强")
    assert clerk.page.request.get(f"/portal/agreements/{agreement.pk}/files/sealed/").body() == sealed.body()


def is_sealed(data):
    """What a reader's own tool says about the signature."""
    if not shutil.which("pdfsig"):
        return
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        answer = subprocess.run(["pdfsig", "-nocert", file.name], capture_output=True, check=False)
    assert b"Signature is Valid" in answer.stdout, answer.stdout + answer.stderr


def guideline_acknowledged(people):
    supplier = Supplier.objects.get(registration_number=USCC)
    version = issue(people, "guideline", supplier)
    clerk = people.clerk.open("/portal/agreements/").press("a[href^='/portal/guideline/']")
    questions = CheckQuestion.objects.filter(version=version)
    clerk.fill(**{f"q{question.pk}": question.right for question in questions})
    clerk.press("main form:has([type=radio]) button[type=submit]")
    supplier.refresh_from_db()
    assert supplier.guideline_status == "acknowledged"


def admitted(people, supplier):
    people.buyer.open(f"/staff/suppliers/{supplier.pk}/").press("a[href$='/step/admit/']").press()
    assert status(supplier) == "cooperating"


def short_questionnaire(title, number):
    version = QuestionnaireVersionFactory(questionnaire=QuestionnaireFactory(title=texts(title)))
    section = SectionFactory(version=version)
    clauses = Clause.objects.order_by("pk")[:number]
    return version, [QuestionFactory(version=version, section=section, clause=clause) for clause in clauses]


def photo():
    data = io.BytesIO()
    Image.new("RGB", (2400, 1600), "steelblue").save(data, "JPEG")
    return {"name": "消防演练（2026年11月）.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def self_inspection_sent_back_once_and_accepted(people, supplier):
    buyer, clerk, csr = people.buyer, people.clerk, people.csr
    version, questions = short_questionnaire("Self-inspection", 3)
    site = supplier.sites.get()
    buyer.open(f"/staff/inspections/assign/?supplier={supplier.pk}").fill(site=site.pk, version=version.pk).press()
    inspection = SelfInspection.objects.get(site=site)

    clerk.open("/portal/inspections/").open(f"/portal/inspections/{inspection.pk}/").press()
    clerk.open(f"/portal/inspections/{inspection.pk}/questions/{questions[0].pk}/")
    answered_by_autosave(clerk, "yes")
    with clerk.page.expect_response(lambda response: response.url.endswith("/files/")) as answer:
        clerk.page.set_input_files("input[name=file]", files=[photo()])
    assert answer.value.status == 200
    clerk.page.reload()
    assert clerk.page.is_checked("input[name=choice][value=yes]")
    assert clerk.page.locator("[data-thumbs] img").count() == 1
    for question in questions[1:]:
        clerk.open(f"/portal/inspections/{inspection.pk}/questions/{question.pk}/")
        answered_by_autosave(clerk, "yes")
    clerk.open(f"/portal/inspections/{inspection.pk}/submit/").press()

    csr.open("/staff/inspections/").open(f"/staff/inspections/{inspection.pk}/")
    row = inspection.answers.get(question=questions[1])
    csr.page.fill(f"#note-{row.pk}", RETURNED)
    with csr.page.expect_response(lambda response: "/verdict/" in response.url):
        csr.page.click(f"#verdict-{row.pk} button[value=returned]")
    csr.open(f"/staff/inspections/{inspection.pk}/").press_in_form("/return/", reason="One answer is to be corrected.")

    clerk.open(f"/portal/inspections/{inspection.pk}/")
    clerk.open(f"/portal/inspections/{inspection.pk}/questions/{questions[1].pk}/").says(RETURNED)
    with clerk.page.expect_response(lambda response: response.url.endswith("/answer/")):
        clerk.page.fill("#note", "两班的演练记录都在档案里。")
    clerk.open(f"/portal/inspections/{inspection.pk}/submit/").press()
    csr.open(f"/staff/inspections/{inspection.pk}/").press("form[action$='/accept/'] button")
    inspection.refresh_from_db()
    assert (inspection.status, inspection.score) == ("accepted", 100)
    clerk.open(f"/portal/inspections/{inspection.pk}/result/")
    return inspection


def answered_by_autosave(clerk, choice):
    """Nothing is pressed: the answer goes by itself, and the page says so."""
    with clerk.page.expect_response(lambda response: response.url.endswith("/answer/")) as answer:
        clerk.page.check(f"input[name=choice][value={choice}]")
    assert answer.value.status == 200
    clerk.page.wait_for_selector("[data-saveline].tone-ok span")


def site_reviewed(people, supplier):
    csr, auditor, clerk = people.csr, people.auditor, people.clerk
    checklist, questions = short_questionnaire("Checklist", 6)
    AuditorQualificationFactory(
        user=people.auditor_user, issued_on=today() - dt.timedelta(300), expires_on=today() + dt.timedelta(300)
    )
    year, site = today().year, supplier.sites.get()
    csr.open("/staff/plans/").fill(year=year).press()
    if not SiteReview.objects.exists():
        csr.press(f"a[href='/staff/site-reviews/new/?plan={year}']")
        csr.fill(site=site.pk, reason="strategic", first_day=today()).press()
    review = SiteReview.objects.get(site=site)
    people.second.open(f"/staff/plans/{year}/").press("form[action$='/approve/'] button")

    page = f"/staff/site-reviews/{review.pk}/"
    csr.open("/staff/site-reviews/").open(page).press_in_form(f"{page}edit/", checklist=checklist.pk)
    csr.press_in_form(f"{page}team/", user=people.auditor_user.pk, part="lead")
    auditor.open(page).press_in_form(f"{page}declare/", no_conflict="yes")
    csr.open(page).press(f"form[action='{page}announce/'] button")
    clerk.open("/portal/site-reviews/").open(f"/portal/site-reviews/{review.pk}/")
    clerk.press("form[action$='/confirm/'] button")
    auditor.open(page).press(f"form[action='{page}start/'] button")

    auditor.open(f"{page}field/")
    rows = {row.question_id: row for row in review.checkpoints.all()}
    for place, question in enumerate(questions):
        note_checkpoint(auditor, rows[question.pk], "not_conform" if place == 1 else "conform")
    refused = rows[questions[1].pk]
    auditor.open(f"/staff/findings/checkpoints/{refused.pk}/")
    auditor.fill(grade="minor", title="Emergency exit blocked", facts="Second floor, west stairs: pallets.")
    auditor.fill(title_local="安全出口被堵", verification="desk", wanted_evidence="Photo of the free exit").press()
    review.refresh_from_db()
    auditor.open(page).press_in_form(
        f"{page}interviews/", kind="group", people=review.sample_required, women=1, topics="hours"
    )
    auditor.open(page).press(f"form[action='{page}close/'] button")
    auditor.press_in_form(f"{page}texts/", summary="Good order.", strengths="Dormitory.", limits="None.")
    auditor.open(page).press(f"form[action='{page}report/'] button")
    review.refresh_from_db()
    assert (review.status, review.letter in {"A", "B"}) == ("reported", True)
    clerk.open(f"/portal/site-reviews/{review.pk}/")
    return review


def note_checkpoint(auditor, row, result):
    auditor.page.goto(f"{auditor.path}#cp-{row.pk}")
    with auditor.page.expect_response(lambda response: f"/checkpoints/{row.pk}/" in response.url) as answer:
        auditor.page.locator(f"#cp-{row.pk} input[name=result][value={result}]").check(force=True)
    assert answer.value.status == 200


def finding_closed(people, finding):
    clerk, csr = people.clerk, people.csr
    soon = today() + dt.timedelta(7)
    clerk.open("/portal/findings/").open(f"/portal/findings/{finding.pk}/").says("安全出口被堵")
    clerk.fill(root_cause="没有固定的堆放区域。")
    for number in range(clerk.page.locator("[name^='actions-'][name$='-text']").count()):
        clerk.fill(**{f"actions-{number}-text": "划线并每日检查", f"actions-{number}-owner": "王芳"})
        clerk.fill(**{f"actions-{number}-due_on": soon})
    clerk.press("form[action$='/plan/'] button[type=submit]")
    page = f"/staff/findings/{finding.pk}/"
    csr.open("/staff/findings/").open(page).press(f"button[formaction='{page}approve_plan/']")
    clerk.open(f"/portal/findings/{finding.pk}/")
    clerk.page.set_input_files("form[action$='/evidence/'] input[type=file]", files=[photo()])
    clerk.fill("form[action$='/evidence/']", note="通道已清空。")
    clerk.press("form[action$='/evidence/'] button[type=submit]")
    csr.open(page).press(f"button[formaction='{page}verify/']")
    finding.refresh_from_db()
    assert (finding.status, finding.turn) == ("verified_closed", "")


def two_people_trained(people):
    trainer, clerk = people.trainer, people.clerk
    begins = timezone.now().replace(hour=1, minute=0) + dt.timedelta(days=4)
    trainer.open("/staff/training/").open("/staff/training/sessions/new/")
    course = trainer.page.locator("[name=course] option").nth(1).get_attribute("value")
    trainer.fill(course=course, starts_at=f"{begins:%Y-%m-%dT%H:%M}", ends_at=f"{begins:%Y-%m-%dT}17:00")
    trainer.fill(place="东莞", trainer="王芳").press()
    session = Session.objects.get()
    page = f"/staff/training/sessions/{session.pk}/"
    trainer.press(f"form[action='{page}open/'] button")
    trainer.open(f"{page}invite/").press("button[name=show]").press()
    for name in ("刘敏", "李强"):
        clerk.open(f"/portal/training/sessions/{session.pk}/").fill(name=name).press(
            "main form:has([name=name]) button"
        )
    Session.objects.update(
        starts_at=begins - dt.timedelta(days=6), ends_at=begins - dt.timedelta(days=6) + dt.timedelta(hours=8)
    )
    trainer.open(page).press(f"form[action='{page}hold/'] button")
    trainer.open(f"{page}results/")
    for field in trainer.page.locator("[name^='hours-']").all():
        field.fill(str(session.course.hours.normalize()))
    for field in trainer.page.locator("[name^='score-']").all():
        field.fill("92")
    trainer.press("main form:has([name^='score-']) button[type=submit]")
    trainer.open(page).press(f"form[action='{page}close/'] button")
    certificates = list(TrainingCertificate.objects.all())
    assert len(certificates) == 2
    clerk.open("/portal/training/").open(f"/portal/training/certificates/{certificates[0].pk}/")
    people.signatory.open(f"/open/verify/training/{certificates[0].code}/").says(certificates[0].number)


def decided_by_a_second_person(people, supplier):
    buyer, csr, second = people.buyer, people.csr, people.second
    buyer.open(f"/staff/suppliers/{supplier.pk}/csr-reviews/open/")
    buyer.fill(segment="strategic", request="Sole source of the hinge since 2022.")
    buyer.press("main form:has([name=request]) button[type=submit]")
    review = Review.objects.get(supplier=supplier)
    page = f"/staff/csr-reviews/{review.pk}/"
    csr.open("/staff/csr-reviews/").open(page).press_in_form("/prepare/", recommendation="All is in order.")
    assert csr.open(page).page.locator("form[action$='/decide/'] [name=outcome]").count() == 0
    second.open(page).press_in_form("/decide/", outcome="approved", reason="All conditions are met.")
    review.refresh_from_db()
    assert review.status == "decided"
    actions = HistoryEntry.objects.filter(thread=f"supplier:{supplier.pk}").values_list("action", flat=True)
    assert {"supplier.register", "supplier.admit", "review.decide", "supplier.make_strategic"} <= set(actions)
    people.clerk.open("/portal/status/")
    buyer.open(f"/staff/suppliers/{supplier.pk}/history/").open("/staff/")


def status_goes_with_its_condition(people, supplier):
    GatePolicy.objects.filter(is_current=True).update(grace_days=0)
    agreement = Agreement.objects.get(supplier=supplier)
    csr = people.csr.open(f"/staff/agreements/{agreement.pk}/")
    csr.press_in_form("/terminate/", reason="The text is replaced.")
    assert status(supplier) == "cooperating"
    people.buyer.open(f"/staff/suppliers/{supplier.pk}/")
    people.clerk.open("/portal/")
    assert last_mail(CLERK).body
