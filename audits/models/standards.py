"""Standards as reference data: sections, clauses with our own titles, kinds of evidence, and what maps to what."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audits.querysets import ReferenceQuerySet
from audits.states import Criticality
from csr_portal.core.translated import in_language, validate_texts


class Topic(models.Model):
    """A subject that clauses of several standards share, such as working hours."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.JSONField(pgettext_lazy("not of a person", "name"), validators=[validate_texts])

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.name)


class EvidenceType(models.Model):
    """A kind of document or record that proves an answer."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.JSONField(pgettext_lazy("not of a person", "name"), validators=[validate_texts])

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of evidence")
        verbose_name_plural = _("kinds of evidence")
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.name)


class Standard(models.Model):
    """SA8000, the RBA code, amfori BSCI. Clause numbers are references; the wording is ours."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.JSONField(pgettext_lazy("not of a person", "name"), validators=[validate_texts])
    edition = models.CharField(_("edition"), max_length=80)
    owner = models.CharField(_("owner"), max_length=120)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    note = models.TextField(_("note"), blank=True)
    clause_numbers_confidence = models.CharField(_("how sure the clause numbers are"), max_length=40, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("standard")
        verbose_name_plural = _("standards")
        ordering = ["pk"]

    def __str__(self) -> str:
        return in_language(self.name)


class StandardSection(models.Model):
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="sections")
    code = models.CharField(_("section"), max_length=20)
    title = models.JSONField(_("title"), validators=[validate_texts])
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="sections")
    position = models.PositiveSmallIntegerField()

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("section of a standard")
        verbose_name_plural = _("sections of standards")
        ordering = ["standard", "position"]
        constraints = [models.UniqueConstraint(fields=["standard", "code"], name="standard_section_once")]

    def __str__(self) -> str:
        return f"{self.code} {in_language(self.title)}"


class Clause(models.Model):
    """One requirement. `number` is text ("1.10" is not "1.1"); `position` sorts by its numeric parts."""

    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="clauses")
    section = models.ForeignKey(StandardSection, on_delete=models.PROTECT, related_name="clauses")
    key = models.CharField(_("key"), max_length=40, unique=True)
    number = models.CharField(_("number"), max_length=20)
    position = models.PositiveSmallIntegerField()
    title = models.JSONField(_("title"), validators=[validate_texts])
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="clauses")
    criticality = models.CharField(_("criticality"), max_length=20, choices=Criticality.choices)
    in_csr_agreement = models.BooleanField(_("part of the CSR agreement"), default=False)
    is_crucial = models.BooleanField(
        _("crucial (BSCI)"), null=True, blank=True, help_text=_("Empty: unknown, counts as not crucial (R-BSCI-1)")
    )
    maps_to = models.ManyToManyField("self", blank=True, verbose_name=_("corresponds to"))

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["standard", "position"]
        constraints = [models.UniqueConstraint(fields=["standard", "number"], name="clause_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {in_language(self.title)}"
