"""What was true when a CSR review was decided: the inputs of the gate as one frozen, hashed object."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation

from csr_portal.core.translated import in_every_language, in_language
from suppliers import gates
from suppliers.clearances import extent_of, places_of
from suppliers.models import Decision, Review, RiskRating, Supplier

LEFT_OUT = frozenset({"csr_review"})


def freeze(review: Review, day: dt.date) -> dict[str, Any]:
    """The facts of this moment. The words of each condition are kept in all languages: they are read years later."""
    supplier = review.supplier
    gate = gate_for(review, day)
    content = {
        "supplier": _supplier(supplier),
        "review": _case(review),
        "rules": {
            "number": gate.policy.number,
            "conditions": gate.policy.conditions[review.segment],
            "grace_days": gate.policy.grace_days,
            "conditional_days": gate.policy.conditional_days,
        },
        "risk": _risk(RiskRating.objects.filter(supplier=supplier, is_current=True).select_related("model").first()),
        "day": day,
        "conditions": [
            {"code": c.code, "state": c.state, "turn": c.turn, "until": c.until, "facts": dict(c.facts)}
            for c in gate.conditions
        ],
        "texts": {language: _texts(review, day, language) for language, _name in settings.LANGUAGES},
    }
    return json.loads(json.dumps(content, cls=DjangoJSONEncoder))


def _supplier(supplier: Supplier) -> dict[str, Any]:
    return {
        "number": supplier.number,
        "name": supplier.name,
        "name_latin": supplier.name_latin,
        "country": supplier.country,
        "registration_number": supplier.registration_number,
        "status": supplier.status,
        "spend": supplier.spend,
        "categories": list(supplier.categories.order_by("code").values_list("code", flat=True)),
        "sites": [
            {"name": site.name, "name_latin": site.name_latin, "workers": site.workers, "supplies": site.is_supplying}
            for site in supplier.sites.filter(is_active=True).order_by("pk")
        ],
    }


def _case(review: Review) -> dict[str, Any]:
    return {
        "number": review.number,
        "segment": review.segment,
        "scope": _scope(review),
        "opened_by": str(review.opened_by),
        "opened_at": review.opened_at,
        "request": review.request,
        "prepared_by": str(review.prepared_by),
        "recommendation": review.recommendation,
    }


def _scope(review: Review) -> dict[str, Any] | None:
    """The categories and sites that were decided about; nothing for the whole supplier."""
    if not review.is_partial:
        return None
    return {
        "categories": [{"code": category.code, "name": category.name} for category in review.categories.all()],
        "sites": [{"id": site.pk, "name": site.name, "name_latin": site.name_latin} for site in review.sites.all()],
        "text": in_every_language(lambda: review.scope_text),
    }


def scope_of(snapshot: dict[str, Any], language: str | None = None) -> str:
    """The frozen categories and sites in words; nothing for the whole supplier, and before cases had a scope."""
    return in_language((snapshot["review"].get("scope") or {}).get("text"), language)


def gate_for(review: Review, day: dt.date | None = None) -> gates.Gate:
    """What the case asks: the conditions of its segment, for its categories and sites, without the review itself."""
    extent = gates.WHOLE
    if review.is_partial:
        places = places_of([review.supplier])[review.supplier_id]
        extent = extent_of(places, list(review.categories.all()), list(review.sites.all()))
    return gates.check(review.supplier, review.segment, day=day, leaving_out=LEFT_OUT, extent=extent)


def _risk(rating: RiskRating | None) -> dict[str, Any] | None:
    return rating and {
        "points": rating.points,
        "band": rating.band,
        "model": str(rating.model),
        "inputs": rating.inputs,
        "overrides": rating.overrides,
    }


def _texts(review: Review, day: dt.date, language: str) -> dict[str, dict[str, str]]:
    with translation.override(language):
        gate = gate_for(review, day)
        return {c.code: {"title": str(c.title), "text": str(c.text)} for c in gate.conditions}


def hash_of(snapshot: dict[str, Any]) -> str:
    """SHA-256 of the snapshot as canonical JSON."""
    text = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_unchanged(decision: Decision) -> bool:
    return hash_of(decision.snapshot) == decision.snapshot_hash


def lines(snapshot: dict[str, Any], language: str | None = None) -> list[gates.Condition]:
    """The frozen checklist as it is drawn on pages and PDFs; missing first."""
    texts = snapshot["texts"].get(language or translation.get_language() or "en") or snapshot["texts"]["en"]
    order = {"missing": 0, "expiring": 1, "waived": 2}
    frozen = sorted(snapshot["conditions"], key=lambda c: order.get(c["state"], 3))
    return [
        gates.Condition(
            line["code"],
            texts[line["code"]]["title"],
            line["state"],
            texts[line["code"]]["text"],
            line["turn"],
            until=dt.date.fromisoformat(line["until"]) if line["until"] else None,
            facts=line["facts"],
        )
        for line in frozen
    ]
