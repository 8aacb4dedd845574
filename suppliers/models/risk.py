"""What a supplier's country, goods and past say about risk: country values, models, ratings."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from csr_portal.core.fields import WebAddressField
from suppliers.models.suppliers import Supplier, validate_country
from suppliers.models.versions import RuleVersion
from suppliers.querysets import StaffOnlyQuerySet
from suppliers.states import RiskBand, RiskKind

User = settings.AUTH_USER_MODEL


class CountryValueQuerySet(StaffOnlyQuerySet):
    def current(self) -> "CountryValueQuerySet":
        """Those that count: not replaced by a newer table, and not of a table that was undone."""
        return self.filter(superseded_at=None)


class CountryValue(models.Model):
    """One published value about a country, with its source, year and how sure it is. Never changed, only superseded."""

    country = models.CharField(max_length=2, validators=[validate_country])
    source = models.CharField(max_length=120)
    indicator = models.CharField(max_length=200)
    value = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    confidence = models.CharField(max_length=30)
    source_url = WebAddressField(max_length=400, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entered_by_name = models.CharField(max_length=150, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True)
    table = models.ForeignKey(
        "CountryImport", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="values"
    )
    superseded_at = models.DateTimeField(null=True, blank=True, editable=False)
    superseded_by = models.ForeignKey(
        "CountryImport", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="superseded"
    )

    objects = CountryValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("country value")
        verbose_name_plural = _("country values")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "source", "indicator", "year"],
                condition=models.Q(superseded_at=None),
                name="country_value_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.source} {self.year}: {self.value}"


class CountryImport(models.Model):
    """A table of country values as it was handed in: shown as a dry run, then written whole or not at all (B32)."""

    file_name = models.CharField(max_length=200)
    content = models.TextField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    applied_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of country values")
        verbose_name_plural = _("imports of country values")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def history_thread(self) -> str:
        return "risk model"


class RiskModel(RuleVersion):
    """How risk is counted (R-RISK-1 by default): versioned; one version is current."""

    CONTENT = ("kind", "factors", "bands")

    name = models.CharField(pgettext_lazy("not of a person", "name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=RiskKind.choices, default=RiskKind.POINTS)
    factors = models.JSONField(_("factors"))
    bands = models.JSONField(_("bands"), help_text="[[upper limit, band], …]")

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk model")
        verbose_name_plural = _("risk models")
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="one_current_risk_model"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

    @property
    def history_thread(self) -> str:
        return "risk model"


class RiskRating(models.Model):
    """What a risk model said about a supplier on a day, with every input. Superseded, never changed."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="risk_ratings")
    model = models.ForeignKey(RiskModel, on_delete=models.PROTECT, related_name="ratings")
    points = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=10, choices=RiskBand.choices)
    inputs = models.JSONField(help_text="[{factor, value, points, source, year}, …]")
    overrides = models.JSONField(default=list, blank=True)
    parts = models.JSONField(
        default=dict, blank=True, help_text="{inherent, control, residual}, where a model has them"
    )
    rated_at = models.DateTimeField(default=timezone.now)
    is_current = models.BooleanField(default=True)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk rating")
        verbose_name_plural = _("risk ratings")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"], condition=models.Q(is_current=True), name="one_current_risk_rating"
            )
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.get_band_display()} ({self.points})"
