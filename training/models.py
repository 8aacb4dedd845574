"""Programme, courses and sessions; who enrolled, attended and passed; certificates; who may lead an audit."""

import datetime as dt
import secrets
import zoneinfo
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import AbstractReport, StoredFile, Tracked
from csr_portal.core.timezones import today
from csr_portal.core.translated import in_language, validate_texts
from suppliers.models import Supplier
from suppliers.querysets import OwnedBySupplierQuerySet
from training.querysets import (
    CertificateQuerySet,
    EnrolmentQuerySet,
    ForEverybodyQuerySet,
    QualificationQuerySet,
    ReportQuerySet,
    SessionQuerySet,
    StaffRecordQuerySet,
)
from training.states import (
    Audience,
    CertificateState,
    CourseStandard,
    EnrolmentStatus,
    Level,
    Scheme,
    SessionStatus,
    Standing,
    Target,
    TieKind,
)

User = settings.AUTH_USER_MODEL
PER_CENT = [MinValueValidator(0), MaxValueValidator(100)]
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U, so that it can be read aloud
EXPIRING_DAYS = 60


def new_code() -> str:
    """80 random bits as `CSR-7K2M-…`: what opens the public verification of a certificate."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _i in range(16))
    return "CSR-" + "-".join(letters[i : i + 4] for i in range(0, 16, 4))


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
        _("hours"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(24)],
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


class TrainingCertificate(models.Model):
    """Proof that a person met the rule of a course. `content` is what stands on it, frozen; revoked, never deleted."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(_("number"), max_length=20, unique=True)
    code = models.CharField(_("verification code"), max_length=30, unique=True, default=new_code, editable=False)
    trained_on = models.DateField(_("trained"))
    issued_on = models.DateField(_("issued"))
    valid_until = models.DateField(_("last valid day"))
    content = models.JSONField(editable=False)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    revoked_reason = models.CharField(max_length=300, blank=True, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("training certificate")
        verbose_name_plural = _("training certificates")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("trained_on")), name="training_certificate_dates_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None) | ~models.Q(revoked_reason=""),
                name="training_certificate_revoked_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["valid_until", "id"], name="training_certificate_until")]

    def __str__(self) -> str:
        return self.number

    @property
    def history_thread(self) -> str:
        return self.enrolment.history_thread

    def state_on(self, day: dt.date) -> str:
        if self.revoked_at:
            return CertificateState.REVOKED
        if self.valid_until < day:
            return CertificateState.EXPIRED
        soon = (self.valid_until - day).days <= EXPIRING_DAYS
        return CertificateState.EXPIRING if soon else CertificateState.VALID

    @property
    def state(self) -> str:
        return self.state_on(today())

    @property
    def state_label(self) -> str:
        return str(CertificateState(self.state).label)


class AuditorQualification(models.Model):
    """A certificate that lets a person lead audits (R-AUD-1). A renewal is a new row that supersedes the old one."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="auditor_qualifications", verbose_name=_("person")
    )
    scheme = models.CharField(_("scheme"), max_length=10, choices=Scheme.choices)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    number = models.CharField(_("number"), max_length=80)
    issuer = models.CharField(_("issued by"), max_length=160)
    issued_on = models.DateField(_("issued"))
    expires_on = models.DateField(_("last valid day"))
    witnessed_audits = models.PositiveSmallIntegerField(
        _("witnessed audits"), default=0, help_text=_("Three are needed to lead (R-AUD-1).")
    )
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices, default=Standing.GOOD)
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("renews")
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = QualificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("auditor qualification")
        verbose_name_plural = _("auditor qualifications")
        ordering = ["user__name", "-expires_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_on__gte=models.F("issued_on")), name="qualification_dates_in_order"
            )
        ]
        indexes = [models.Index(fields=["expires_on", "id"], name="qualification_expiry")]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.number}"

    @property
    def history_thread(self) -> str:
        return f"person:{self.user_id}"

    def standing_on(self, day: dt.date) -> str:
        """The recorded standing; a certificate past its last day is expired, whatever was recorded."""
        return Standing.EXPIRED if self.expires_on < day else self.standing

    @property
    def state(self) -> str:
        """How it looks today: a standing other than good first, then the dates."""
        day = today()
        if self.standing_on(day) != Standing.GOOD:
            return self.standing_on(day)
        soon = (self.expires_on - day).days <= EXPIRING_DAYS
        return CertificateState.EXPIRING if soon else CertificateState.VALID


class AuditorTie(models.Model):
    """Why a person is not independent of a supplier, for the last 24 months (R-AUD-1)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="auditor_ties", verbose_name=_("person"))
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="auditor_ties")
    kind = models.CharField(_("kind"), max_length=12, choices=TieKind.choices)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True, blank=True, help_text=_("Empty: it still holds."))
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = StaffRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("tie to a supplier")
        verbose_name_plural = _("ties to suppliers")
        ordering = ["-from_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_on=None) | models.Q(to_on__gte=models.F("from_on")),
                name="auditor_tie_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.supplier}"

    @property
    def history_thread(self) -> str:
        return f"person:{self.user_id}"


class CertificateReport(AbstractReport):
    """The training certificate as PDF."""

    certificate = models.ForeignKey(TrainingCertificate, on_delete=models.PROTECT, related_name="documents")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("training certificate as PDF")
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "language", "fingerprint"], name="one_training_certificate_per_content"
            )
        ]
