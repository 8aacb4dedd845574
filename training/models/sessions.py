"""The yearly programme: courses, sessions, invitations."""

import datetime as dt
import zoneinfo
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import Tracked
from csr_portal.core.translated import in_language, validate_texts
from suppliers.models import Supplier
from suppliers.querysets import OwnedBySupplierQuerySet
from training.querysets import ForEverybodyQuerySet, SessionQuerySet
from training.states import Audience, CourseStandard, SessionStatus, Target

User = settings.AUTH_USER_MODEL
PER_CENT = [MinValueValidator(0), MaxValueValidator(100)]


class Programme(models.Model):
    """The yearly supplier CSR and environmental training programme (M6)."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    title = models.JSONField(_("title"), validators=[validate_texts])
    target = models.CharField(_("for"), max_length=12, choices=Target.choices, default=Target.ACTIVE)
    target_group = models.TextField(_("target group"), blank=True, max_length=1000)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ForEverybodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("training programme")
        verbose_name_plural = _("training programmes")
        ordering = ["-year"]

    def __str__(self) -> str:
        return in_language(self.title) or str(self.year)

    @property
    def history_thread(self) -> str:
        return f"programme:{self.pk}"


class Course(models.Model):
    """What is taught, how long, and what it takes to pass (R-TRN-1)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = models.JSONField(_("title"), validators=[validate_texts])
    description = models.JSONField(_("description"), validators=[validate_texts], default=dict, blank=True)
    standard = models.CharField(_("standard"), max_length=10, choices=CourseStandard.choices)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience.choices, default=Audience.SUPPLIER)
    hours = models.DecimalField(
        _("hours"), max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.25"))]
    )
    pass_score = models.PositiveSmallIntegerField(_("score needed"), default=80, validators=PER_CENT)
    attendance_percent = models.PositiveSmallIntegerField(
        _("attendance needed, per cent"), default=80, validators=PER_CENT
    )
    validity_months = models.PositiveSmallIntegerField(
        _("certificate valid, months"), default=12, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = ForEverybodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.title)


class Session(Tracked):
    """One date of a course: who teaches where, and who comes."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="sessions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sessions")
    number = models.CharField(_("number"), max_length=20, unique=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    enrol_until = models.DateField(_("enrolment until"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200)
    is_online = models.BooleanField(_("online"), default=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    provider = models.CharField(_("provider"), max_length=160, blank=True, help_text=_("Who gives the training"))
    trainer = models.CharField(_("trainer"), max_length=120, help_text=_("In the person's own script"))
    trainer_latin = models.CharField(_("trainer in Latin letters"), max_length=120, blank=True)
    capacity = models.PositiveSmallIntegerField(_("places"), validators=[MinValueValidator(1)])
    has_test = models.BooleanField(
        _("ends with a test"), default=True, help_text=_("Without a test there is no certificate (R-TRN-1).")
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("training session")
        verbose_name_plural = _("training sessions")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=SessionStatus.values), name="training_session_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="training_session_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "id"], name="training_session_start")]

    def __str__(self) -> str:
        return self.number

    def get_status_display(self) -> str:
        return str(SessionStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"training-session:{self.pk}"

    @property
    def first_day(self) -> dt.date:
        return local_day(self.starts_at)

    @property
    def last_day(self) -> dt.date:
        return local_day(self.ends_at)

    @property
    def days(self) -> list[dt.date]:
        """Every calendar day of the session, in the company's time zone."""
        return [self.first_day + dt.timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]

    @property
    def is_open(self) -> bool:
        return self.status == SessionStatus.OPEN


def local_day(moment: dt.datetime) -> dt.date:
    return timezone.localdate(moment, timezone=zoneinfo.ZoneInfo(settings.TIME_ZONE))


class SessionInvitation(models.Model):
    """A supplier was asked to send people. Asked once; the answer is an enrolment or a reason why not."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="invitations")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="training_invitations")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now)

    objects = OwnedBySupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a session")
        verbose_name_plural = _("invitations to sessions")
        constraints = [
            models.UniqueConstraint(fields=["session", "supplier"], name="supplier_invited_once_per_session")
        ]

    def __str__(self) -> str:
        return f"{self.session} – {self.supplier}"
