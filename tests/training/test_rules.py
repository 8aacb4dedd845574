"""The worked examples of R-TRN-1, R-GATE-1, R-VAL-1 and R-AUD-1."""

import datetime as dt
from decimal import Decimal

import pytest

from suppliers.models import Supplier
from suppliers.states import ConditionState
from tests.factories.suppliers import SupplierFactory
from tests.factories.training import (
    AuditorQualificationFactory,
    AuditorTieFactory,
    EnrolmentFactory,
    ProgrammeFactory,
    SessionFactory,
    TrainingCertificateFactory,
)
from training import figures, gates
from training.states import EnrolmentStatus, Level, Scheme, Standing, TieKind

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 21)
LIMITS = {"people": 2, "key_material_people": 1, "months": 12}


@pytest.mark.parametrize(
    ("hours", "score", "is_effective"),
    [
        ("4.80", 80, True),  # R-TRN-1: 80 % of 6 hours and 80 of 100
        ("4.74", 80, False),  # R-TRN-1: score 80, attendance 79 % -> not effective
        ("4.79", 100, False),
        ("6", 79, False),
        ("6", None, False),
        ("6", 100, True),
    ],
)
def test_attendee_is_effective_from_80_per_cent_of_hours_and_80_of_100(hours, score, is_effective):
    enrolment = EnrolmentFactory(attended_hours=Decimal(hours), score=score)
    assert enrolment.is_effective is is_effective


def test_attendee_is_never_effective_without_a_test():
    enrolment = EnrolmentFactory(session=SessionFactory(has_test=False), attended_hours=Decimal(6), score=100)
    assert enrolment.is_effective is False


def test_attendance_never_reads_as_more_than_it_is():
    assert EnrolmentFactory(attended_hours=Decimal("4.79")).attendance_label == "79.8"


@pytest.mark.parametrize(("trained", "targeted", "percent"), [(267, 300, "89.0"), (0, 3, "0.0"), (2, 3, "66.7")])
def test_coverage_is_trained_of_targeted_suppliers(trained, targeted, percent):
    """R-TRN-1: 300 targeted, 267 with an effective attendee -> 89.0 %."""
    assert figures.Coverage(trained, targeted).percent == Decimal(percent)


def test_coverage_has_no_number_when_nobody_is_targeted():
    assert figures.Coverage(0, 0).percent is None


def test_coverage_counts_a_supplier_once_and_no_revoked_certificate():
    programme = ProgrammeFactory(year=2026)
    one, two, _three = (SupplierFactory() for _n in range(3))
    SupplierFactory(status="ended")
    for _n in range(2):
        TrainingCertificateFactory(enrolment__supplier=one, enrolment__session__programme=programme)
    TrainingCertificateFactory(
        enrolment__supplier=two,
        enrolment__session__programme=programme,
        revoked_at="2026-06-01T00:00Z",
        revoked_reason="mistake",
    )
    assert figures.coverage(programme) == figures.Coverage(1, 3)


def test_participation_adds_up_over_the_years_and_counts_a_supplier_once():
    one, two = SupplierFactory(), SupplierFactory()
    for year, supplier, status in [
        (2025, one, "passed"),
        (2025, one, "absent"),
        (2026, one, "failed"),
        (2026, two, "attended"),
        (2026, two, "enrolled"),
    ]:
        session = SessionFactory(programme=ProgrammeFactory(year=year))
        EnrolmentFactory(session=session, supplier=supplier, status=status)
    assert figures.participation() == [
        figures.YearOfTraining(2025, 1, 1, 1, 1, 1),
        figures.YearOfTraining(2026, 2, 2, 2, 3, 2),
    ]


def trained(supplier, *days):
    for day in days:
        TrainingCertificateFactory(enrolment__supplier=supplier, trained_on=day)


def asked(supplier, segment="strategic", day=DAY):
    condition = gates.people_trained(supplier, segment, LIMITS, day)
    return condition.state, condition.facts["people"], condition.facts["needed"]


def test_strategic_supplier_needs_two_people_in_twelve_months(acme, rival):
    trained(rival, dt.date(2026, 5, 22), dt.date(2026, 5, 22))
    assert asked(acme) == (ConditionState.MISSING, 0, 2)
    trained(acme, dt.date(2026, 5, 22))
    assert asked(acme) == (ConditionState.MISSING, 1, 2)
    trained(acme, dt.date(2026, 6, 30))
    assert asked(acme) == (ConditionState.MET, 2, 2)


def test_key_material_supplier_needs_one_person_a_year(acme):
    Supplier.objects.filter(pk=acme.pk).update(is_key_material=True)
    acme.refresh_from_db()
    trained(acme, dt.date(2026, 5, 22))
    assert asked(acme, "cooperating") == (ConditionState.MET, 1, 1)


def test_cooperating_supplier_of_other_material_is_not_asked(acme):
    assert asked(acme, "cooperating") == (ConditionState.NOT_REQUIRED, 0, 0)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (dt.date(2027, 3, 21), ConditionState.MET),
        (dt.date(2027, 3, 22), ConditionState.EXPIRING),
        (dt.date(2027, 5, 21), ConditionState.EXPIRING),  # R-VAL-1: the day before the anniversary still counts
        (dt.date(2027, 5, 22), ConditionState.MISSING),
    ],
)
def test_training_counts_up_to_the_day_before_the_anniversary(acme, day, state):
    trained(acme, dt.date(2026, 5, 22), dt.date(2026, 5, 22))
    assert asked(acme, day=day)[0] == state


def test_condition_holds_until_the_second_longest_of_three(acme):
    trained(acme, dt.date(2026, 2, 1), dt.date(2026, 5, 22), dt.date(2026, 9, 1))
    assert gates.people_trained(acme, "strategic", LIMITS, DAY).until == dt.date(2027, 5, 21)


def test_condition_may_stay_open_in_a_conditional_approval(acme):
    """R-GATE-2: only training may be open."""
    assert gates.people_trained(acme, "strategic", LIMITS, DAY).is_tolerable is True


def test_one_person_with_two_certificates_counts_once(acme):
    for email in ["min@acme.example", "MIN@acme.example"]:
        TrainingCertificateFactory(enrolment__supplier=acme, enrolment__email=email)
    assert asked(acme)[1] == 1


def test_revoked_certificate_does_not_count(acme):
    TrainingCertificateFactory(enrolment__supplier=acme, revoked_at="2026-06-01T00:00Z", revoked_reason="mistake")
    assert asked(acme)[1] == 0


def test_enrolled_and_attended_people_do_not_count(acme):
    for status in [EnrolmentStatus.ENROLLED, EnrolmentStatus.ATTENDED, EnrolmentStatus.FAILED]:
        EnrolmentFactory(supplier=acme, status=status)
    assert gates.standing([acme], DAY)[acme.pk] == {"people_trained": 0, "turns": []}


AUDIT = [dt.date(2026, 3, 10), dt.date(2026, 3, 11)]


def codes(user, supplier, days=AUDIT):
    return [blocker.code for blocker in gates.lead_auditor_blockers(user, days, supplier)]


def test_nobody_leads_without_a_qualification(auditor, acme):
    assert codes(auditor, acme) == ["no_qualification"]


def test_auditor_leads_when_the_certificate_covers_every_day(auditor, acme):
    AuditorQualificationFactory(user=auditor, expires_on=dt.date(2026, 3, 11))
    assert codes(auditor, acme) == []


def test_auditor_does_not_lead_when_the_certificate_ends_on_the_first_day(auditor, acme):
    """R-AUD-1: certificate ends 2026-03-10, audit 2026-03-10 to 03-11 -> not qualified."""
    AuditorQualificationFactory(user=auditor, expires_on=dt.date(2026, 3, 10))
    assert [b.text for b in gates.lead_auditor_blockers(auditor, AUDIT, acme)] == [
        "SA8000: Not valid on 11 Mar 2026; the last valid day is 10 Mar 2026."
    ]


def test_renewal_continues_the_certificate_before(auditor, acme):
    old = AuditorQualificationFactory(user=auditor, expires_on=dt.date(2026, 3, 10))
    AuditorQualificationFactory(user=auditor, issued_on=dt.date(2026, 3, 11), supersedes=old)
    assert codes(auditor, acme) == []


def test_auditor_needs_three_witnessed_audits(auditor, acme):
    AuditorQualificationFactory(user=auditor, witnessed_audits=2)
    assert [b.text for b in gates.lead_auditor_blockers(auditor, AUDIT, acme)] == ["SA8000: 2 of 3 witnessed audits."]


@pytest.mark.parametrize(
    ("level", "standing", "expected"),
    [
        (Level.CSCA, Standing.GOOD, []),
        (Level.CSCA, Standing.LAPSED, ["qualification"]),
        (Level.CSCA, Standing.SUSPENDED, ["qualification"]),
        (Level.ASCA, Standing.GOOD, ["qualification"]),
    ],
)
def test_csca_in_good_standing_leads_and_asca_does_not(auditor, acme, level, standing, expected):
    AuditorQualificationFactory(user=auditor, scheme=Scheme.APSCA, level=level, standing=standing, witnessed_audits=0)
    assert codes(auditor, acme) == expected


def test_one_sufficient_scheme_is_enough(auditor, acme):
    AuditorQualificationFactory(user=auditor, scheme=Scheme.BSCI, expires_on=dt.date(2026, 1, 1))
    AuditorQualificationFactory(user=auditor, scheme=Scheme.RBA)
    assert codes(auditor, acme) == []


@pytest.mark.parametrize(
    ("kind", "ended", "expected"),
    [
        (TieKind.EMPLOYED, None, ["independence"]),
        (TieKind.EMPLOYED, dt.date(2024, 3, 11), ["independence"]),
        (TieKind.EMPLOYED, dt.date(2024, 3, 10), []),  # 24 months are over on the first audit day
        (TieKind.PAID, dt.date(2025, 1, 1), ["independence"]),
        (TieKind.CONSULTANT, dt.date(2021, 1, 1), ["independence"]),
    ],
)
def test_tie_to_the_supplier_binds_for_24_months(auditor, acme, rival, kind, ended, expected):
    AuditorQualificationFactory(user=auditor)
    AuditorTieFactory(user=auditor, supplier=acme, kind=kind, to_on=ended)
    assert codes(auditor, acme) == expected
    assert codes(auditor, rival) == []
