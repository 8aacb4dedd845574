"""Which rows of training, and who may see them."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Count, Q

from csr_portal.core.timezones import add_months
from suppliers.querysets import READERS, OwnedBySupplierQuerySet, has_role, supplier_ids_of
from training.states import TAKES_A_PLACE, TOOK_PART, Audience, EnrolmentStatus, SessionStatus


class ForEverybodyQuerySet(models.QuerySet):
    """What every logged-in person may know: courses and programmes."""

    def visible_to(self, user: Any) -> Self:
        return self if has_role(user, *READERS) or supplier_ids_of(user) else self.none()


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for staff. A supplier's people see what is open to suppliers, and where somebody of theirs takes part."""
        if has_role(user, *READERS):
            return self
        suppliers = supplier_ids_of(user)
        is_offered = Q(status=SessionStatus.OPEN, course__audience__in=[Audience.SUPPLIER, Audience.BOTH])
        return self.filter(
            (is_offered if suppliers else Q(pk__in=[])) | Q(enrolments__supplier__in=suppliers)
        ).distinct()

    def open_to_suppliers(self, now: dt.datetime) -> Self:
        return self.filter(
            status=SessionStatus.OPEN, starts_at__gt=now, course__audience__in=[Audience.SUPPLIER, Audience.BOTH]
        )

    def with_counts(self) -> Self:
        """How many places are taken, how many people took part, how many passed."""
        return self.annotate(
            places_taken=Count("enrolments", filter=Q(enrolments__status__in=TAKES_A_PLACE)),
            took_part=Count("enrolments", filter=Q(enrolments__status__in=TOOK_PART)),
            passed=Count("enrolments", filter=Q(enrolments__status=EnrolmentStatus.PASSED)),
        )


class EnrolmentQuerySet(OwnedBySupplierQuerySet):
    def visible_to(self, user: Any) -> Self:
        """A supplier's people see their own colleagues; enrolments of the company's staff are for staff."""
        return super().visible_to(user)

    def with_a_place(self) -> Self:
        return self.filter(status__in=TAKES_A_PLACE)

    def took_part(self) -> Self:
        return self.filter(status__in=TOOK_PART)

    def of_suppliers(self) -> Self:
        return self.filter(supplier__isnull=False)

    def of_staff(self) -> Self:
        return self.filter(supplier=None)


class CertificateQuerySet(OwnedBySupplierQuerySet):
    supplier_path = "enrolment__supplier"

    def standing_on(self, day: dt.date) -> Self:
        """Not revoked and not past the last valid day."""
        return self.filter(revoked_at=None, valid_until__gte=day)

    def effective_since(self, day: dt.date, months: int) -> Self:
        """Earned within the last months: `day` is still on or before the day before the anniversary (R-VAL-1)."""
        return self.filter(revoked_at=None, trained_on__gt=add_months(day, -months), trained_on__lte=day)

    def earned_in(self, year: int) -> Self:
        return self.filter(revoked_at=None, enrolment__session__programme__year=year)


class ReportQuerySet(OwnedBySupplierQuerySet):
    supplier_path = "certificate__enrolment__supplier"


class StaffRecordQuerySet(models.QuerySet):
    """Records about the company's own people and auditors: no supplier ever sees them."""

    def visible_to(self, user: Any) -> Self:
        return self if has_role(user, *READERS) else self.none()


class QualificationQuerySet(StaffRecordQuerySet):
    def current(self) -> Self:
        """Not replaced by a newer record."""
        return self.filter(superseded_by=None)
