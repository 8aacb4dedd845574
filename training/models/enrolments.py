"""Who takes part and when they were there."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import Tracked
from suppliers.models import Supplier
from training.models.sessions import PER_CENT, Session
from training.querysets import EnrolmentQuerySet
from training.states import EnrolmentStatus

User = settings.AUTH_USER_MODEL


class Enrolment(Tracked):
    """One person in one session; of a supplier, or of the company's own staff (then `user`)."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="enrolments")
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, null=True, blank=True, related_name="training_enrolments"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="training_enrolments")
    name = models.CharField(_("name"), max_length=120, help_text=_("In the person's own script"))
    name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    email = models.EmailField(_("email"), blank=True)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    attended_hours = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0), editable=False)
    score = models.PositiveSmallIntegerField(_("test score"), null=True, blank=True, validators=PER_CENT)
    enrolled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField(default=timezone.now)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=EnrolmentStatus.values), name="enrolment_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(supplier__isnull=False) | models.Q(user__isnull=False),
                name="enrolment_has_a_supplier_or_a_colleague",
            ),
            models.CheckConstraint(
                condition=models.Q(score=None) | models.Q(score__lte=100), name="enrolment_score_up_to_100"
            ),
            models.UniqueConstraint(
                fields=["session", "supplier", "name", "email"],
                condition=~models.Q(status="withdrawn"),
                name="person_enrolled_once_per_session",
            ),
            models.UniqueConstraint(
                fields=["session", "user"],
                condition=~models.Q(status="withdrawn"),
                name="colleague_enrolled_once_per_session",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_status_display(self) -> str:
        return str(EnrolmentStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}" if self.supplier_id else f"training-session:{self.session_id}"

    @property
    def attendance_percent(self) -> Decimal:
        """Attended hours of the course's hours, exact; at most 100."""
        return min(Decimal(100), self.attended_hours * 100 / self.session.course.hours)

    @property
    def attendance_label(self) -> str:
        """For people: cut to one decimal place, so that 79.99 never reads as 80."""
        text = f"{int(self.attendance_percent * 10) / 10:.1f}"
        return text.removesuffix(".0")

    @property
    def met_attendance(self) -> bool:
        return self.attended_hours * 100 >= self.session.course.hours * self.session.course.attendance_percent

    @property
    def met_score(self) -> bool:
        return self.score is not None and self.score >= self.session.course.pass_score

    @property
    def is_effective(self) -> bool:
        """R-TRN-1: enough attendance and enough in the test; a session without a test makes nobody effective."""
        return self.session.has_test and self.met_attendance and self.met_score


class Attendance(models.Model):
    """Hours of one person on one day of the session."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendances")
    day = models.DateField(_("day"))
    hours = models.DecimalField(
        _("hours"), max_digits=4, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(24)]
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "day"], name="attendance_once_per_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.hours}"
