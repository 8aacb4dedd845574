"""Where people work, and who they are."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from suppliers.forms.fields import country_field
from suppliers.models import Category, Site, Supplier
from suppliers.models.suppliers import AGES, CONTRACTS, COUNTS, WORKERS


class SiteForm(forms.ModelForm):
    """Where people work and who they are; the headcount decides the days and samples of a site review."""

    country = country_field()

    class Meta:
        model = Site
        fields = (
            "name",
            "name_latin",
            "country",
            "region",
            "city",
            "address",
            "is_supplying",
            "is_active",
            "categories",
            *WORKERS,
            "has_dormitory",
            "dormitory_residents",
            "uses_chemicals",
            "chemicals",
            "processes",
        )
        widgets = {"categories": forms.CheckboxSelectMultiple}
        labels = {
            "name_latin": pgettext_lazy("not of a person", "Name in Latin letters"),
            "categories": _("What this site supplies"),
            "is_supplying": _("Goods for the company come from this site"),
            "is_active": _("People work here at present"),
            "workers_women": _("Women who work here"),
            "workers_men": _("Men who work here"),
            "has_dormitory": _("There is a dormitory"),
            "uses_chemicals": _("Hazardous chemicals are used"),
        }
        help_texts = {
            "workers_women": _("All who work here on a usual day, whoever employs them"),
            "workers_under_16": _("Usually none. If there are any, say so: we help, and nobody is punished for it."),
            "processes": _("Such as stamping, welding, electroplating"),
            "chemicals": _("The main ones, such as solvents, acids, lead solder"),
        }

    def __init__(self, *args: Any, supplier: Supplier | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        supplier = supplier or (self.instance.supplier if self.instance.pk else None)
        choices = supplier.categories.all() if supplier else Category.objects.none()
        if self.instance.pk:
            choices = Category.objects.filter(Q(pk__in=choices) | Q(sites=self.instance)).distinct()
        self.fields["categories"].queryset = choices
        if not choices.exists():
            del self.fields["categories"]
        for name in COUNTS:
            self.fields[name].widget.attrs |= {"inputmode": "numeric", "min": "0"}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in COUNTS:
            if name in data and data[name] is None:
                data[name] = 0
        total = data.get("workers_women", 0) + data.get("workers_men", 0)
        self._check_sum(data, AGES, total, gettext("The age classes together are more than all workers (%(total)s)."))
        self._check_sum(
            data, CONTRACTS, total, gettext("The kinds of contract together are more than all workers (%(total)s).")
        )
        for name in (*AGES, *CONTRACTS, "workers_migrant"):
            if data.get(name, 0) > total:
                self.add_error(name, gettext("More than all workers together (%(total)s).") % {"total": total})
        if data.get("dormitory_residents") and not data.get("has_dormitory"):
            self.add_error("has_dormitory", gettext("People live in the dormitory: tick that there is one."))
        if data.get("chemicals") and not data.get("uses_chemicals"):
            self.add_error("uses_chemicals", gettext("Chemicals are named below: tick that they are used."))
        return data

    def _check_sum(self, data: dict[str, Any], names: tuple[str, ...], total: int, text: str) -> None:
        parts = [data.get(name, 0) for name in names]
        if sum(parts) > total and max(parts) <= total:
            self.add_error(names[0], text % {"total": total})
