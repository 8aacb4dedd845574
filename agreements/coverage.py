"""How far the CSR agreement reaches: of everybody we do business with, by part and over months; why it does not."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, DateTimeField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.states import AgreementStatus as A
from csr_portal.core.models import Notice
from csr_portal.core.states import MailStatus
from csr_portal.core.timezones import today
from suppliers.countries import country_name
from suppliers.models import Category, Contact
from suppliers.querysets import SupplierQuerySet
from suppliers.states import SupplierStatus

COVERED = ("in_force", "expiring")
WAITS = (A.ISSUED, A.VIEWED)
MONTHS = 12
# Why a supplier is not covered: code → (words, condition on its list columns). The first that fits counts.
REASONS: dict[str, tuple[Any, Q]] = {
    "undeliverable": (_("Nobody can be reached"), Q(is_unreachable=True, agreement_status__in=[*WAITS, ""])),
    "not_issued": (_("Not issued"), Q(agreement_status__in=["", A.RECALLED])),
    "not_opened": (_("Issued, not opened"), Q(agreement_status=A.ISSUED)),
    "opened": (_("Opened, not signed"), Q(agreement_status=A.VIEWED)),
    "chop_pending": (_("Company chop to confirm"), Q(agreement_status=A.CHOP_PENDING)),
    "reserved": (_("Reservation open"), Q(agreement_status=A.RESERVED)),
    "own_code": (_("Own code to compare"), Q(agreement_status=A.OWN_CODE)),
    "company": (_("Waits for our signature"), Q(agreement_status=A.SIGNED)),
    "declined": (_("Declined"), Q(agreement_status=A.DECLINED)),
    "expired": (_("Expired"), Q(agreement_status__in=[A.EXPIRED, A.SUPERSEDED])),
    "terminated": (_("Terminated"), Q(agreement_status=A.TERMINATED)),
}


@dataclass(frozen=True)
class Share:
    """One part of the whole: how many suppliers, how many of them covered, how many of those by their own code."""

    code: str
    label: str
    total: int
    covered: int
    own_code: int = 0

    @property
    def per_cent(self) -> int:
        """Rounded down: 100 % means everybody."""
        return self.covered * 100 // self.total if self.total else 0

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.covered == self.total


def with_facts(suppliers: SupplierQuerySet) -> Any:
    """Suppliers with what the coverage asks about each: own code, reachability, last contact."""
    in_force = Agreement.objects.csr().in_force().filter(supplier=OuterRef("pk"))
    people = Contact.objects.current().filter(supplier=OuterRef("pk"))
    failed = Notice.objects.filter(mail_status=MailStatus.FAILED, recipient=OuterRef("user"))
    thread = Concat(Value("supplier:"), Cast("pk", CharField()), output_field=CharField())
    told = Notice.objects.annotate(of=OuterRef("thread_name")).filter(thread=F("of")).order_by("-created_at")
    return suppliers.annotate(
        has_own_code=Exists(in_force.filter(is_own_code=True)),
        is_unreachable=~Exists(people.exclude(Exists(failed))),
        thread_name=thread,
        last_contact=Subquery(told.values("created_at")[:1], output_field=DateTimeField()),
    )


def covered() -> Q:
    return Q(agreement_status__in=COVERED)


def whole(suppliers: SupplierQuerySet) -> Share:
    own = Agreement.objects.csr().in_force().filter(supplier=OuterRef("pk"), is_own_code=True)
    numbers = suppliers.aggregate(
        total=Count("pk"), covered=Count("pk", filter=covered()), own_code=Count("pk", filter=covered() & Exists(own))
    )
    return Share("", "", **numbers)


def by_segment(suppliers: SupplierQuerySet) -> list[Share]:
    return _shares(suppliers, "status", lambda code: str(SupplierStatus(code).label))


def by_country(suppliers: SupplierQuerySet) -> list[Share]:
    return _shares(suppliers, "country", country_name)


def by_owner(suppliers: SupplierQuerySet) -> list[Share]:
    rows = _counts(suppliers.order_by(), "owner", "owner__name")
    return _sorted(Share(str(pk or ""), name or "–", total, done) for pk, name, total, done in rows)


def by_category(suppliers: SupplierQuerySet) -> list[Share]:
    """A supplier of two categories counts in both."""
    names = {category.pk: str(category) for category in Category.objects.all()}
    rows = _counts(suppliers.exclude(categories=None).order_by(), "categories")
    return _sorted(Share(str(pk), names[pk], total, done) for pk, total, done in rows)


def _shares(suppliers: SupplierQuerySet, field: str, label: Any) -> list[Share]:
    return _sorted(Share(code, label(code), total, done) for code, total, done in _counts(suppliers.order_by(), field))


def _counts(suppliers: SupplierQuerySet, *fields: str) -> Any:
    numbers = {"n": Count("pk", distinct=True), "done": Count("pk", filter=covered(), distinct=True)}
    return suppliers.values(*fields).annotate(**numbers).values_list(*fields, "n", "done")


def _sorted(shares: Iterable[Share]) -> list[Share]:
    """The widest gap first."""
    return sorted(shares, key=lambda share: (share.covered - share.total, share.label))


def gaps(suppliers: Any) -> Any:
    """Suppliers that are not covered, from `with_facts`."""
    return suppliers.exclude(covered())


def reason_of(supplier: Any) -> str:
    """Why a supplier is not covered; empty when it is."""
    status = supplier.agreement_status
    if status in COVERED:
        return ""
    if supplier.is_unreachable and status in ("", *WAITS):
        return "undeliverable"
    fixed = {"": "not_issued", A.RECALLED: "not_issued", A.ISSUED: "not_opened", A.VIEWED: "opened"}
    fixed |= {A.SIGNED: "company", A.SUPERSEDED: "expired"}
    return fixed.get(status, status)


def reason_counts(suppliers: Any) -> list[tuple[str, Any, int]]:
    """How many gaps have which reason, the most frequent first: one query."""
    columns = gaps(suppliers).values("agreement_status", "is_unreachable").annotate(n=Count("pk"))
    numbers: Counter[str] = Counter()
    for row in columns.order_by():
        numbers[reason_of(_Row(row["agreement_status"], row["is_unreachable"]))] += row["n"]
    return [(code, REASONS[code][0], number) for code, number in numbers.most_common()]


@dataclass(frozen=True)
class _Row:
    agreement_status: str
    is_unreachable: bool


def trend(suppliers: SupplierQuerySet, day: dt.date | None = None) -> list[tuple[dt.date, Share]]:
    """How many of today's suppliers were covered at the end of each of the last months: two queries."""
    day = day or today()
    since = dict(suppliers.order_by().values_list("pk", "created_at__date"))
    spans: defaultdict[int, list[tuple[dt.date, dt.date]]] = defaultdict(list)
    rows = Agreement.objects.csr().exclude(valid_from=None).filter(supplier__in=suppliers.order_by().values("pk"))
    for pk, start, until, status, changed in rows.values_list(
        "supplier_id", "valid_from", "valid_until", "status", "status_since__date"
    ):
        ended = changed - dt.timedelta(days=1) if status in (A.TERMINATED, A.SUPERSEDED) else until
        spans[pk].append((start, min(until, ended)))
    return [(end, _share_on(end, since, spans)) for end in month_ends(day)]


def _share_on(
    end: dt.date, since: dict[int, dt.date], spans: dict[int, list[tuple[dt.date, dt.date]]]
) -> Share:  # fmt: skip
    there = [pk for pk, first in since.items() if first <= end]
    done = sum(any(start <= end <= last for start, last in spans.get(pk, [])) for pk in there)
    return Share(end.isoformat(), "", len(there), done)


def month_ends(day: dt.date) -> list[dt.date]:
    """The last days of the months before, and the day itself at the end."""
    ends = [day]
    for _month in range(MONTHS - 1):
        ends.append(ends[-1].replace(day=1) - dt.timedelta(days=1))
    return ends[::-1]
