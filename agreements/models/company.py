"""Who signs for the company, in which order, and who may sign in whose place."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Agreement
from agreements.models.documents import Document
from agreements.querysets import CounterSignatureQuerySet, DelegationQuerySet

User = settings.AUTH_USER_MODEL


class CompanySigner(models.Model):
    """One of those who sign a document for the company after the supplier. No row: no counter-signature."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="company_signers")
    position = models.PositiveSmallIntegerField(_("position"))
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))

    class Meta:
        verbose_name = _("signatory of the company")
        verbose_name_plural = _("signatories of the company")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="company_signer_position_once"),
            models.UniqueConstraint(fields=["document", "person"], name="company_signer_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.person}"


class Delegation(models.Model):
    """One person lets another sign certain documents in their place, until a day. Ended, never deleted."""

    grantor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("in place of"))
    delegate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("who may sign"))
    documents = models.ManyToManyField(Document, related_name="+", verbose_name=_("which documents"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="delegation_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~models.Q(grantor=models.F("delegate")), name="delegation_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.grantor} → {self.delegate}"

    @property
    def history_thread(self) -> str:
        return "delegations"

    def holds(self, day: dt.date) -> bool:
        return self.revoked_at is None and self.starts_on <= day <= self.ends_on


class CounterSignature(models.Model):
    """One signature for the company on one agreement: due, then given by the person or somebody in their place."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="counter_signatures")
    position = models.PositiveSmallIntegerField()
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    delegation = models.ForeignKey(Delegation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)

    objects = CounterSignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature for the company")
        verbose_name_plural = _("signatures for the company")
        ordering = ["agreement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "position"], name="counter_signature_position_once"),
            models.UniqueConstraint(
                fields=["agreement", "signed_by"],
                condition=~models.Q(signed_by=None),
                name="counter_signature_one_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} – {self.person}"

    @staticmethod
    def delegations_held_by(delegate: Any, day: dt.date) -> DelegationQuerySet:
        return Delegation.objects.holding(day).filter(delegate=delegate)

    def delegations_to(self, delegate: Any, day: dt.date) -> DelegationQuerySet:
        """By what `delegate` may sign this document in the person's place on that day."""
        held = self.delegations_held_by(delegate, day)
        return held.filter(grantor=self.person_id, documents=self.agreement.document_id)
