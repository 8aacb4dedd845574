"""The numbers of training: coverage of a year (R-TRN-1) and participation over the years."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, QuerySet

from suppliers.models import Supplier
from training.models import Enrolment, Programme, TrainingCertificate
from training.states import TOOK_PART, Target


@dataclass(frozen=True)
class Coverage:
    """Suppliers with an effective attendee in the year, of the active suppliers in the target group."""

    trained: int
    targeted: int

    @property
    def percent(self) -> Decimal | None:
        """One decimal place; nothing where nobody is targeted."""
        if not self.targeted:
            return None
        return (Decimal(self.trained) * 100 / self.targeted).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class YearOfTraining:
    """One year's participation, and all years up to it together."""

    year: int
    sessions: int
    people: int
    suppliers: int
    people_so_far: int
    suppliers_so_far: int


def target_group(programme: Programme) -> QuerySet[Supplier]:
    """The active suppliers that the programme is for."""
    active = Supplier.objects.active()
    match programme.target:
        case Target.STRATEGIC:
            return active.strategic()
        case Target.KEY_MATERIAL:
            return active.filter(is_key_material=True)
        case _:
            return active


def trained_suppliers(year: int) -> QuerySet:
    """The ids of suppliers with an effective attendee in the year's programme."""
    return TrainingCertificate.objects.earned_in(year).values("enrolment__supplier_id")


def coverage(programme: Programme) -> Coverage:
    group = target_group(programme)
    return Coverage(group.filter(pk__in=trained_suppliers(programme.year)).count(), group.count())


def participation() -> list[YearOfTraining]:
    """Who took part, year by year and cumulated. In the sum of all years a supplier counts once."""
    took_part = Enrolment.objects.filter(status__in=TOOK_PART).of_suppliers()
    rows = (
        took_part.values("session__programme__year")
        .annotate(people=Count("pk"), sessions=Count("session", distinct=True))
        .order_by("session__programme__year")
    )
    suppliers: dict[int, set[int]] = {}
    for year, supplier_id in took_part.values_list("session__programme__year", "supplier_id").distinct():
        suppliers.setdefault(year, set()).add(supplier_id)
    years, people, seen = [], 0, set()
    for row in rows:
        year = row["session__programme__year"]
        people += row["people"]
        seen |= suppliers[year]
        years.append(YearOfTraining(year, row["sessions"], row["people"], len(suppliers[year]), people, len(seen)))
    return years
