"""One text, issued to one supplier."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.campaigns import Campaign
from agreements.models.documents import Document, Version
from agreements.querysets import AgreementQuerySet
from agreements.states import OPEN, AgreementStatus
from csr_portal.core.codes import new_code
from csr_portal.core.models import Tracked
from suppliers.models import Supplier

User = settings.AUTH_USER_MODEL


def new_verify_code() -> str:
    return new_code("CSR")


class Agreement(Tracked):
    """One version, issued to one supplier: from issue to signature, force and end."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="agreements")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="agreements")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="agreements")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements")
    number = models.CharField(_("number"), max_length=24, unique=True, null=True)  # noqa: DJ001 – empty until the row has its id
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    presented_file = models.FileField(max_length=200, blank=True, editable=False)
    presented_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    valid_until = models.DateField(_("valid to"), null=True, blank=True)
    sealed_until = models.DateField(null=True, blank=True, editable=False)  # as in the sealed file; never later
    notice_until = models.DateField(_("ends by notice"), null=True, blank=True, editable=False)
    sealed_file = models.FileField(max_length=200, blank=True, editable=False)
    sealed_sha256 = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    sealed_at = models.DateTimeField(null=True, blank=True, editable=False)
    archive_file = models.FileField(max_length=200, blank=True, editable=False)
    archive_sha256 = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    archived_until = models.DateField(null=True, blank=True, editable=False)
    reservations = models.JSONField(_("reservations"), default=list, blank=True, editable=False)
    is_own_code = models.BooleanField(_("own code of conduct"), default=False, editable=False)
    end_reason = models.TextField(_("reason"), blank=True)
    verify_code = models.CharField(_("code"), max_length=24, unique=True, default=new_verify_code, editable=False)

    own_today: dt.date | None = None  # the supplier's own day, see terms.py

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=AgreementStatus.values), name="agreement_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("valid_from")),
                name="agreement_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["supplier", "document"],
                condition=models.Q(status__in=[str(code) for code in OPEN]),
                name="agreement_one_open",
            ),
            models.UniqueConstraint(
                fields=["supplier", "document"],
                condition=models.Q(status=AgreementStatus.IN_FORCE),
                name="agreement_one_in_force",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "valid_until"], name="agreement_status_until"),
            models.Index(fields=["supplier", "-id"], name="agreement_supplier"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    def get_status_display(self) -> str:
        return str(AgreementStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"

    @property
    def newest_seal(self) -> Any:
        """The sealed file, with its newest stamp if it is kept for the archive."""
        return self.archive_file or self.sealed_file

    @property
    def chop_paper(self) -> Any:
        """The paper with the company chop that was sent last, if any."""
        return self.chop_papers.first()

    def clauses_named(self, keys: Iterable[str]) -> list[Any]:
        """The clauses of the text with these keys, in their order."""
        keys = set(keys)
        return [clause for clause in self.version.clauses.all() if clause.key in keys]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def holds(self) -> bool:
        """Sealed and not ended; whether its last day is over is asked of terms.py."""
        return self.status == AgreementStatus.IN_FORCE
