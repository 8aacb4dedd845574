"""The supplier dossier: everything we can show about one supplier, from all apps, as data and as told in the PDF."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Acknowledgement, Agreement
from audits.models import Finding, SelfInspection, SiteReview
from csr_portal.core.badges import badge
from csr_portal.core.dates import years_always
from csr_portal.core.names import script_language
from csr_portal.core.templatetags.reports import printed_day
from csr_portal.core.timezones import today
from csr_portal.core.translated import in_language
from suppliers import gates
from suppliers.countries import country_name
from suppliers.models import Certificate, Decision, RiskRating, Supplier
from suppliers.risk_words import factor_name, factor_value
from suppliers.states import SupplierStatus
from training.models import Enrolment

RECENT = 12


def dossier_content(supplier: Supplier) -> dict[str, Any]:
    """The facts as they stand today; labels and words come from the template in the reader's language."""
    return {
        "as_of": today(),
        "supplier": _supplier(supplier),
        "gate": _gate(supplier),
        "risk": _risk(supplier),
        "sites": [_site(site) for site in supplier.sites.filter(is_active=True).order_by("pk")],
        "agreements": [_agreement(row) for row in _of(Agreement, supplier).select_related("document", "version")],
        "acknowledgements": [
            {"version": str(row.version), "status": row.status, "on": row.status_since}
            for row in _of(Acknowledgement, supplier).select_related("version__document")
        ],
        "certificates": [_certificate(row) for row in _of(Certificate, supplier)],
        "inspections": [_inspection(row) for row in _of(SelfInspection, supplier).select_related("site")],
        "reviews": [_site_review(row) for row in _of(SiteReview, supplier).select_related("site")],
        "findings": [_finding(row) for row in _of(Finding, supplier).select_related("site", "clause")],
        "training": _training(supplier),
        "decisions": [_decision(row) for row in _of(Decision, supplier).select_related("review", "decided_by")],
    }


def _gate(supplier: Supplier) -> dict[str, Any]:
    with years_always():
        gate = gates.check(supplier, supplier.segment_aimed_at)
        conditions = [_condition(condition) for condition in gate.in_order]
    return {
        "segment": gate.segment,
        "policy": gate.policy.number,
        "met": len(gate.met),
        "expiring": len(gate.expiring),
        "missing": len(gate.missing),
        "conditions": conditions,
    }


def _inspection(row: SelfInspection) -> dict[str, Any]:
    return {
        "number": row.number,
        "site": _names(row.site),
        "status": row.status,
        "score": row.score,
        "letter": row.letter,
        "until": row.valid_until,
    }


def _site_review(row: SiteReview) -> dict[str, Any]:
    return {
        "number": row.number,
        "site": _names(row.site),
        "status": row.status,
        "from": row.planned_from,
        "score": row.score,
        "letter": row.letter,
        "until": row.valid_until,
    }


def _finding(row: Finding) -> dict[str, Any]:
    return {
        "number": row.number,
        "site": _names(row.site),
        "clause": row.clause.number if row.clause else "",
        "grade": row.grade,
        "title": row.title,
        "status": row.status,
        "found": row.discovered_on,
        "due": row.close_due_on,
    }


def _decision(row: Decision) -> dict[str, Any]:
    return {
        "number": row.review.number,
        "segment": row.segment,
        "outcome": row.outcome,
        "on": row.decided_at,
        "until": row.until,
        "by": str(row.decided_by),
        "hash": row.snapshot_hash,
    }


def _condition(condition: gates.Condition) -> dict[str, Any]:
    return {
        "code": condition.code,
        "title": str(condition.title),
        "state": str(condition.state),
        "text": str(condition.text),
        "until": condition.until,
        "facts": dict(condition.facts),
    }


def _of(model: Any, supplier: Supplier) -> Any:
    return model.objects.filter(supplier=supplier).order_by("-pk")[:RECENT]


def _names(obj: Any) -> dict[str, str]:
    return {"local": obj.name, "latin": obj.name_latin} if obj else {}


def _supplier(supplier: Supplier) -> dict[str, Any]:
    return _names(supplier) | {
        "number": supplier.number,
        "status": supplier.status,
        "country": supplier.country,
        "registration": supplier.registration_number,
        "address": ", ".join(part for part in (supplier.address, supplier.city, supplier.region) if part),
        "owner": str(supplier.owner),
        "is_key_material": supplier.is_key_material,
        "grace_until": supplier.grace_until,
    }


def _risk(supplier: Supplier) -> dict[str, Any]:
    rating = RiskRating.objects.filter(supplier=supplier, is_current=True).select_related("model").first()
    if rating is None:
        return {}
    return {
        "band": rating.band,
        "points": rating.points,
        "model": str(rating.model),
        "on": rating.rated_at,
        "inputs": rating.inputs,
        "overrides": rating.overrides,
    }


def _site(site: Any) -> dict[str, Any]:
    return _names(site) | {
        "city": site.city,
        "country": site.country,
        "is_supplying": site.is_supplying,
        "women": site.workers_women,
        "men": site.workers_men,
        "young": site.workers_young,
        "dispatched": site.workers_dispatched,
        "dormitory": site.has_dormitory,
    }


def _agreement(row: Agreement) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": row.document.title,
        "version": row.version.number,
        "status": row.status,
        "from": row.valid_from,
        "until": row.valid_until,
        "code": row.verify_code,
        "sha256": row.sealed_sha256,
    }


def _certificate(row: Certificate) -> dict[str, Any]:
    return {
        "standard": row.get_standard_display(),
        "number": row.number,
        "body": row.body,
        "scope": row.scope,
        "status": row.status,
        "until": row.expires_on,
        "sites": [_names(site) for site in row.sites.all()],
    }


def _training(supplier: Supplier) -> list[dict[str, Any]]:
    rows = Enrolment.objects.filter(supplier=supplier).select_related("session__course", "certificate")
    return [
        {
            "person": row.name,
            "course": row.session.course.title,
            "on": row.session.starts_at,
            "status": row.status,
            "score": row.score,
            "certificate": getattr(getattr(row, "certificate", None), "number", ""),
        }
        for row in rows.order_by("-session__starts_at", "pk")[: 2 * RECENT]
    ]


@dataclass(frozen=True)
class Section:
    title: str
    columns: list[tuple[str, str]]
    rows: list[list[Any]]


def dossier_context(content: dict[str, Any]) -> dict[str, Any]:
    """What the template prints, in the language that is active."""
    supplier, gate, risk = content["supplier"], content["gate"], content["risk"]
    total = len(gate["conditions"])
    return {
        "content": content,
        "script_lang": script_language(supplier["local"], supplier["country"]),
        "tone": "bad" if supplier["status"] == SupplierStatus.SUSPENDED else "warn" if gate["missing"] else "ok",
        "cells": [
            {"label": _("Status"), "value": str(badge("supplier", supplier["status"]).label)},
            {"label": _("Conditions met"), "value": gate["met"] + gate["expiring"], "small": f" / {total}"},
            {"label": _("Conditions missing"), "value": gate["missing"]},
            {"label": _("Risk"), "value": str(badge("risk", risk["band"]).label) if risk else "–"},
        ],
        "facts": [
            (_("Registration number"), supplier["registration"]),
            (_("Country"), country_name(supplier["country"])),
            (_("Buyer in charge"), supplier["owner"]),
            (_("Key material"), _yes(supplier["is_key_material"])),
            (_("Rules of the gate"), _("version %(number)s") % {"number": gate["policy"]}),
            (_("As of"), printed_day(content["as_of"])),
        ],
        "sections": [
            _gate_section(gate),
            _risk_section(risk),
            _sites_section(content["sites"]),
            _agreements_section(content["agreements"]),
            _results_section(_("Self-inspections"), "self_inspection", content["inspections"]),
            _results_section(_("Site reviews"), "site_review", content["reviews"]),
            _findings_section(content["findings"]),
            _certificates_section(content["certificates"]),
            _training_section(content["training"]),
            _decisions_section(content["decisions"]),
        ],
    }


def _gate_section(gate: dict[str, Any]) -> Section:
    rows = [[c["title"], _state("gate", c["state"]), c["text"]] for c in gate["conditions"]]
    title = _("Gate: %(segment)s") % {"segment": badge("segment", gate["segment"]).label}
    return Section(title, [(_("Condition"), ""), (_("State"), "d"), (_("Fact"), "")], rows)


def _risk_section(risk: dict[str, Any]) -> Section:
    rows = [
        [factor_name(item["factor"]), factor_value(item["value"]) or _("not known"), item["points"], _source(item)]
        for item in risk.get("inputs", [])
    ]
    return Section(_("Risk"), [(_("Factor"), ""), (_("Value"), "r"), (_("Points"), "r"), (_("Source"), "")], rows)


def _sites_section(sites: list[dict[str, Any]]) -> Section:
    rows = [[_two(s), s["city"], _yes(s["is_supplying"]), s["women"], s["men"], _yes(s["dormitory"])] for s in sites]
    columns = [(_("Site"), ""), (_("City"), ""), (_("Supplies us"), "")]
    return Section(_("Sites"), [*columns, (_("Women"), "r"), (_("Men"), "r"), (_("Dormitory"), "")], rows)


def _agreements_section(agreements: list[dict[str, Any]]) -> Section:
    rows = [
        [f"{in_language(a['title'])} {a['version']}", a["number"], _state("agreement", a["status"]), _day(a["until"])]
        for a in agreements
    ]
    columns = [(_("Document"), ""), (_("Number"), "d"), (_("State"), "d"), (_("Valid to"), "r d")]
    return Section(_("Agreements"), columns, rows)


def _results_section(title: str, domain: str, results: list[dict[str, Any]]) -> Section:
    rows = [[r["number"], _two(r["site"]), _state(domain, r["status"]), _score(r), _day(r["until"])] for r in results]
    columns = [(_("Number"), "d"), (_("Site"), ""), (_("State"), "d"), (_("Score"), "r d"), (_("Valid to"), "r d")]
    return Section(title, columns, rows)


def _findings_section(findings: list[dict[str, Any]]) -> Section:
    rows = [
        [f["number"], f["clause"], _grade(f["grade"]), f["title"], _state("finding", f["status"]), _day(f["due"])]
        for f in findings
    ]
    columns = [(_("Number"), "d"), (_("Clause"), "d"), (_("Grade"), ""), (_("Finding"), ""), (_("State"), "")]
    return Section(_("Findings"), [*columns, (_("Until"), "r d")], rows)


def _certificates_section(certificates: list[dict[str, Any]]) -> Section:
    rows = [
        [c["standard"], c["number"], c["body"], ", ".join(s["local"] for s in c["sites"]), _day(c["until"])]
        for c in certificates
    ]
    columns = [(_("Standard"), ""), (_("Number"), "d"), (_("Certification body"), ""), (_("Sites"), "")]
    return Section(_("Certificates"), [*columns, (_("Valid to"), "r d")], rows)


def _training_section(training: list[dict[str, Any]]) -> Section:
    rows = [
        [t["person"], in_language(t["course"]), _day(t["on"]), _state("training", t["status"]), t["certificate"] or "–"]
        for t in training
    ]
    columns = [(_("Person"), ""), (_("Course"), ""), (_("Date"), "d"), (_("Result"), "d"), (_("Certificate"), "d")]
    return Section(_("Training"), columns, rows)


def _decisions_section(decisions: list[dict[str, Any]]) -> Section:
    rows = [
        [d["number"], _state("decision", d["outcome"]), _day(d["on"]), d["by"], _day(d["until"])] for d in decisions
    ]
    columns = [(_("Number"), "d"), (_("Outcome"), ""), (_("Date"), "d"), (_("Decided by"), "")]
    return Section(_("Decisions"), [*columns, (_("Valid to"), "r d")], rows)


GRADE_SHAPES = {"zero_tolerance": "■", "critical": "◆", "major": "▲"}
LOUD = frozenset({"bad", "warn", "special"})  # in a table only exceptions are coloured


def _state(domain: str, code: str) -> dict[str, Any]:
    look = badge(domain, code)
    return {"text": str(look.label), "css": f"g {look.tone}" if look.tone in LOUD else ""}


def _grade(code: str) -> dict[str, Any]:
    return {"text": f"{GRADE_SHAPES.get(code, '●')} {badge('grade', code).label}", "css": f"g {code}"}


def _two(names: dict[str, str]) -> dict[str, Any] | str:
    """A name in both scripts as a table cell."""
    if not names:
        return "–"
    latin = names["latin"] if names["latin"] != names["local"] else ""
    return {"text": names["local"], "other": latin, "lang": "en"}


def _yes(value: Any) -> str:
    return _("yes") if value else _("no")


def _day(value: Any) -> str:
    return printed_day(value) if value else "–"


def _score(row: dict[str, Any]) -> str:
    return f"{row['score']} {row['letter']}" if row["score"] is not None else "–"


def _source(entry: dict[str, Any]) -> str:
    return " ".join(str(entry[key]) for key in ("source", "year") if entry.get(key)) or _("our own data")
