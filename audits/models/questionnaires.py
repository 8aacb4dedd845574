"""Questionnaires: a version is fixed once published, and drafts stay on the version they began with (B30)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.models.standards import Clause, EvidenceType
from audits.querysets import QuestionnaireVersionQuerySet, ReferenceQuerySet
from audits.states import AnswerCode, Criticality, VersionStatus
from csr_portal.core.models import Tracked
from csr_portal.core.translated import in_language, validate_texts


class Questionnaire(models.Model):
    code = models.SlugField(max_length=40, unique=True)
    title = models.JSONField(_("title"), validators=[validate_texts])

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.title)


class QuestionnaireVersion(Tracked):
    """The questions as they are asked from a day on, with the scoring that goes with them."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    scoring = models.JSONField(_("scoring"), default=dict, help_text=_("Weights, values and letters (R-SELF-1)"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = QuestionnaireVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a questionnaire")
        verbose_name_plural = _("versions of questionnaires")
        ordering = ["questionnaire", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="questionnaire_version_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=VersionStatus.values), name="questionnaire_version_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire} v{self.number}"

    def get_status_display(self) -> str:
        return str(VersionStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"questionnaire:{self.questionnaire_id}"


class Section(models.Model):
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="sections")
    title = models.JSONField(_("title"), validators=[validate_texts])
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="section_position_once")]

    def __str__(self) -> str:
        return in_language(self.title)


class Question(models.Model):
    """One question. `applies_if` names facts of the site that must hold: `{"has_dormitory": true}` (B26)."""

    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="questions")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="questions")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, null=True, blank=True, related_name="questions")
    key = models.CharField(_("key"), max_length=60)
    position = models.PositiveSmallIntegerField()
    text = models.JSONField(_("question"), validators=[validate_texts])
    help = models.JSONField(_("help"), validators=[validate_texts], default=dict)
    criticality = models.CharField(_("criticality"), max_length=20, choices=Criticality.choices)
    allows_na = models.BooleanField(_("may be not applicable"), default=False)
    applies_if = models.JSONField(_("applies if"), default=dict, blank=True)
    expected_evidence = models.ManyToManyField(
        EvidenceType, blank=True, related_name="questions", verbose_name=_("expected evidence")
    )

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="question_key_once"),
            models.UniqueConstraint(fields=["version", "position"], name="question_position_once"),
        ]

    def __str__(self) -> str:
        return in_language(self.text)

    @property
    def in_languages(self) -> list[tuple[str, str, str]]:
        """Language, question and help, side by side."""
        codes = [code for code, _name in settings.LANGUAGES]
        return [(code, self.text.get(code, ""), self.help.get(code, "")) for code in codes]

    def applies_to(self, facts: Mapping[str, Any]) -> bool:
        """Whether the question is asked at a site with these facts."""
        return applies(self.applies_if, facts)


def applies(conditions: Mapping[str, bool], facts: Mapping[str, Any]) -> bool:
    return all(bool(facts.get(name)) is wanted for name, wanted in conditions.items())


class Choice(models.Model):
    """One possible answer. `value` is the part of the question's weight it earns; empty: not counted."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="choices")
    code = models.CharField(_("code"), max_length=10, choices=AnswerCode.choices)
    label = models.JSONField(_("label"), validators=[validate_texts])
    value = models.DecimalField(_("value"), max_digits=4, decimal_places=2, null=True, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["question", "position"]
        constraints = [models.UniqueConstraint(fields=["question", "code"], name="choice_code_once")]

    def __str__(self) -> str:
        return in_language(self.label)
