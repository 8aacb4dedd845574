"""Rows of the agreements app, and who may see them."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef

from agreements.states import (
    OPEN,
    WITH_COMPANY,
    AcknowledgementStatus,
    AgreementStatus,
    CampaignStatus,
    DocumentKind,
    VersionStatus,
)
from csr_portal.core.roles import Role, has_role, is_staff_member
from suppliers.querysets import OwnedBySupplierQuerySet, supplier_ids_of


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if is_staff_member(user) else self.none()


class VersionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """All texts for staff; for a supplier's person those that were issued to their suppliers."""
        if is_staff_member(user):
            return self
        own = supplier_ids_of(user)
        return self.filter(
            models.Q(agreements__supplier__in=own) | models.Q(acknowledgements__supplier__in=own)
        ).distinct()

    def published(self) -> Self:
        return self.filter(status=VersionStatus.PUBLISHED)

    def current(self, kind: str) -> Any:
        """The text in force of a kind, or nothing."""
        return self.published().filter(document__kind=kind).order_by("-published_at", "-pk").first()


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if has_role(user, Role.BUYER, Role.CSR_MANAGER, Role.ADMINISTRATOR) else self.none()

    def running(self) -> Self:
        return self.filter(status=CampaignStatus.RUNNING)

    def to_begin(self, day: dt.date) -> Self:
        """Planned for this day or before."""
        return self.filter(status=CampaignStatus.PLANNED, starts_on__lte=day)


class CampaignTargetQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        return self if has_role(user, Role.BUYER, Role.CSR_MANAGER, Role.ADMINISTRATOR) else self.none()

    def pending(self) -> Self:
        return self.filter(done_at=None)

    def left_out(self) -> Self:
        return self.exclude(note="")

    def not_reached(self) -> Self:
        """Suppliers of the campaign that were left out, or have nobody (`people`) who could read what is issued."""
        people = models.Q(supplier__contacts__ended_at=None, supplier__contacts__user__is_active=True)
        rows = self.annotate(people=models.Count("supplier__contacts", filter=people))
        return rows.filter(~models.Q(note="") | models.Q(people=0))


class AgreementQuerySet(OwnedBySupplierQuerySet):
    def open(self) -> Self:
        return self.filter(status__in=OPEN)

    def in_force(self) -> Self:
        return self.filter(status=AgreementStatus.IN_FORCE)

    def with_company(self) -> Self:
        """The supplier has done its part; the company has to look, decide or sign."""
        return self.filter(status__in=[*WITH_COMPANY, AgreementStatus.SIGNED])

    def to_sign_for_company(self, person: Any, day: dt.date) -> Self:
        """Where the next signature for the company is this person's, or may be given in somebody's place that day."""
        turns = self.model._meta.get_field("counter_signatures").related_model.objects.turn_of(person, day)
        return self.filter(pk__in=turns.values("agreement")) if is_staff_member(person) else self.none()

    def to_seal_again(self, before: dt.datetime) -> Self:
        """Signed, and not sealed within the hour: the certificate had expired, or a service was down."""
        return self.filter(status=AgreementStatus.SIGNED, status_since__lt=before)

    def to_stamp_again(self, day: dt.date) -> Self:
        """Archive copies whose newest stamp is good for less than 90 days."""
        return self.filter(archived_until__lt=day + dt.timedelta(days=90))

    def csr(self) -> Self:
        return self.filter(document__kind=DocumentKind.CSR_AGREEMENT)

    def in_force_until(self, first: dt.date, last: dt.date) -> Self:
        """In force, with a last valid day in this span."""
        return self.in_force().filter(valid_until__range=(first, last))

    def ended_before(self, day: dt.date) -> Self:
        """In force on paper, although the last valid day is over."""
        return self.in_force().filter(valid_until__lt=day)


class FrameContractQuerySet(OwnedBySupplierQuerySet):
    pass


class OfAgreementQuerySet(OwnedBySupplierQuerySet):
    supplier_path = "agreement__supplier"


class AcknowledgementQuerySet(OwnedBySupplierQuerySet):
    def open(self) -> Self:
        return self.filter(status__in=[AcknowledgementStatus.ISSUED, AcknowledgementStatus.VIEWED])


class OwnCodeClauseQuerySet(OwnedBySupplierQuerySet):
    supplier_path = "own_code__agreement__supplier"


class CounterSignatureQuerySet(OwnedBySupplierQuerySet):
    supplier_path = "agreement__supplier"

    def due(self) -> Self:
        return self.filter(signed_at=None)

    def next_due(self) -> Self:
        """Of each agreement the first signature that is missing: the order is kept."""
        earlier = self.model.objects.due().filter(agreement=OuterRef("agreement"), position__lt=OuterRef("position"))
        return self.due().filter(~Exists(earlier), agreement__status=AgreementStatus.SIGNED)

    def turn_of(self, person: Any, day: dt.date) -> Self:
        """What this person may sign for the company now: their own, and by a delegation that holds on that day.

        One person signs an agreement once, and a delegate passes nothing on.
        """
        given = self.model.objects.filter(agreement=OuterRef("agreement"), signed_by=person)
        held = self.model.delegations_held_by(person, day)
        lent = held.filter(grantor=OuterRef("person"), documents=OuterRef("agreement__document"))
        return self.next_due().filter(~Exists(given)).filter(models.Q(person=person) | Exists(lent))


class DelegationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """All for CSR managers and administrators; for the rest of procurement those they give or hold."""
        if has_role(user, Role.CSR_MANAGER, Role.ADMINISTRATOR):
            return self
        if has_role(user, Role.BUYER):
            return self.filter(models.Q(grantor=user) | models.Q(delegate=user))
        return self.none()

    def holding(self, day: dt.date) -> Self:
        return self.filter(revoked_at=None, starts_on__lte=day, ends_on__gte=day)
