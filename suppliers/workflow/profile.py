"""Changes of the company's data and its sites, by the supplier's people or the buyer: each field noted, old and new."""

from typing import Any

from django.db import models, transaction
from django.forms import ModelForm

from csr_portal.core import history
from csr_portal.core.models import User
from suppliers import risk
from suppliers.models import Site, Supplier
from suppliers.workflow import duplicates
from suppliers.workflow.supplier import facts_changed, lock


@transaction.atomic
def save_profile(form: ModelForm, *, by: User) -> Supplier:
    """Save a bound, valid form of a supplier; nothing is written where nothing changed."""
    supplier = form.instance
    lock(supplier.pk)
    changes = _changes(form)
    form.save()
    if changes:
        history.record(supplier, "supplier.edit", by=by, data={"changes": changes})
        duplicates.look_for(supplier)
    facts_changed(supplier)
    risk.rate(supplier, by=by)
    return supplier


@transaction.atomic
def save_site(form: ModelForm, *, supplier: Supplier, by: User) -> Site:
    """Save a new or changed site. Who works where changes risk and audit days; so the supplier is rated anew."""
    lock(supplier.pk)
    is_new = form.instance.pk is None
    form.instance.supplier = supplier
    changes = {} if is_new else _changes(form)
    site = form.save()
    if is_new or changes:
        action = "site.add" if is_new else "site.edit"
        history.record(site, action, by=by, data={"site": site.name, "changes": changes})
    facts_changed(supplier)
    risk.rate(supplier, by=by)
    return site


def _changes(form: ModelForm) -> dict[str, list[str]]:
    return {name: [_text(form.initial.get(name)), _text(form.cleaned_data[name])] for name in form.changed_data}


def _text(value: Any) -> str:
    if isinstance(value, list | tuple | models.QuerySet):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
