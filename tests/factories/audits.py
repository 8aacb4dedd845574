import datetime as dt
from decimal import Decimal

import factory

from audits.models import (
    Answer,
    CheckpointResult,
    Choice,
    Clause,
    EvidenceType,
    Finding,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    Section,
    SelfInspection,
    SiteReview,
    SiteReviewPlan,
    Standard,
    StandardSection,
    TeamMember,
)
from audits.states import InspectionStatus, VersionStatus
from tests.factories.core import UserFactory
from tests.factories.suppliers import SiteFactory


def texts(text):
    return {"en": text, "zh-hans": f"{text}（中）", "ja": f"{text}（日）"}


class StandardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Standard
        django_get_or_create = ("code",)

    code = "sa8000"
    name = factory.LazyAttribute(lambda o: {"en": "SA8000", "zh-hans": "SA8000社会责任标准", "ja": "SA8000"})
    edition = "2014"
    owner = "Social Accountability International"


class StandardSectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StandardSection

    standard = factory.SubFactory(StandardFactory)
    code = factory.Sequence(lambda n: f"{n + 1}")
    title = factory.LazyAttribute(lambda o: texts(f"Section {o.code}"))
    position = factory.Sequence(lambda n: n)


class ClauseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Clause

    section = factory.SubFactory(StandardSectionFactory)
    standard = factory.SelfAttribute("section.standard")
    number = factory.Sequence(lambda n: f"1.{n + 1}")
    key = factory.LazyAttribute(lambda o: f"{o.standard.code}:{o.number}")
    position = factory.Sequence(lambda n: n)
    title = factory.LazyAttribute(lambda o: texts(f"Clause {o.number}"))
    criticality = "major"


class EvidenceTypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EvidenceType

    code = factory.Sequence(lambda n: f"evidence-{n}")
    name = factory.LazyAttribute(lambda o: texts(o.code))


class QuestionnaireFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Questionnaire

    code = factory.Sequence(lambda n: f"questionnaire-{n}")
    title = factory.LazyAttribute(lambda o: texts("Self-inspection"))


class QuestionnaireVersionFactory(factory.django.DjangoModelFactory):
    """A published version without questions; `QuestionFactory(version=…)` adds them."""

    class Meta:
        model = QuestionnaireVersion

    questionnaire = factory.SubFactory(QuestionnaireFactory)
    number = 1
    status = VersionStatus.PUBLISHED


class SectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Section

    version = factory.SubFactory(QuestionnaireVersionFactory)
    title = factory.LazyAttribute(lambda o: texts("Health and safety"))
    position = factory.Sequence(lambda n: n)


class QuestionFactory(factory.django.DjangoModelFactory):
    """A question with the choices yes and no, and not applicable where allowed."""

    class Meta:
        model = Question
        skip_postgeneration_save = True

    version = factory.SubFactory(QuestionnaireVersionFactory)
    section = factory.SubFactory(SectionFactory, version=factory.SelfAttribute("..version"))
    clause = factory.SubFactory(ClauseFactory)
    key = factory.Sequence(lambda n: f"q{n}")
    position = factory.Sequence(lambda n: n)
    text = factory.LazyAttribute(lambda o: texts(f"Question {o.key}?"))
    help = factory.LazyAttribute(lambda o: texts("What is enough"))
    criticality = "major"

    @factory.post_generation
    def choices(self, create, extracted, **kwargs):
        codes = ["yes", "no"] + (["na"] if self.allows_na else [])
        values = {"yes": Decimal(1), "no": Decimal(0), "na": None}
        for position, code in enumerate(codes):
            Choice.objects.create(question=self, code=code, label=texts(code), value=values[code], position=position)


class SelfInspectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SelfInspection

    site = factory.SubFactory(SiteFactory)
    supplier = factory.SelfAttribute("site.supplier")
    version = factory.SubFactory(QuestionnaireVersionFactory)
    status = InspectionStatus.ASSIGNED
    turn = "supplier"
    due_on = dt.date(2027, 1, 31)


class AnswerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Answer

    inspection = factory.SubFactory(SelfInspectionFactory)
    question = factory.SubFactory(QuestionFactory, version=factory.SelfAttribute("..inspection.version"))
    choice = "yes"


class SiteReviewPlanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SiteReviewPlan

    year = factory.Sequence(lambda n: 2026 + n)
    status = "draft"
    turn = "csr"
    created_by = factory.SubFactory(UserFactory, roles=["csr_manager"])


class SiteReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SiteReview

    number = factory.Sequence(lambda n: f"R-2026-{n + 1:03d}")
    site = factory.SubFactory(SiteFactory)
    supplier = factory.SelfAttribute("site.supplier")
    checklist = factory.SubFactory(QuestionnaireVersionFactory)
    planned_from = dt.date(2026, 12, 9)
    planned_to = dt.date(2026, 12, 10)
    status = "planned"
    turn = "csr"


class TeamMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TeamMember

    review = factory.SubFactory(SiteReviewFactory)
    user = factory.SubFactory(UserFactory, roles=["auditor"])
    part = "lead"


class CheckpointResultFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CheckpointResult

    review = factory.SubFactory(SiteReviewFactory, status="in_progress")
    question = factory.SubFactory(QuestionFactory, version=factory.SelfAttribute("..review.checklist"))


class FindingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Finding

    number = factory.Sequence(lambda n: f"F-2026-{n + 1:03d}")
    site = factory.SubFactory(SiteFactory)
    supplier = factory.SelfAttribute("site.supplier")
    origin = "site_review"
    grade = "major"
    title = "Fire exit locked"
    title_local = "安全出口上锁"
    facts = "East exit, 2nd floor: chain and padlock on the panic bar."
    facts_local = "二楼东侧安全出口：推杆上有链条和挂锁。"
    discovered_on = dt.date(2026, 11, 10)
    plan_due_on = dt.date(2026, 11, 24)
    approval_due_on = dt.date(2026, 12, 8)
    close_due_on = dt.date(2027, 2, 8)
    status = "open"
    turn = "supplier"
    due_on = dt.date(2026, 11, 24)
