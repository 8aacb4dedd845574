"""Every date that a person has to think of, across the apps: tasks, ends of validity, what is late in their care.

The digest, its preview and the calendar read it. What is nobody's turn any more is not here, so reminding stops by
itself (B31). Plain functions; the number of queries depends on a person's companies, not on their tasks.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from csr_portal import waiting
from csr_portal.core.models import User
from csr_portal.core.roles import Role, is_staff_member
from csr_portal.core.timezones import day_of
from csr_portal.waiting_sources import SOURCES
from suppliers import reminders
from suppliers.models import Certificate, Contact, Supplier
from suppliers.states import CertificateStatus, SupplierStatus
from training.models import AuditorQualification
from training.states import Standing

LEFT = (SupplierStatus.ENDED, SupplierStatus.DECLINED)
LONGEST_OVERDUE = dt.timedelta(days=60)

# The kinds: a task of one's own; a validity that ends; a task of a supplier in one's care that is late.
TASK, ENDING, CARE = "task", "ending", "care"


@dataclass(frozen=True)
class Due:
    """One date. `url` is where it is dealt with and, with kind and day, what it is known by; `stages` are the days on
    which this person is reminded of it (suppliers/reminders.py); `since` is when it became theirs.
    """

    kind: str
    what: str
    about: str
    day: dt.date
    url: str
    stages: tuple[int, ...]
    since: dt.date | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.url}:{self.day}"


def of_person(person: User, day: dt.date, until: dt.date) -> list[Due]:
    """All dates of the person up to and including `until`, the earliest first, in the active language."""
    dues = [*_of_staff(person, day, until)] if is_staff_member(person) else []
    for supplier in companies_of(person):
        dues += _of_supplier(supplier, day, until)
    unique = {due.key: due for due in dues}
    return sorted(unique.values(), key=lambda due: (due.day, due.key))


def people_reached(day: dt.date) -> QuerySet[User]:
    """Everybody of whose dates one can reach a stage on that day; nobody else's need to be looked at.

    Rather too many than one too few: all people of the company, and all of a supplier of which anything reaches one.
    """
    suppliers = _suppliers_reached(day)
    ends = reminders.dates_reaching(reminders.ANY_ENDING, day)
    found = Q(contacts__supplier__in=suppliers)
    if suppliers or AuditorQualification.objects.filter(expires_on__in=ends).exists():
        found |= Q(groups__name__in=Role.values)
    return User.objects.filter(found)


def _suppliers_reached(day: dt.date) -> set[int]:
    """Suppliers of which a task, with whomever it lies, or the end of a validity reaches a stage on that day."""
    tasks = reminders.dates_reaching(reminders.ANY_TASK, day)
    ends = reminders.dates_reaching(reminders.ANY_ENDING, day)
    rows = [
        source.model.objects.filter(status__in={*source.staff, *(source.portal or ())}, due_on__in=tasks)
        .order_by()
        .values_list(source.supplier_path or "pk", flat=True)
        for source in SOURCES
    ]
    certificates = Certificate.objects.filter(status=CertificateStatus.VERIFIED, expires_on__in=ends)
    validities = Q(agreement_until__in=ends) | Q(inspection_until__in=ends) | Q(site_review_until__in=ends)
    rows += [
        certificates.values_list("supplier", flat=True),
        Supplier.objects.filter(validities).values_list("pk", flat=True),
    ]
    return {pk for found in rows for pk in found}


def companies_of(person: User) -> list[Supplier]:
    """The suppliers the person acts for; one that has left us has no dates."""
    contacts = Contact.objects.filter(user=person).current().exclude(supplier__status__in=LEFT)
    return [contact.supplier for contact in contacts.select_related("supplier").order_by("supplier_id")]


def _of_supplier(supplier: Supplier, day: dt.date, until: dt.date) -> Iterator[Due]:
    yield from _tasks(waiting.tasks_of(supplier), until, reminders.TASK)
    own = Certificate.objects.filter(supplier=supplier)
    yield from _certificates(own, day, until, reminders.CERTIFICATE, "portal:certificate-list")


def _tasks(tasks: Iterable[waiting.Task], until: dt.date, stages: tuple[int, ...]) -> Iterator[Due]:
    for task in tasks:
        if task.due and task.due <= until:
            about = " · ".join(str(part) for part in (task.obj, task.site, task.note) if part)
            yield Due(TASK, task.what, about, task.due, task.url, stages, day_of(task.since))


def _of_staff(person: User, day: dt.date, until: dt.date) -> Iterator[Due]:
    yield from _tasks(waiting.waits_for(person), until, reminders.TASK)
    yield from _qualifications(person, day, until)
    if Role.BUYER in person.roles:
        own = Q(supplier__owner=person)
        yield from _late_tasks(own, day, reminders.TASK_OWNER)
        yield from _certificates(Certificate.objects.filter(own), day, day, reminders.ENDING_BUYER)
        yield from _validities(Supplier.objects.filter(owner=person), day, until)
    if Role.CSR_MANAGER in person.roles:
        yield from _late_tasks(Q(), day, reminders.TASK_CSR)
        yield from _certificates(Certificate.objects.all(), day, day, reminders.ENDING_CSR)


def _late_tasks(whose: Q, day: dt.date, stages: tuple[int, ...]) -> Iterator[Due]:
    """Tasks of suppliers that are so late that their reminders have ended."""
    latest = day - dt.timedelta(days=min(stages))
    for source in SOURCES:
        if not source.portal:
            continue
        rows = source.model.objects.filter(whose, status__in=source.portal, due_on__lte=latest)
        rows = rows.exclude(supplier__status__in=LEFT).select_related(*source.related)
        for obj in rows.order_by("due_on", "pk")[: waiting.LIMIT]:
            about = " · ".join(str(part) for part in (obj.supplier, getattr(obj, "site", None)) if part)
            url = source.staff_url or "staff:supplier-detail"
            address = reverse(url, args=[obj.pk if source.staff_url else obj.supplier_id])
            yield Due(CARE, str(source.portal[obj.status].what), about, obj.due_on, address, stages)


def _certificates(
    rows: QuerySet, day: dt.date, until: dt.date, stages: tuple[int, ...], url_name: str = ""
) -> Iterator[Due]:
    """Verified certificates that end; it stops when withdrawn, or when another of the kind holds longer (R-REM-1)."""
    longer = Certificate.objects.filter(
        supplier=OuterRef("supplier"), standard=OuterRef("standard"), status=CertificateStatus.VERIFIED,
        expires_on__gt=OuterRef("expires_on"),
    )  # fmt: skip
    rows = rows.filter(status=CertificateStatus.VERIFIED, expires_on__range=(day - LONGEST_OVERDUE, until))
    rows = rows.exclude(supplier__status__in=LEFT).filter(~Exists(longer)).select_related("supplier")
    for certificate in rows.order_by("expires_on", "pk"):
        address = reverse("staff:certificate-detail", args=[certificate.pk])
        if url_name:
            address = f"{reverse(url_name)}#{certificate.pk}"
        text = _("Certificate %(certificate)s: last valid day") % {"certificate": certificate}
        yield Due(ENDING, text, str(certificate.supplier), certificate.expires_on, address, stages)


def _validities(suppliers: QuerySet, day: dt.date, until: dt.date) -> Iterator[Due]:
    """What a buyer has to renew with a supplier: agreement, self-inspection, site review."""
    fields = {
        "agreement_until": _("CSR agreement: last valid day"),
        "inspection_until": _("Self-inspection: last valid day"),
        "site_review_until": _("Site review: last valid day"),
    }
    first = day - LONGEST_OVERDUE
    near = Q()
    for name in fields:
        near |= Q(**{f"{name}__range": (first, until)})
    for supplier in suppliers.in_relation().filter(near).order_by("pk"):
        address = reverse("staff:supplier-detail", args=[supplier.pk])
        for name, text in fields.items():
            end = getattr(supplier, name)
            if end and first <= end <= until:
                yield Due(ENDING, text, str(supplier), end, f"{address}#{name}", reminders.ENDING)


def _qualifications(person: User, day: dt.date, until: dt.date) -> Iterator[Due]:
    """Auditor certificates: one's own, and everybody's for the training coordinators."""
    rows = AuditorQualification.objects.current().filter(standing=Standing.GOOD, expires_on__range=(day, until))
    if Role.TRAINING_COORDINATOR not in person.roles:
        rows = rows.filter(user=person)
    for row in rows.select_related("user").order_by("expires_on", "pk"):
        address: Any = reverse("staff:qualification", args=[row.user_id])
        text = _("Auditor certificate %(certificate)s: last valid day") % {"certificate": row}
        yield Due(ENDING, text, str(row.user), row.expires_on, f"{address}#{row.pk}", reminders.CERTIFICATE)
