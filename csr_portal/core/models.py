"""People, the company's own data, the append-only history, files as received, notices, jobs and the base of reports."""

import hashlib
import secrets
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from csr_portal.core.calendars import CalendarFeed  # noqa: F401  (so that Django finds the model)
from csr_portal.core.digests import Digest  # noqa: F401  (so that Django finds the model)
from csr_portal.core.idempotency import IdempotentAnswer  # noqa: F401  (so that Django finds the model)
from csr_portal.core.querysets import HistoryQuerySet, NoticeQuerySet
from csr_portal.core.states import JobStatus, MailStatus, ReportStatus
from csr_portal.core.timezones import validate_time_zone
from csr_portal.core.webhooks.models import Webhook  # noqa: F401  (the same, of webhooks)


class UserManager(BaseUserManager["User"]):
    """Creates accounts by email address; addresses are compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in. Roles are groups (core/roles.py); a supplier's people are suppliers.Contact rows."""

    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=120, help_text=_("In the person's own script"))
    name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Asia/Shanghai", validators=[validate_time_zone]
    )
    muted_digests = models.JSONField(_("left out of the daily mail"), default=list, blank=True)
    digest_on = models.DateField(null=True, blank=True, editable=False, help_text="Last day looked at for a digest")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("administrator"), default=False, help_text=_("May enter the administration"))
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def roles(self) -> frozenset[str]:
        """The person's role codes: one query per request."""
        return frozenset(self.groups.values_list("name", flat=True))

    def get_full_name(self) -> str:
        return str(self)


class ApiToken(models.Model):
    """A token of the API. Only its SHA-256 is kept; the text is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(pgettext_lazy("not of a person", "name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, user: User, name: str) -> tuple["ApiToken", str]:
        """Make a token of 256 bits; return the row and the text, which exists nowhere else."""
        text = secrets.token_urlsafe(32)
        return cls.objects.create(user=user, name=name, digest=cls.digest_of(text)), text

    @staticmethod
    def digest_of(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()


class Organisation(models.Model):
    """The operating company's own data: one row."""

    name = models.CharField(pgettext_lazy("not of a person", "name"), max_length=200)
    name_latin = models.CharField(_("name in Latin letters"), max_length=200)
    address = models.CharField(_("address"), max_length=300, blank=True)
    country = models.CharField(_("country"), max_length=2)
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    contact_email = models.EmailField(_("contact email"), blank=True)
    signatory_name = models.CharField(_("who signs for the company"), max_length=120, blank=True)
    signatory_title = models.CharField(_("title of who signs"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisation")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="organisation_is_one_row")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "Organisation":
        """The company's row; an unsaved, neutral one before set-up."""
        return cls.objects.first() or cls.before_set_up()

    @classmethod
    def before_set_up(cls) -> "Organisation":
        return cls(name="CSR Portal", name_latin="CSR Portal", country="CN")


class HistoryEntry(models.Model):
    """Who did what to which object, when and why. Written once; sealed into one chain right after commit.

    `hash` covers the content and the previous entry's hash (core/history.py). Rows are never changed
    nor deleted: the database itself refuses (triggers of migration 0002).
    """

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    thread = models.CharField(max_length=60, blank=True, help_text="What the entry belongs to: `supplier:12`")
    action = models.CharField(max_length=60)
    from_status = models.CharField(max_length=30, blank=True)
    to_status = models.CharField(max_length=30, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)
    sequence = models.BigIntegerField(null=True, blank=True, unique=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="history_subject"),
            models.Index(fields=["thread", "-id"], name="history_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}:{self.subject_id}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ValidationError(_("History is never deleted."))


class ChainHead(models.Model):
    """The number and hash of the newest sealed history entry: one row, locked while sealing."""

    count = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="chain_head_is_one_row")]

    def __str__(self) -> str:
        return f"{self.count} {self.hash[:12]}"


class StoredFile(models.Model):
    """A file exactly as received, with its SHA-256. Pictures also get a smaller viewing copy."""

    original_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64, db_index=True)
    file = models.FileField(max_length=200)
    viewing_copy = models.FileField(max_length=200, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    captured_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    client_id = models.UUIDField(default=uuid.uuid4, unique=True, help_text="Made on the device: a retry adds nothing")

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


class Notice(models.Model):
    """One event told to one person: on the screen and, where it has an address, by mail. Never twice (`key`)."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    email = models.EmailField()
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    subject = models.CharField(max_length=250)
    body = models.TextField()
    url = models.CharField(max_length=300, blank=True)
    thread = models.CharField(max_length=60, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail_status = models.CharField(max_length=10, choices=MailStatus.choices, default=MailStatus.QUEUED)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_error = models.CharField(max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["recipient", "-id"], name="notice_recipient")]

    def __str__(self) -> str:
        return self.subject


class Job(models.Model):
    """Work that must happen: written in the transaction that asks for it, so that no crash can lose it."""

    task = models.CharField(max_length=80)
    arguments = models.JSONField(default=list)
    key = models.CharField(max_length=200, unique=True)
    status = models.CharField(max_length=10, choices=JobStatus.choices, default=JobStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    send_after = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(
                fields=["status", "send_after"],
                name="job_open",
                condition=models.Q(status__in=["queued", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.task}{self.arguments}"


class AbstractReport(models.Model):
    """A PDF that a worker makes. Each kind is a subclass with a real foreign key to its subject.

    `fingerprint` is the hash of the content: asking twice for the same content gives the same row.
    """

    status = models.CharField(max_length=10, choices=ReportStatus.choices, default=ReportStatus.QUEUED)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    fingerprint = models.CharField(max_length=64)
    progress = models.PositiveSmallIntegerField(default=0, help_text="per cent")
    file = models.FileField(max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Tracked(models.Model):
    """An object with states. Every change goes through `core.workflow.move`; every page answers whose turn it is."""

    status = models.CharField(_("status"), max_length=30)
    status_since = models.DateTimeField(_("since"), default=timezone.now)
    turn = models.CharField(_("whose turn"), max_length=12, blank=True)
    due_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def history_thread(self) -> str:
        """The thread of the history this object belongs to: `supplier:12`."""
        raise AttributeError(f"{type(self).__name__} must say which thread its history belongs to")
