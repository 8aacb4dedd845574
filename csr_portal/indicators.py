"""The two strategic targets in figures over years (M8): commitment, self-inspection, site reviews, findings, training.

One function per figure; the page, the supplier dossier and the yearly report read the same ones.
"""

import datetime as dt
import statistics
from collections import Counter
from dataclasses import dataclass

from django.db.models import Avg, Count, Min, Q
from django.db.models.functions import Coalesce, ExtractYear

from agreements.models import Agreement
from audits.models import Finding, SelfInspection, SiteReview, Topic
from csr_portal.core.timezones import day_of, today
from suppliers.certificates import Recognition
from suppliers.models import Certificate, Site, Supplier
from suppliers.states import RiskBand
from training.models import Enrolment, TrainingCertificate

YEARS_SHOWN = 5


def years_until(last: int) -> list[int]:
    return list(range(last - YEARS_SHOWN + 1, last + 1))


def end_of(year: int) -> dt.date:
    """The last day of the year, or today while it runs."""
    return min(dt.date(year, 12, 31), today())


@dataclass(frozen=True)
class Coverage:
    covered: int
    total: int

    @property
    def per_cent(self) -> float:
        """Rounded down to one decimal, so that 100 % is only said when it is."""
        return int(1000 * self.covered / self.total) / 10 if self.total else 0.0


def in_relation_on(day: dt.date) -> Q:
    """Suppliers that existed for us on a day: registered by then, and not turned away."""
    return Q(created_at__date__lte=day) & ~Q(status__in=["listed", "invited", "declined"])


def agreement_coverage(year: int) -> Coverage:
    """Suppliers with a CSR agreement in force at the end of the year (M4), of all in relation then."""
    day = end_of(year)
    suppliers = Supplier.objects.filter(in_relation_on(day))
    covered = Agreement.objects.filter(
        supplier__in=suppliers,
        document__kind="csr_agreement",
        valid_from__lte=day,
        valid_until__gte=day,
        status__in=["in_force", "superseded", "expired"],
    )
    return Coverage(covered.values("supplier").distinct().count(), suppliers.count())


@dataclass(frozen=True)
class Inspections:
    accepted: int
    under_way: int
    overdue: int


def self_inspections(years: list[int]) -> dict[int, Inspections]:
    """Self-inspections by the year they are due in or, when nothing is due any more, came in; how they stand (M2)."""
    done = Q(status="accepted")
    late = Q(due_on__lt=today()) & Q(status__in=["assigned", "in_progress", "returned"])
    rows = (
        SelfInspection.objects.annotate(year=Coalesce(ExtractYear("due_on"), ExtractYear("submitted_at")))
        .filter(year__in=years)
        .values("year")
        .annotate(
            accepted=Count("pk", filter=done),
            overdue=Count("pk", filter=late),
            under_way=Count("pk", filter=~done & ~late),
        )
        .order_by()
    )
    found = {row["year"]: Inspections(row["accepted"], row["under_way"], row["overdue"]) for row in rows}
    return {year: found.get(year, Inspections(0, 0, 0)) for year in years}


@dataclass(frozen=True)
class Reviews:
    held: int
    mean_score: float | None
    letters: dict[str, int]


def site_reviews(years: list[int]) -> dict[int, Reviews]:
    """Site reviews by the year of their closing meeting, mean score and letters (M7)."""
    rows = SiteReview.objects.filter(closing_at__year__in=years, score__isnull=False)
    means = dict(
        rows.annotate(year=ExtractYear("closing_at")).values_list("year").annotate(mean=Avg("score")).order_by()
    )
    letters: dict[int, Counter[str]] = {year: Counter() for year in years}
    for year, letter, number in (
        rows.annotate(year=ExtractYear("closing_at")).values_list("year", "letter").annotate(n=Count("pk")).order_by()
    ):
        letters[year][letter] += number
    return {
        year: Reviews(
            sum(letters[year].values()), round(float(means[year]), 1) if means.get(year) else None, dict(letters[year])
        )
        for year in years
    }


@dataclass(frozen=True)
class TopicFindings:
    topic: dict[str, str]
    total: int
    open: int


def findings_by_topic(since: dt.date, until: dt.date) -> list[TopicFindings]:
    """Findings by the topic of their clause, most first; and how many of them are open."""
    rows = (
        Finding.objects.filter(discovered_on__range=(since, until))
        .values_list("clause__topic_id")
        .annotate(total=Count("pk"), open=Count("pk", filter=~Q(status="verified_closed")))
        .order_by("-total")
    )
    names = dict(Topic.objects.values_list("pk", "name"))
    return [TopicFindings(names.get(topic, {}), total, still_open) for topic, total, still_open in rows]


def days_to_closure(year: int, grade: str = "major") -> int | None:
    """Median days from discovery to verified closure of the findings closed in the year."""
    closed = Finding.objects.filter(status="verified_closed", status_since__year=year, grade=grade)
    days = [(day_of(since) - found).days for found, since in closed.values_list("discovered_on", "status_since")]
    return round(statistics.median(days)) if days else None


@dataclass(frozen=True)
class Participation:
    new: int
    total: int


def training_participation(years: list[int]) -> dict[int, Participation]:
    """People of suppliers and partners who took part, each counted once, by the year of their first session (M6)."""
    first_years = (
        Enrolment.objects.filter(supplier__isnull=False, status__in=["attended", "passed", "failed"])
        .values("supplier", "name")
        .annotate(first=Min("session__starts_at"))
        .values_list("first", flat=True)
    )
    per_year = Counter(first.year for first in first_years if first)
    return {
        year: Participation(per_year[year], sum(number for y, number in per_year.items() if y <= year))
        for year in years
    }


def reviews_spared(years: list[int]) -> dict[int, dict[int, Certificate]]:
    """Per year the supplying sites of active suppliers that a recognised certificate spared a site review at the end
    of the year, because they had none of their own that was valid (M10); with that certificate.
    """
    suppliers = list(Supplier.objects.active().exclude(risk_band=RiskBand.HIGH))
    recognition = Recognition.of(suppliers)
    sites = Site.objects.filter(pk__in=recognition.by_site, is_active=True, is_supplying=True)
    bands = {supplier.pk: supplier.risk_band for supplier in suppliers}
    rows = [site for site in sites if site.supplier_id in bands]
    return {year: _spared_on(end_of(year), rows, bands, recognition) for year in years}


def _spared_on(
    day: dt.date, sites: list[Site], bands: dict[int, str], recognition: Recognition
) -> dict[int, Certificate]:
    held = SiteReview.objects.filter(closing_at__date__lte=day, valid_until__gte=day, score__isnull=False)
    reviewed = set(held.values_list("site_id", flat=True))
    found = {site.pk: recognition.best(site, bands[site.supplier_id], day) for site in sites if site.pk not in reviewed}
    return {pk: certificate for pk, certificate in found.items() if certificate}


def own_staff_trained(year: int) -> int:
    """Own people with a training certificate valid at the end of the year (M5)."""
    day = end_of(year)
    rows = TrainingCertificate.objects.filter(
        enrolment__supplier=None, issued_on__lte=day, valid_until__gte=day, revoked_at=None
    )
    return rows.values("enrolment__user").distinct().count()
