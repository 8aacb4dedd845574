"""Findings and what is done about them: plans in versions, actions, evidence, verdicts; and the rules for deadlines."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audits.models.inspections import SelfInspection
from audits.models.questionnaires import Question
from audits.models.reviews import CheckpointResult, SiteReview
from audits.models.standards import Clause
from audits.querysets import FindingQuerySet, OfFindingQuerySet, ReferenceQuerySet
from audits.states import (
    ActionKind,
    FindingStatus,
    Grade,
    Origin,
    PlanVerdict,
    SubmissionVerdict,
    Verification,
)
from csr_portal.core.models import Tracked
from csr_portal.core.timezones import today
from suppliers.models import Evidence, Site, Supplier

User = settings.AUTH_USER_MODEL


class DeadlineRule(models.Model):
    """Until when a step of a finding is due (R-CAP-1). Rules are versioned; only the current version counts."""

    version = models.PositiveIntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("current"), default=True)
    scheme = models.CharField(_("scheme"), max_length=12)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    topic = models.CharField(_("topic"), max_length=20, blank=True)
    step = models.CharField(_("step"), max_length=12)
    base = models.CharField(_("counts from"), max_length=1, choices=[("C", _("closing meeting")), ("R", _("report"))])
    amount = models.PositiveSmallIntegerField(_("number"))
    unit = models.CharField(
        _("unit"),
        max_length=12,
        default="days",
        choices=[("days", _("days")), ("months", _("months")), ("working_days", _("working days"))],
    )
    basis = models.CharField(_("basis"), max_length=80, blank=True)
    is_guide = models.BooleanField(_("guide value"), default=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline rule")
        verbose_name_plural = _("deadline rules")
        ordering = ["-version", "scheme", "grade", "step"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "scheme", "grade", "topic", "step"], name="deadline_rule_once_per_version"
            ),
            models.UniqueConstraint(
                fields=["scheme", "grade", "topic", "step"],
                condition=models.Q(is_current=True),
                name="one_current_deadline_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.grade} {self.step}: {self.base}+{self.amount}"


class Finding(Tracked):
    """Something that is not as it has to be, from whatever source; open until somebody else has verified the closure.

    The three dates come from R-CAP-1; `due_on` is the one of the step that is next. `…_local` holds the same words in
    the supplier's language, for the corrective action plan that stays on site.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="findings")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    origin = models.CharField(_("origin"), max_length=16, choices=Origin.choices)
    site_review = models.ForeignKey(
        SiteReview, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    checkpoint = models.ForeignKey(
        CheckpointResult, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    self_inspection = models.ForeignKey(
        SelfInspection, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    grade = models.CharField(_("grade"), max_length=16, choices=Grade.choices)
    title = models.CharField(_("title"), max_length=200)
    title_local = models.CharField(_("title in the supplier's language"), max_length=200, blank=True)
    facts = models.TextField(_("what was seen, where"), max_length=4000)
    facts_local = models.TextField(_("the same in the supplier's language"), blank=True, max_length=4000)
    wanted_evidence = models.TextField(_("evidence that closes it"), blank=True, max_length=1000)
    affected = models.PositiveSmallIntegerField(_("affected"), null=True, blank=True)
    looked_at = models.PositiveSmallIntegerField(_("looked at"), null=True, blank=True)
    verification = models.CharField(
        _("closed by"), max_length=10, choices=Verification.choices, default=Verification.DESK
    )
    photos = models.ManyToManyField(Evidence, blank=True, related_name="findings_shown")
    needs_two_months = models.BooleanField(
        _("wages or hours"), default=False, help_text=_("Two months of new records; not closed before 60 days")
    )
    discovered_on = models.DateField(_("discovered"))
    report_received_on = models.DateField(_("report received"), null=True, blank=True)
    containment_due_on = models.DateField(_("containment until"), null=True, blank=True)
    plan_due_on = models.DateField(_("plan until"), null=True, blank=True)
    approval_due_on = models.DateField(_("plan approved until"), null=True, blank=True)
    close_due_on = models.DateField(_("closed until"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    dispute_reason = models.TextField(_("why it is disputed"), blank=True, max_length=2000)
    is_repeat = models.BooleanField(_("repeated"), default=False)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="repeats")
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=FindingStatus.values), name="finding_status_is_known"),
            models.CheckConstraint(condition=models.Q(grade__in=Grade.values), name="finding_grade_is_known"),
            models.CheckConstraint(
                condition=~models.Q(status="verified_closed") | models.Q(closed_on__isnull=False),
                name="closed_finding_has_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(looked_at=None) | models.Q(affected__lte=models.F("looked_at")),
                name="finding_affected_are_among_those_looked_at",
            ),
            models.UniqueConstraint(
                fields=["self_inspection", "question"],
                condition=models.Q(self_inspection__isnull=False, question__isnull=False),
                name="finding_once_per_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "status", "-id"], name="finding_supplier"),
            models.Index(
                fields=["close_due_on", "id"], name="finding_open", condition=~models.Q(status="verified_closed")
            ),
            models.Index(fields=["grade", "status", "id"], name="finding_grade"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_status_display(self) -> str:
        return str(FindingStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"

    @property
    def is_closed(self) -> bool:
        return self.status == FindingStatus.VERIFIED_CLOSED

    def is_overdue(self, day: dt.date | None = None) -> bool:
        """The same claim as querysets.overdue_finding."""
        day = day or today()
        late_step = self.turn == "supplier" and self.due_on is not None and self.due_on < day
        return not self.is_closed and (late_step or (self.close_due_on is not None and self.close_due_on < day))

    @property
    def shown_status(self) -> str:
        """The code of the badge: overdue replaces the stored status."""
        return "overdue" if self.is_overdue() else self.status


class FindingPlan(models.Model):
    """One version of the supplier's plan. A refused one stays as it was; the next version is a new row."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField(_("version"))
    root_cause = models.TextField(_("root cause"), blank=True, max_length=4000)
    no_action_reason = models.TextField(_("no action, because"), blank=True, max_length=4000)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(_("verdict"), max_length=10, choices=PlanVerdict.choices, blank=True)
    verdict_note = models.TextField(_("reason"), blank=True, max_length=2000)
    verdict_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verdict_at = models.DateTimeField(null=True, blank=True)

    objects = OfFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan for a finding")
        verbose_name_plural = _("plans for findings")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["finding", "number"], name="finding_plan_version_once"),
            models.CheckConstraint(
                condition=~models.Q(verdict="rejected") | ~models.Q(verdict_note=""),
                name="rejected_plan_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding} v{self.number}"


class CorrectiveAction(models.Model):
    """One thing that the supplier will do, who and until when."""

    plan = models.ForeignKey(FindingPlan, on_delete=models.PROTECT, related_name="actions")
    kind = models.CharField(_("kind"), max_length=12, choices=ActionKind.choices)
    text = models.TextField(_("what will be done"), max_length=2000)
    owner = models.CharField(_("who"), max_length=120)
    due_on = models.DateField(_("until"))
    done_on = models.DateField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ActionKind.values), name="action_kind_is_known")
        ]

    def __str__(self) -> str:
        return self.text


class EvidenceSubmission(models.Model):
    """What the supplier showed, and what the verifier said about it."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField(_("number"))
    note = models.TextField(_("what was done"), blank=True, max_length=4000)
    evidence = models.ManyToManyField(Evidence, related_name="submissions", verbose_name=_("evidence"))
    records_from = models.DateField(_("records from"), null=True, blank=True)
    records_to = models.DateField(_("records to"), null=True, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(_("verdict"), max_length=10, choices=SubmissionVerdict.choices, blank=True)
    verdict_note = models.TextField(_("reason"), blank=True, max_length=2000)
    verdict_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verdict_at = models.DateTimeField(null=True, blank=True)

    objects = OfFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence for a finding")
        verbose_name_plural = _("evidence for findings")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["finding", "number"], name="evidence_submission_once"),
            models.CheckConstraint(
                condition=models.Q(verdict_by=None) | ~models.Q(verdict_by=models.F("submitted_by")),
                name="evidence_is_verified_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=~models.Q(verdict__in=["progress", "rejected"]) | ~models.Q(verdict_note=""),
                name="refused_evidence_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding} e{self.number}"
