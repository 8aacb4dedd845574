"""The yearly CSR report: the year's figures beside the years before, and how they are told in the PDF."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from csr_portal import indicators
from csr_portal.core.badges import badge
from csr_portal.core.models import Organisation
from csr_portal.figures import Figure, year_labels, yearly_figures
from suppliers.countries import country_name
from suppliers.models import Decision, Supplier

LARGEST = 6  # countries with a line of their own


def yearly_content(year: int) -> dict[str, Any]:
    """All figures of the report. The text around them is in the template, in the reader's language."""
    years = indicators.years_until(year)
    inspections = indicators.self_inspections(years)
    reviews = indicators.site_reviews(years)
    participation = indicators.training_participation(years)
    coverage = {y: indicators.agreement_coverage(y) for y in years}
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    existing = Supplier.objects.filter(indicators.in_relation_on(indicators.end_of(year)))
    return {
        "year": year,
        "is_running": indicators.end_of(year) < last,
        "as_of": indicators.end_of(year),
        "suppliers": {
            "total": existing.count(),
            "by_status": _counted(existing, "status"),
            "by_country": _counted(existing, "country"),
            "by_risk": _counted(existing, "risk_band"),
            "key_material": existing.filter(is_key_material=True).count(),
        },
        "coverage": {y: {"covered": c.covered, "total": c.total, "per_cent": c.per_cent} for y, c in coverage.items()},
        "inspections": {
            y: {"accepted": i.accepted, "under_way": i.under_way, "overdue": i.overdue} for y, i in inspections.items()
        },
        "reviews": {y: {"held": r.held, "mean": r.mean_score, "letters": r.letters} for y, r in reviews.items()},
        "findings": [
            {"topic": f.topic, "total": f.total, "open": f.open} for f in indicators.findings_by_topic(first, last)
        ],
        "days_to_closure": indicators.days_to_closure(year),
        "training": {y: {"new": p.new, "total": p.total} for y, p in participation.items()},
        "own_staff_trained": indicators.own_staff_trained(year),
        "reviews_spared": len(indicators.reviews_spared([year])[year]),
        "decisions": _counted(Decision.objects.filter(decided_at__year=year), "outcome"),
    }


def _counted(rows: Any, field: str) -> dict[str, int]:
    """Rows per value of a field, most first."""
    return dict(rows.values_list(field).annotate(n=Count("pk")).order_by("-n", field))


@dataclass(frozen=True)
class Listing:
    """A table: columns as (label, css), rows of cells."""

    columns: list[tuple[str, str]]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Section:
    """A numbered section of the report: a sentence or two, a chart, a table."""

    title: str
    text: str
    tables: list["Listing"]
    figure: Figure | None = field(default=None)


def yearly_context(content: dict[str, Any]) -> dict[str, Any]:
    """What the template prints, in the language that is active: outcome strip, facts, sections."""
    who = Organisation.current()
    return {
        "content": content,
        "cells": _cells(content),
        "signed_by": [{"local": who.signatory_name, "role": who.signatory_title}] if who.signatory_name else [],
        "facts": [
            (_("Suppliers in relation"), content["suppliers"]["total"]),
            (_("Of them with key material"), content["suppliers"]["key_material"]),
            (_("Own staff with a valid training certificate"), content["own_staff_trained"]),
            (_("Site reviews spared by recognised certificates"), content["reviews_spared"]),
            (_("Major findings, days to closure (median)"), content["days_to_closure"]),
        ],
        "sections": _sections(content),
    }


def _cells(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The outcome strip: four numbers of the year."""
    year = content["year"]
    mean = content["reviews"][year]["mean"]
    return [
        {"label": _("Agreement in force"), "value": f"{content['coverage'][year]['per_cent']} %"},
        {"label": _("Self-inspections accepted"), "value": content["inspections"][year]["accepted"]},
        {"label": _("Mean score, site reviews"), "value": "–" if mean is None else mean},
        {"label": _("People trained so far"), "value": content["training"][year]["total"]},
    ]


def _sections(content: dict[str, Any]) -> list[Section]:
    figures = {figure.key: figure for figure in yearly_figures(content)}
    coverage = _(
        "The CSR agreement, a commitment to social responsibility and occupational health and safety, is "
        "signed with all suppliers. Coverage counts those with a valid agreement at the end of the year."
    )
    inspections = _("Suppliers inspect their own CSR system once a year; we review every answer before we accept it.")
    findings = _("What was found on site, in self-inspections and from other sources, by topic.")
    training = _("The training programme is offered to suppliers and partners every year. Each person counts once.")
    return [
        _suppliers_section(content),
        _table_section(figures["coverage"], coverage),
        _table_section(figures["inspections"], inspections),
        _reviews_section(content),
        _table_section(figures["findings"], findings),
        _table_section(figures["training"], training),
        _decisions_section(content),
    ]


def _table_section(figure: Figure, text: str) -> Section:
    head, *others = figure.table.head
    table = Listing([(head, ""), *((label, "r") for label in others)], figure.table.rows)
    if figure.is_empty:
        return Section(figure.title, text, [])
    return Section(figure.title, text, [table], figure)


def _suppliers_section(content: dict[str, Any]) -> Section:
    """Who they are, from three sides beside each other."""
    suppliers = content["suppliers"]
    sides = [
        (_("Status"), [[str(badge("supplier", code).label), n] for code, n in suppliers["by_status"].items()]),
        (_("Risk"), [[str(badge("risk", code).label), n] for code, n in suppliers["by_risk"].items() if code]),
        (_("Country"), _largest([[country_name(code), n] for code, n in suppliers["by_country"].items()])),
    ]
    text = _("Every supplier passes the same gate. A strategic supplier has been reviewed by a second person as well.")
    return Section(_("Suppliers"), text, [Listing([(head, ""), (_("Suppliers"), "r")], rows) for head, rows in sides])


def _largest(rows: list[list[Any]]) -> list[list[Any]]:
    """The largest rows, the others in one."""
    rest = sum(number for _name, number in rows[LARGEST:])
    return rows[:LARGEST] + ([[_("Other"), rest]] if rest else [])


def _reviews_section(content: dict[str, Any]) -> Section:
    rows = [
        [
            label,
            row["held"],
            "–" if row["mean"] is None else row["mean"],
            ", ".join(f"{letter} {number}" for letter, number in sorted(row["letters"].items())) or "–",
        ]
        for label, row in zip(year_labels(content, "reviews"), content["reviews"].values(), strict=True)
    ]
    columns = [(_("Year"), ""), (_("Held"), "r"), (_("Mean score"), "r"), (_("Letters"), "r")]
    text = _("Suppliers of key material and of high risk are reviewed on site by qualified auditors.")
    held = any(row["held"] for row in content["reviews"].values())
    return Section(_("Site reviews"), text, [Listing(columns, rows)] if held else [])


def _decisions_section(content: dict[str, Any]) -> Section:
    rows = [[str(badge("decision", code).label), number] for code, number in content["decisions"].items()]
    text = _(
        "CSR reviews decided in the year. Each decision keeps a snapshot of all facts and of the rules at the time."
    )
    return Section(_("CSR reviews"), text, [Listing([(_("Outcome"), ""), (_("Decisions"), "r")], rows)] if rows else [])
