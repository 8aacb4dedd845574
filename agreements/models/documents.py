"""The texts: documents, their versions, clauses and check questions."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.querysets import DocumentQuerySet, VersionQuerySet
from agreements.states import DocumentKind, VersionStatus
from csr_portal.core.models import Tracked
from csr_portal.core.translated import in_language, validate_texts


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
    notice_days = models.PositiveSmallIntegerField(_("notice period (days)"), default=30)
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
