"""Self-inspections: assigned to a site, answered by the supplier, reviewed and scored by us."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audits.models.questionnaires import Question, QuestionnaireVersion
from audits.querysets import (
    AnswerEvidenceQuerySet,
    AnswerQuerySet,
    InspectionCampaignQuerySet,
    InspectionReportQuerySet,
    SelfInspectionQuerySet,
)
from audits.states import EDITABLE, AnswerCode, AnswerVerdict, EvidenceVerdict, FileRefusal, InspectionStatus
from csr_portal.core.models import AbstractReport, Tracked
from csr_portal.core.timezones import today
from suppliers.models import Evidence, Site, Supplier

User = settings.AUTH_USER_MODEL
FACTS = ("has_dormitory", "uses_chemicals", "workers_young", "workers_dispatched")


class InspectionCampaign(models.Model):
    """One questionnaire sent to many suppliers at once."""

    name = models.CharField(pgettext_lazy("not of a person", "name"), max_length=120)
    year = models.PositiveSmallIntegerField(_("year"))
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="campaigns")
    due_on = models.DateField(_("due on"))
    site_ids = models.JSONField(_("sites to ask"), default=list, blank=True, editable=False)
    sent_at = models.DateTimeField(_("all sites asked"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = InspectionCampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("self-inspection campaign")
        verbose_name_plural = _("self-inspection campaigns")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_sending(self) -> bool:
        """Its sites are being asked in the background."""
        return bool(self.site_ids) and self.sent_at is None


class SelfInspection(Tracked):
    """A site's answers to one version of a questionnaire.

    `facts` are what the site said about itself (which questions apply); `answered` and `total` repeat the counts of
    applicable questions for lists; `result` is the whole arithmetic of the score, frozen at acceptance.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="self_inspections")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="self_inspections")
    campaign = models.ForeignKey(
        InspectionCampaign, on_delete=models.PROTECT, null=True, blank=True, related_name="inspections"
    )
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="inspections")
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    assigned_at = models.DateTimeField(default=timezone.now)
    facts = models.JSONField(_("facts of the site"), default=dict, blank=True)
    facts_confirmed = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    score = models.DecimalField(_("score"), max_digits=4, decimal_places=1, null=True, blank=True)
    letter = models.CharField(_("letter"), max_length=1, blank=True)
    is_blocked = models.BooleanField(_("zero-tolerance “no”"), default=False)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    answered = models.PositiveSmallIntegerField(_("answered"), default=0)
    total = models.PositiveSmallIntegerField(_("questions"), default=0)
    result = models.JSONField(default=dict, blank=True)

    objects = SelfInspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("self-inspection")
        verbose_name_plural = _("self-inspections")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=InspectionStatus.values), name="self_inspection_status_is_known"
            ),
            models.UniqueConstraint(
                fields=["site", "version"],
                condition=models.Q(status__in=["assigned", "in_progress", "submitted", "returned"]),
                name="self_inspection_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "-id"], name="self_inspection_supplier"),
            models.Index(fields=["status", "due_on", "id"], name="self_inspection_status"),
            models.Index(fields=["due_on", "id"], name="self_inspection_due"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_status_display(self) -> str:
        return str(InspectionStatus(self.status).label)

    @property
    def number(self) -> str:
        return f"SI-{self.assigned_at:%Y}-{self.pk:05d}"

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"

    @property
    def is_editable(self) -> bool:
        """The supplier may answer. The deadline plays no part (B3)."""
        return self.status in EDITABLE

    @property
    def remaining(self) -> int:
        return max(self.total - self.answered, 0)

    def is_overdue(self, day: dt.date | None = None) -> bool:
        return self.is_editable and self.due_on is not None and self.due_on < (day or today(self.site.time_zone))


class Answer(models.Model):
    """The current answer to one question; every earlier one stays as AnswerChange."""

    inspection = models.ForeignKey(SelfInspection, on_delete=models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    choice = models.CharField(_("answer"), max_length=10, choices=AnswerCode.choices, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=4000)
    na_reason = models.TextField(_("why it does not apply"), blank=True, max_length=1000)
    confirmed = models.BooleanField(
        _("confirmed"), default=True, help_text=_("False: carried over from the last time, not yet looked at (B5)")
    )
    revision = models.PositiveIntegerField(default=1)
    client_id = models.UUIDField(default=uuid.uuid4)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(_("verdict"), max_length=10, choices=AnswerVerdict.choices, blank=True)
    verdict_note = models.TextField(_("what is to be corrected"), blank=True, max_length=2000)
    verdict_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.UniqueConstraint(fields=["inspection", "question"], name="answer_once_per_question")]

    def __str__(self) -> str:
        return f"{self.inspection_id}:{self.question_id} {self.choice}"

    @property
    def is_answered(self) -> bool:
        return bool(self.choice) and self.confirmed


class AnswerEvidence(models.Model):
    """A file behind an answer. The same file may stand behind several answers (B17)."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="files")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="answers")
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=10, choices=EvidenceVerdict.choices, blank=True)
    refusal = models.CharField(_("reason"), max_length=16, choices=FileRefusal.choices, blank=True)
    verdict_note = models.CharField(_("note"), max_length=300, blank=True)
    verdict_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = AnswerEvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence of an answer")
        verbose_name_plural = _("evidence of answers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "evidence"], condition=models.Q(removed_at=None), name="answer_evidence_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.evidence_id)

    @property
    def verdict_text(self) -> str:
        """The reason from the list and the note, as the supplier reads them."""
        return " · ".join(part for part in (str(self.get_refusal_display()), self.verdict_note) if part)


class AnswerChange(models.Model):
    """What was answered when and by whom; only ever added."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="changes")
    choice = models.CharField(max_length=10, blank=True)
    note = models.TextField(blank=True)
    na_reason = models.TextField(blank=True)
    revision = models.PositiveIntegerField()
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change of an answer")
        verbose_name_plural = _("changes of answers")
        ordering = ["answer", "revision"]

    def __str__(self) -> str:
        return f"{self.answer_id} r{self.revision}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ValidationError(_("A change of an answer is never changed."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ValidationError(_("A change of an answer is never deleted."))


class SelfInspectionReport(AbstractReport):
    """The self-inspection as PDF."""

    inspection = models.ForeignKey(SelfInspection, on_delete=models.PROTECT, related_name="reports")

    objects = InspectionReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("self-inspection report")
        verbose_name_plural = _("self-inspection reports")
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "language", "fingerprint"], name="self_inspection_report_once"
            )
        ]

    @property
    def history_thread(self) -> str:
        return self.inspection.history_thread
