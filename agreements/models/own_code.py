"""A supplier's own code of conduct in place of our text, and how it was compared clause by clause."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreements import Agreement
from agreements.models.documents import Clause
from agreements.querysets import OfAgreementQuerySet, OwnCodeClauseQuerySet
from agreements.states import Cover
from csr_portal.core.models import StoredFile

User = settings.AUTH_USER_MODEL


class OwnCode(models.Model):
    """One code of conduct that a supplier offered. A refused one stays readable; the newest one counts."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="own_codes")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("where to look"), max_length=500, blank=True)
    offered_by = models.CharField(_("offered by"), max_length=120)
    offered_at = models.DateTimeField(default=timezone.now)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("own code of conduct")
        verbose_name_plural = _("own codes of conduct")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file.original_name


class OwnCodeClause(models.Model):
    """Whether the code covers one clause of our text, and where: the page and the words."""

    own_code = models.ForeignKey(OwnCode, on_delete=models.PROTECT, related_name="clauses")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="+")
    cover = models.CharField(_("covered"), max_length=12, choices=Cover.choices, blank=True)
    place = models.CharField(_("page or section"), max_length=80, blank=True)
    quote = models.CharField(_("words of the code"), max_length=1000, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OwnCodeClauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("clause of an own code")
        verbose_name_plural = _("clauses of own codes")
        ordering = ["clause__position"]
        constraints = [models.UniqueConstraint(fields=["own_code", "clause"], name="own_code_clause_once")]

    def __str__(self) -> str:
        return f"{self.own_code} – {self.clause}"
