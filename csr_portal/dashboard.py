"""The numbers and short lists above a person's work. Plain functions, a constant number of queries."""

from dataclasses import dataclass

from django.db.models import Count, F, QuerySet

from agreements.models import Agreement
from audits.models import SiteReview
from csr_portal.core.models import Notice, User
from csr_portal.core.roles import Role
from csr_portal.core.states import MailStatus
from csr_portal.core.timezones import today
from csr_portal.waiting import Task
from suppliers.lists import in_care_of, work_views_of
from suppliers.models import Supplier

SHOWN = 5


def in_care(person: User) -> QuerySet:
    """A buyer's own suppliers; for everybody else of the company all that are in relation."""
    return Supplier.objects.visible_to(person).filter(in_care_of(person))


def numbers(person: User, tasks: list[Task]) -> dict[str, int]:
    """The counts above the lists, in one query each for suppliers, signatures and mails."""
    views = work_views_of(person)
    counts = in_care(person).aggregate(
        in_care=Count("pk"),
        overdue=Count("pk", filter=views["overdue"][1]),
        blocked=Count("pk", filter=views["stopped"][1]),
        expiring=Count("pk", filter=views["expiring"][1]),
    )
    undelivered = Notice.objects.filter(mail_status=MailStatus.FAILED)
    to_sign = Agreement.objects.to_sign_for_company(person, today())
    return counts | {"waiting": len(tasks), "to_sign": to_sign.count(), "undelivered": undelivered.count()}


def blocked(person: User) -> list[Supplier]:
    return list(in_care(person).filter(work_views_of(person)["stopped"][1]).order_by("next_due_on", "pk")[:SHOWN])


def overdue(person: User) -> list[Supplier]:
    late = in_care(person).filter(work_views_of(person)["overdue"][1])
    return list(late.order_by("next_due_on", "pk")[:SHOWN])


@dataclass(frozen=True)
class Coverage:
    """How many suppliers have the CSR agreement in force, and how the others stand."""

    total: int
    by_status: dict[str, int]

    @property
    def in_force(self) -> int:
        return self.by_status.get("in_force", 0)

    @property
    def per_cent(self) -> float:
        """Rounded down, so that 100 % is only said when it is."""
        return int(1000 * self.in_force / self.total) / 10 if self.total else 0.0


def agreement_coverage(person: User) -> Coverage:
    rows = in_care(person).values_list("agreement_status").annotate(number=Count("pk")).order_by()
    by_status = dict(rows)
    return Coverage(sum(by_status.values()), by_status)


def next_site_reviews(person: User) -> list[SiteReview]:
    rows = SiteReview.objects.visible_to(person).filter(
        planned_from__gte=today(), status__in=["planned", "announced", "confirmed"]
    )
    if person.roles == {Role.AUDITOR}:
        rows = rows.filter(team__user=person)
    return list(rows.select_related("supplier", "site").order_by(F("planned_from"), "pk")[:SHOWN])


def undelivered_notices() -> list[Notice]:
    return list(Notice.objects.filter(mail_status=MailStatus.FAILED).select_related("recipient")[:SHOWN])
