import datetime as dt
from decimal import Decimal

import factory

from tests.factories.core import UserFactory
from tests.factories.suppliers import SupplierFactory
from training.models import (
    AuditorQualification,
    AuditorTie,
    Course,
    Enrolment,
    Programme,
    Session,
    SessionInvitation,
    TrainingCertificate,
)
from training.states import CourseStandard, EnrolmentStatus, Level, Scheme, SessionStatus, TieKind


class ProgrammeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Programme
        django_get_or_create = ("year",)

    year = 2026
    title = factory.LazyAttribute(lambda o: {"en": f"Programme {o.year}", "zh-hans": f"{o.year}年培训计划"})


class CourseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Course

    code = factory.Sequence(lambda n: f"course-{n}")
    title = factory.LazyAttribute(lambda o: {"en": f"Fire safety {o.code}", "zh-hans": "消防安全", "ja": "防火安全"})
    standard = CourseStandard.SAFETY
    hours = Decimal(6)


class SessionFactory(factory.django.DjangoModelFactory):
    """One day of six hours, 22 May 2026 in Dongguan, open for enrolment."""

    class Meta:
        model = Session

    programme = factory.SubFactory(ProgrammeFactory)
    course = factory.SubFactory(CourseFactory)
    number = factory.Sequence(lambda n: f"T-2025-{n:03d}")
    status = SessionStatus.OPEN
    starts_at = dt.datetime(2026, 5, 22, 1, tzinfo=dt.UTC)
    ends_at = dt.datetime(2026, 5, 22, 9, tzinfo=dt.UTC)
    enrol_until = factory.LazyAttribute(lambda o: o.starts_at.date() - dt.timedelta(days=1))
    place = "东莞"
    language = "zh-hans"
    trainer = "王芳"
    trainer_latin = "Wang Fang"
    capacity = 20


class SessionInvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SessionInvitation

    session = factory.SubFactory(SessionFactory)
    supplier = factory.SubFactory(SupplierFactory)
    invited_by = factory.SubFactory(UserFactory)


class EnrolmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Enrolment

    session = factory.SubFactory(SessionFactory)
    supplier = factory.SubFactory(SupplierFactory)
    status = EnrolmentStatus.ENROLLED
    name = factory.Sequence(lambda n: f"刘敏{n}")
    name_latin = factory.Sequence(lambda n: f"Liu Min {n}")
    email = factory.Sequence(lambda n: f"trainee{n}@acme.example")
    enrolled_by = factory.SubFactory(UserFactory)


class TrainingCertificateFactory(factory.django.DjangoModelFactory):
    """Earned on `trained_on`, valid for a year."""

    class Meta:
        model = TrainingCertificate

    enrolment = factory.SubFactory(EnrolmentFactory, status=EnrolmentStatus.PASSED, attended_hours=Decimal(6), score=88)
    number = factory.Sequence(lambda n: f"TC-2025-{n:04d}")
    trained_on = dt.date(2026, 5, 22)
    issued_on = factory.SelfAttribute("trained_on")
    valid_until = factory.LazyAttribute(lambda o: o.trained_on.replace(year=o.trained_on.year + 1) - dt.timedelta(1))
    issued_by = factory.SubFactory(UserFactory, name="Sato Yuki")
    content = factory.LazyAttribute(
        lambda o: {
            "name": o.enrolment.name,
            "name_latin": o.enrolment.name_latin,
            "company": o.enrolment.supplier.name,
            "company_latin": o.enrolment.supplier.name_latin,
            "language": "zh-hans",
            "course": o.enrolment.session.course.title,
            "programme": o.enrolment.session.programme.title,
            "standard": "SA8000",
            "first_day": o.trained_on.isoformat(),
            "last_day": o.trained_on.isoformat(),
            "place": "东莞",
            "hours": "6",
            "attended_hours": "6",
            "attendance": "100",
            "attendance_needed": 80,
            "score": 88,
            "score_needed": 80,
            "trainer": "王芳",
            "trainer_latin": "Wang Fang",
            "provider": "",
            "issuer": "Nordhaven Group",
            "issuer_latin": "Nordhaven Group",
            "issued_by": "Sato Yuki",
            "issued_by_title": "Training coordinator",
        }
    )


class AuditorQualificationFactory(factory.django.DjangoModelFactory):
    """An SA8000 lead auditor with enough witnessed audits, valid in 2025 and 2026."""

    class Meta:
        model = AuditorQualification

    user = factory.SubFactory(UserFactory, roles=["auditor"])
    scheme = Scheme.SA8000
    level = Level.LEAD
    number = factory.Sequence(lambda n: f"LA-{n}")
    issuer = "SAI"
    issued_on = dt.date(2025, 1, 1)
    expires_on = dt.date(2026, 12, 31)
    witnessed_audits = 3


class AuditorTieFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AuditorTie

    user = factory.SubFactory(UserFactory, roles=["auditor"])
    supplier = factory.SubFactory(SupplierFactory)
    kind = TieKind.EMPLOYED
    from_on = dt.date(2020, 1, 1)
