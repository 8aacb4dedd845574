"""Site reviews: the yearly plan, the visit with its team, checkpoints and interviews, and its report."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audits.models.questionnaires import Question, QuestionnaireVersion
from audits.querysets import (
    ReviewPartQuerySet,
    SiteReviewPlanQuerySet,
    SiteReviewQuerySet,
    SiteReviewReportQuerySet,
)
from audits.states import (
    REVIEW_DATED,
    Announcement,
    CheckpointCode,
    InterviewKind,
    PlanStatus,
    ReviewReason,
    SiteReviewStatus,
    TeamPart,
)
from csr_portal.core.models import AbstractReport, Tracked
from csr_portal.core.timezones import today
from suppliers.models import Evidence, Site, Supplier

User = settings.AUTH_USER_MODEL


class SiteReviewPlan(Tracked):
    """The site reviews of a year: proposed from risk and criticality, approved by a second person (M7)."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    objects = SiteReviewPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("site review plan")
        verbose_name_plural = _("site review plans")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=PlanStatus.values), name="plan_status_is_known"),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("created_by")),
                name="plan_needs_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    def get_status_display(self) -> str:
        return str(PlanStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"plan:{self.year}"


class SiteReview(Tracked):
    """One visit to one site. With a plan it is an item of that year.

    `headcount` is what the site counted when the review began (totals only, never a person); score, letter and
    `valid_until` are computed when it is reported, with the version of the formula.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    plan = models.ForeignKey(SiteReviewPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="site_reviews")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="site_reviews")
    reason = models.CharField(_("reason"), max_length=20, choices=ReviewReason.choices, default=ReviewReason.OTHER)
    announcement = models.CharField(
        _("announcement"), max_length=12, choices=Announcement.choices, default=Announcement.ANNOUNCED
    )
    checklist = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="site_reviews"
    )
    standards = models.CharField(_("standards"), max_length=200, blank=True)
    scope = models.TextField(_("scope"), blank=True, max_length=2000)
    planned_from = models.DateField(_("first day"))
    planned_to = models.DateField(_("last day"))
    wished_from = models.DateField(_("the supplier's wish"), null=True, blank=True)
    postponed_because = models.TextField(_("why another date"), blank=True, max_length=1000)
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)
    opening_at = models.DateTimeField(_("opening meeting"), null=True, blank=True)
    closing_at = models.DateTimeField(_("closing meeting"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported"), null=True, blank=True)
    headcount = models.JSONField(_("headcount"), default=dict, blank=True)
    days_required = models.DecimalField(_("auditor days"), max_digits=4, decimal_places=1, null=True, blank=True)
    sample_required = models.PositiveSmallIntegerField(_("interviews required"), default=0)
    sample_taken = models.PositiveSmallIntegerField(_("interviews held"), default=0)
    files_taken = models.PositiveSmallIntegerField(_("files looked at"), default=0)
    strengths = models.TextField(_("strengths"), blank=True, max_length=4000)
    limits = models.TextField(_("limits of the review"), blank=True, max_length=4000)
    summary = models.TextField(_("summary"), blank=True, max_length=4000)
    confidentiality = models.CharField(_("confidentiality"), max_length=120, blank=True)
    score = models.DecimalField(_("score"), max_digits=4, decimal_places=1, null=True, blank=True)
    letter = models.CharField(_("letter"), max_length=1, blank=True)
    formula_version = models.CharField(_("formula"), max_length=40, blank=True)
    result = models.JSONField(default=dict, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    added_because = models.TextField(_("why added after approval"), blank=True, max_length=1000)
    added_at = models.DateTimeField(_("added after approval"), null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = SiteReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("site review")
        verbose_name_plural = _("site reviews")
        ordering = ["-planned_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=SiteReviewStatus.values), name="site_review_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(planned_to__gte=models.F("planned_from")), name="site_review_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["plan", "site"],
                condition=models.Q(plan__isnull=False) & ~models.Q(status="cancelled"),
                name="site_once_per_plan",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="postponed") | ~models.Q(postponed_because=""),
                name="postponed_review_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="reported")
                | models.Q(score__isnull=False, valid_until__isnull=False, closing_at__isnull=False),
                name="reported_review_has_a_result",
            ),
            models.CheckConstraint(
                condition=models.Q(added_at=None, added_because="")
                | models.Q(added_at__isnull=False) & ~models.Q(added_because=""),
                name="added_review_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "-id"], name="site_review_supplier"),
            models.Index(fields=["site", "status", "-closing_at"], name="site_review_site"),
            models.Index(fields=["status", "planned_from", "id"], name="site_review_status"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_status_display(self) -> str:
        return str(SiteReviewStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"

    @property
    def days(self) -> list[dt.date]:
        """Every day on site: the auditors must be qualified on each of them (R-AUD-1)."""
        return [self.planned_from + dt.timedelta(days=n) for n in range((self.planned_to - self.planned_from).days + 1)]

    @property
    def is_late(self) -> bool:
        """Not begun on the days it was planned for, and not postponed either."""
        return self.status in REVIEW_DATED and self.planned_to < today()

    @property
    def is_valid_on_paper(self) -> bool:
        return self.status == SiteReviewStatus.REPORTED and bool(self.valid_until)


class TeamMember(models.Model):
    """Who goes, as what; whether the person declared to have no conflict; with what qualification (frozen)."""

    review = models.ForeignKey(SiteReview, on_delete=models.PROTECT, related_name="team")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="review_seats")
    part = models.CharField(_("part"), max_length=10, choices=TeamPart.choices, default=TeamPart.MEMBER)
    conflict_declared_at = models.DateTimeField(null=True, blank=True)
    no_conflict = models.BooleanField(_("no conflict of interest"), default=False)
    conflict_note = models.CharField(_("note"), max_length=300, blank=True)
    qualification = models.JSONField(default=dict, blank=True, help_text="What was shown when the person was named")

    objects = ReviewPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="team_member_once"),
            models.UniqueConstraint(
                fields=["review"], condition=models.Q(part="lead"), name="one_lead_auditor_per_review"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_part_display()}"


class CheckpointResult(models.Model):
    """What was seen at one point of the checklist. `revision` counts the saves; a repeated `client_id` adds nothing."""

    review = models.ForeignKey(SiteReview, on_delete=models.PROTECT, related_name="checkpoints")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="checkpoint_results")
    result = models.CharField(
        _("result"), max_length=12, choices=CheckpointCode.choices, default=CheckpointCode.NOT_CHECKED
    )
    note = models.TextField(_("note"), blank=True, max_length=4000)
    evidence = models.ManyToManyField(Evidence, blank=True, related_name="checkpoints")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)
    client_id = models.UUIDField(default=uuid.uuid4)
    revision = models.PositiveIntegerField(default=0)

    objects = ReviewPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["question__position"]
        constraints = [
            models.UniqueConstraint(fields=["review", "question"], name="checkpoint_once_per_question"),
            models.CheckConstraint(
                condition=models.Q(result__in=CheckpointCode.values), name="checkpoint_result_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question.key}: {self.result}"


class InterviewRecord(models.Model):
    """How many people were heard and about what. Never who (R-PDF-1): there is no field for a name."""

    review = models.ForeignKey(SiteReview, on_delete=models.PROTECT, related_name="interviews")
    kind = models.CharField(_("kind"), max_length=10, choices=InterviewKind.choices)
    people = models.PositiveSmallIntegerField(_("people"))
    women = models.PositiveSmallIntegerField(_("of them women"), default=0)
    topics = models.CharField(_("topics"), max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = ReviewPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(people__gte=1), name="interview_has_people"),
            models.CheckConstraint(
                condition=models.Q(women__lte=models.F("people")), name="interview_women_are_among_the_people"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="group") | models.Q(people=1), name="interview_alone_is_one_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.people}"


class SiteReviewReport(AbstractReport):
    """The site review with its corrective action plan as PDF."""

    review = models.ForeignKey(SiteReview, on_delete=models.PROTECT, related_name="reports")
    verify_code = models.CharField(_("code"), max_length=24, unique=True, null=True, editable=False)  # noqa: DJ001 – older reports have none

    objects = SiteReviewReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("site review report")
        verbose_name_plural = _("site review reports")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "language", "fingerprint"], name="site_review_report_once")
        ]

    @property
    def history_thread(self) -> Any:
        return self.review.history_thread
