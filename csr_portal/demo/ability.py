"""Three years of training: sessions, attendance, tests and certificates of suppliers, staff and auditors."""

import datetime as dt
from decimal import Decimal
from typing import Any

from csr_portal.core.timezones import last_valid_day
from csr_portal.demo import names
from csr_portal.demo.relations import Relation
from csr_portal.demo.staff import TRAINED, Staff
from csr_portal.demo.story import Story
from training import workflow
from training.models import AuditorQualification, Course, Session

# In the language of the session: whoever comes reads it.
PLACES = [
    {"zh-hans": "苏州培训中心", "ja": "蘇州研修センター", "en": "Suzhou, training centre"},
    {"zh-hans": "东莞二号会议厅", "ja": "東莞 第2ホール", "en": "Dongguan, hall 2"},
    {"zh-hans": "视频会议", "ja": "ビデオ会議", "en": "Online"},
    {"zh-hans": "汉堡", "ja": "ハンブルク", "en": "Hamburg"},
    {"zh-hans": "横滨", "ja": "横浜", "en": "Yokohama"},
    {"zh-hans": "越南北宁", "ja": "バクニン", "en": "Bắc Ninh"},
]
TRAINERS = [("李明", "Li Ming"), ("Helen Marsh", "Helen Marsh"), ("山本 誠", "Yamamoto Makoto")]
SESSIONS_A_YEAR = 6
AT_ONE_SESSION = 14  # companies that send people
STAFF_STANDARDS = ["sa8000", "rba", "bsci"]


def plan_rest(story: Story, staff: Staff, relations: list[Relation]) -> None:
    """Sessions of the last months for the suppliers of the second part."""
    courses = list(Course.objects.order_by("pk"))
    for number in range(SESSIONS_A_YEAR):
        held = story.days_ago(335 - number * 42)
        planned = story.after(held, -50, -45)
        story.at(planned, _announce, story, staff, relations, courses[number % len(courses)], held, number)


def plan(story: Story, staff: Staff, relations: list[Relation]) -> None:
    """Sessions every second month; the staff's courses; what is still to come."""
    courses = list(Course.objects.order_by("pk"))
    for number in range(3 * SESSIONS_A_YEAR):
        held = story.days_ago(1060 - number * 58)
        course = courses[number % len(courses)]
        planned = story.after(held, -50, -45)
        story.at(planned, _announce, story, staff, relations, course, held, number)
    for number, standard in enumerate(STAFF_STANDARDS):
        course = next((c for c in courses if c.standard == standard), courses[0])
        held = story.days_ago(330 - 20 * number)
        story.at(story.after(held, -40, -35), _staff_course, story, staff, course, held, number)
    story.at(story.days_ago(900), _qualify, story, staff)
    story.at(story.days_ago(6), _upcoming, story, staff, relations, courses[0])


def _session(story: Story, staff: Staff, course: Course, held: dt.datetime, capacity: int) -> Session:
    local, latin = story.dice.choice(TRAINERS)
    place = story.dice.choice(PLACES)
    language = story.dice.choice(["zh-hans", "zh-hans", "en", "ja"])
    session = workflow.plan_session(
        course,
        by=staff["training"],
        starts_at=held.replace(hour=9, minute=0),
        ends_at=held.replace(hour=17, minute=0),
        place=place[language],
        is_online=place["en"] == "Online",
        language=language,
        provider="Nordhaven Academy",
        trainer=local,
        trainer_latin=latin,
        capacity=capacity,
    )
    workflow.open_session(session, by=staff["training"])
    return session


def _announce(
    story: Story, staff: Staff, relations: list[Relation], course: Course, held: dt.datetime, number: int
) -> None:
    """Open the session, and let those who have registered by then send people, in turn; strategic suppliers two."""
    session = _session(story, staff, course, held, 60)
    there = [r for r in relations if r.clerk and r.goal in {"strategic", "cooperating", "suspended"}]
    there.sort(key=lambda r: (r.goal != "strategic" or r.place % 2 != number % 2, (r.place + 7 * number) % 31))
    for relation in there[:AT_ONE_SESSION]:
        for _person in range(1 + (relation.goal == "strategic")):
            person = names.person(relation.company.country, story.dice)
            story.at(story.after(held, -30, -4), _enrol, staff, session.pk, relation, person)
    story.at(held.replace(hour=18), _close, story, staff, session.pk)


def _enrol(staff: Staff, session_id: int, relation: Relation, person: names.Person) -> None:
    session = Session.objects.get(pk=session_id)
    if session.enrolments.filter(name=person.name, supplier=relation.supplier).exists():
        return
    workflow.enrol(
        session, by=relation.clerk, supplier=relation.supplier, name=person.name, name_latin=person.name_latin
    )


def _staff_course(story: Story, staff: Staff, course: Course, held: dt.datetime, number: int) -> None:
    session = _session(story, staff, course, held, 40)
    trained = list(staff.people.values())[:TRAINED]
    for person in trained[number :: len(STAFF_STANDARDS)]:
        workflow.enrol(session, by=staff["training"], user=person)
    story.at(held.replace(hour=18), _close, story, staff, session.pk)


def _close(story: Story, staff: Staff, session_id: int) -> None:
    """Hold it, write down hours and scores, and let the rule decide."""
    session = Session.objects.get(pk=session_id)
    coordinator = staff["training"]
    if not session.enrolments.exists():
        return
    workflow.hold_session(session, by=coordinator)
    hours = session.course.hours
    for enrolment in session.enrolments.filter(status="enrolled").select_related("session__course"):
        luck = story.dice.random()
        attended = Decimal(0) if luck < 0.04 else hours * Decimal("0.5") if luck < 0.08 else hours
        score = story.dice.choice([74, 78]) if 0.08 < luck < 0.13 else story.dice.randint(80, 100)
        is_staff = enrolment.supplier_id is None
        workflow.record_results(
            enrolment,
            by=coordinator,
            hours={session.days[0]: hours if is_staff else attended},
            score=max(score, 84) if is_staff else (score if attended else None),
        )
    workflow.close_session(session, by=coordinator)


def _qualify(story: Story, staff: Staff) -> None:
    """Six auditors with certificates; one of them too new to lead."""
    schemes = ["sa8000", "rba", "bsci", "sa8000", "apsca", "bsci"]
    for auditor, scheme in zip(staff.auditors, schemes, strict=True):
        issued = story.days_ago(880).date()
        qualification = AuditorQualification(
            user=auditor,
            scheme=scheme,
            level="CSCA" if scheme == "apsca" else "lead",
            number=f"{scheme.upper().replace('_', '-')}-{auditor.pk:04d}",
            issuer="Rheinwerk Certification",
            issued_on=issued,
            expires_on=last_valid_day(issued, years=3),
            witnessed_audits=1 if auditor == staff["auditor6"] else 4,
            employer="Nordhaven Group",
        )
        workflow.record_qualification(qualification, by=staff["training"])


def _upcoming(story: Story, staff: Staff, relations: list[Relation], course: Course) -> None:
    """A session that suppliers can enrol in now."""
    session = _session(story, staff, course, story.working_moment(story.now.date() + dt.timedelta(days=24)), 60)
    invited: list[Any] = [r.supplier for r in relations if r.clerk and r.goal == "strategic"]
    workflow.invite(session, invited, by=staff["training"])
    for relation in relations[1:6]:
        if relation.clerk:
            _enrol(staff, session.pk, relation, names.person(relation.company.country, story.dice))
