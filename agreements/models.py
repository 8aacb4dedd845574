"""What suppliers promise: texts in versions and clauses, agreements with their evidence, acknowledged guidelines."""

import hashlib
import hmac
import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.querysets import (
    AcknowledgementQuerySet,
    AgreementQuerySet,
    CampaignQuerySet,
    CampaignTargetQuerySet,
    DocumentQuerySet,
    OfAgreementQuerySet,
    VersionQuerySet,
)
from agreements.states import (
    OPEN,
    AcknowledgementStatus,
    AgreementStatus,
    CampaignStatus,
    CodeDelivery,
    DocumentKind,
    EventKind,
    Method,
    Party,
    VersionStatus,
)
from csr_portal.core.models import StoredFile, Tracked
from csr_portal.core.translated import in_language, validate_texts
from suppliers.models import Supplier

User = settings.AUTH_USER_MODEL
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
MAX_ATTEMPTS = 5
MAX_CODES = 6


def new_verify_code() -> str:
    """16 characters of 5 bits: 80 bits that nobody guesses, readable from paper."""
    text = "".join(secrets.choice(CODE_ALPHABET) for _place in range(16))
    return "CSR-" + "-".join(text[i : i + 4] for i in range(0, 16, 4))


def new_nonce() -> str:
    return secrets.token_urlsafe(24)


class Document(models.Model):
    """A text that suppliers sign or acknowledge, over all its versions."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    title = models.JSONField(_("title"), validators=[validate_texts])

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.title)

    @property
    def is_guideline(self) -> bool:
        return self.kind == DocumentKind.GUIDELINE

    @property
    def history_thread(self) -> str:
        return f"document:{self.pk}"


class Version(Tracked):
    """One edition of a document in all its languages. Frozen when published."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.CharField(_("version"), max_length=20)
    prevailing_language = models.CharField(
        _("language that prevails"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    validity_months = models.PositiveSmallIntegerField(_("valid for (months)"), default=36)
    intro = models.JSONField(_("preamble"), validators=[validate_texts], default=dict)
    staff_note = models.TextField(_("note for staff"), blank=True)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["document", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=VersionStatus.values), name="agreement_version_status_is_known"
            ),
            models.UniqueConstraint(fields=["document", "number"], name="agreement_version_number_once"),
            models.UniqueConstraint(
                fields=["document"],
                condition=models.Q(status=VersionStatus.PUBLISHED),
                name="agreement_version_one_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.number}"

    def get_status_display(self) -> str:
        return str(VersionStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"document:{self.document_id}"

    @property
    def is_frozen(self) -> bool:
        return self.status != VersionStatus.DRAFT


class _FrozenWithVersion(models.Model):
    """A part of a version: cannot be changed once the version is published."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_when_frozen()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse_when_frozen()
        return super().delete(*args, **kwargs)

    def _refuse_when_frozen(self) -> None:
        if self.version.is_frozen:
            raise ValidationError(_("A published text is never changed. Make a new version."))


class Clause(_FrozenWithVersion):
    """A numbered clause with a machine key (`child_labour`), so that versions can be compared."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="clauses")
    position = models.PositiveSmallIntegerField(_("position"))
    key = models.SlugField(_("key"), max_length=60)
    title = models.JSONField(_("title"), validators=[validate_texts])
    text = models.JSONField(_("text"), validators=[validate_texts])

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="clause_position_once"),
            models.UniqueConstraint(fields=["version", "key"], name="clause_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {in_language(self.title)}"


class CheckQuestion(_FrozenWithVersion):
    """A question that shows that the guideline was read. `right` is the number of the right choice, from 0."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="check_questions")
    position = models.PositiveSmallIntegerField(_("position"))
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="+", verbose_name=_("clause to read"))
    text = models.JSONField(_("question"), validators=[validate_texts])
    choices = models.JSONField(_("choices"), help_text=_("A list of texts, each in all languages"))
    right = models.PositiveSmallIntegerField(_("number of the right choice, from 0"))

    class Meta:
        verbose_name = _("check question")
        verbose_name_plural = _("check questions")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="check_question_position_once")]

    def __str__(self) -> str:
        return in_language(self.text)


class Campaign(Tracked):
    """One issue of a version to many suppliers."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(_("name"), max_length=120)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=CampaignStatus.values), name="agreement_campaign_status_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_status_display(self) -> str:
        return str(CampaignStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"document:{self.version.document_id}"


class CampaignTarget(models.Model):
    """One supplier of a campaign: waits, has got the text, or was left out (`note` says why)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="targets")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("left out because"), max_length=300, blank=True)

    objects = CampaignTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier of a campaign")
        verbose_name_plural = _("suppliers of a campaign")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "supplier"], name="campaign_target_once")]

    def __str__(self) -> str:
        return f"{self.campaign} – {self.supplier}"


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
    sealed_file = models.FileField(max_length=200, blank=True, editable=False)
    sealed_sha256 = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    sealed_at = models.DateTimeField(null=True, blank=True, editable=False)
    chop_scan = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.TextField(_("reason"), blank=True)
    verify_code = models.CharField(_("code"), max_length=24, unique=True, default=new_verify_code, editable=False)

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
    def is_open(self) -> bool:
        return self.status in OPEN


class SigningLink(models.Model):
    """The way of one signatory to one agreement, without an account: a link and a code.

    Neither is stored: both are derived with the secret key, so that the contact person can show them again and a
    copy of the database alone opens nothing. `code_hash` pins the code that is valid now.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signing_links")
    name = models.CharField(_("name"), max_length=120, help_text=_("In the person's own script"))
    name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    title = models.CharField(_("title"), max_length=120)
    email = models.EmailField(_("email"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    nonce = models.CharField(max_length=40, unique=True, default=new_nonce, editable=False)
    code_serial = models.PositiveSmallIntegerField(default=0, editable=False)
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    code_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(_("valid to"))

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing link")
        verbose_name_plural = _("signing links")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def token(self) -> str:
        return Signer(salt="agreements.signing").sign(self.nonce)

    @staticmethod
    def nonce_of(token: str) -> str:
        """The nonce of a genuine link; empty for anything else."""
        try:
            return Signer(salt="agreements.signing").unsign(token)
        except BadSignature:
            return ""

    @property
    def code(self) -> str:
        """The six digits that are valid now."""
        digest = hmac.new(settings.SECRET_KEY.encode(), f"code:{self.nonce}:{self.code_serial}".encode(), "sha256")
        return f"{int(digest.hexdigest(), 16) % 1_000_000:06d}"

    @staticmethod
    def hash_of(nonce: str, code: str) -> str:
        return hashlib.sha256(f"{nonce}:{code}".encode()).hexdigest()

    @property
    def delivery(self) -> str:
        return CodeDelivery.MAIL if self.email else CodeDelivery.HANDED_OVER

    def get_delivery_display(self) -> str:
        return str(CodeDelivery(self.delivery).label)


class SignatureEvent(models.Model):
    """One fact of the evidence record: who did what with the agreement, how, from where. Written once."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="events")
    link = models.ForeignKey(SigningLink, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    party = models.CharField(max_length=10, choices=Party.choices)
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    actor_name = models.CharField(_("name"), max_length=120, blank=True)
    actor_name_latin = models.CharField(_("name in Latin letters"), max_length=120, blank=True)
    actor_title = models.CharField(_("title"), max_length=120, blank=True)
    authority = models.CharField(_("authority"), max_length=300, blank=True)
    method = models.CharField(max_length=10, choices=Method.choices, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    consent_version = models.CharField(max_length=20, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    drawing = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = OfAgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature event")
        verbose_name_plural = _("signature events")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "party"], condition=models.Q(kind=EventKind.SIGNED), name="signed_once_per_party"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.actor_name}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise ValidationError(_("Evidence of a signature is never changed."))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ValidationError(_("Evidence of a signature is never deleted."))


class Acknowledgement(Tracked):
    """One version of a guideline, issued to one supplier and acknowledged by one of its people."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="acknowledgements")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="acknowledgements")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="acknowledgements")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="acknowledgements"
    )
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=AcknowledgementStatus.values), name="acknowledgement_status_is_known"
            ),
            models.UniqueConstraint(fields=["supplier", "version"], name="acknowledgement_once_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.version} – {self.supplier}"

    def get_status_display(self) -> str:
        return str(AcknowledgementStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"
