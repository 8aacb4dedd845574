"""The lists about rules: readiness, and the lines of a trial."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from csr_portal.core import badges
from csr_portal.core.lists import Column, Filter, Listing
from suppliers.countries import COUNTRIES, country_name
from suppliers.gates import condition_name
from suppliers.lists import choices_of, label_of
from suppliers.models import Supplier, TrialLine
from suppliers.querysets import search_condition
from suppliers.risk_words import CONFIDENCES, FACTORS, confidence_name, factor_name
from suppliers.states import ConditionState, RiskBand, Segment, SupplierStatus, TrialEffect

ONLY_THE_REVIEW = Q(gate_missing=1, gate_states__contains=" csr_review:missing ")
FAR = {
    "ready": Q(gate_missing=0) | ONLY_THE_REVIEW,
    "one": Q(gate_missing=1) & ~ONLY_THE_REVIEW,
    "two": Q(gate_missing=2),
    "more": Q(gate_missing__gt=2),
}


def condition_choices(request: HttpRequest) -> list[tuple[str, str]]:
    return [(code, condition_name(code)) for code in settings.GATE_CONDITIONS]


def states_of(supplier: Supplier) -> dict[str, str]:
    """The conditions of the gate with their states, as they stand on the supplier's row."""
    return dict(part.split(":", 1) for part in supplier.gate_states.split())


SHOWN_FIRST = (ConditionState.MISSING, ConditionState.EXPIRING, ConditionState.WAIVED)


def split_states(supplier: Supplier) -> tuple[list[tuple[str, str]], list[str]]:
    """What somebody has to look at, worst first, and the conditions that are simply met."""
    states = states_of(supplier)
    shown = [(code, state) for wanted in SHOWN_FIRST for code, state in states.items() if state == wanted]
    return shown, [code for code, state in states.items() if state not in SHOWN_FIRST]


def _missing(code: str) -> Q:
    return Q(gate_states__contains=f" {code}:missing ")


READINESS = Listing(
    columns=[
        Column("name", _("Supplier"), order="name"),
        Column("status", _("Segment"), order="status", value=label_of("supplier", "status")),
        Column("missing", _("Missing"), order="gate_missing", value="gate_missing", is_number=True),
        Column("conditions", _("Conditions")),
        Column("turn", _("Whose turn"), order="next_due_on", value=label_of("turn", "next_turn")),
    ],
    filters=[
        Filter(
            "far",
            _("How far"),
            [
                ("ready", _("Ready for the CSR review")),
                ("one", _("One condition missing")),
                ("two", _("Two conditions missing")),
                ("more", _("More missing")),
            ],
            apply=FAR.__getitem__,
        ),
        Filter("without", _("Missing"), condition_choices, apply=_missing),
        Filter(
            "status",
            _("Segment"),
            [(code, SupplierStatus(code).label) for code in (SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC)],
        ),
        Filter("risk", _("Risk"), RiskBand.choices, field="risk_band"),
        Filter("country", _("Country"), COUNTRIES),
        Filter("turn", _("Whose turn"), choices_of("turn", "buyer", "supplier", "signatory", "csr"), field="next_turn"),
    ],
    search=search_condition,
    default_order="gate_missing",
    file_name="readiness",
)


def state_column(code: str) -> Column:
    return Column(
        code,
        condition_name(code),
        value=lambda row: str(badges.badge("gate", states).label) if (states := states_of(row).get(code)) else "",
    )


def readiness_export(codes: list[str]) -> Listing:
    """One column per condition of the policy in force."""
    return Listing(
        columns=[
            Column("number", _("supplier number")),
            *READINESS.columns[:3],
            *(state_column(code) for code in codes),
            READINESS.columns[4],
            Column("next_due_on", _("until")),
        ],
        filters=READINESS.filters,
        search=search_condition,
        default_order="gate_missing",
        file_name="readiness",
    )


def _names_of(line: TrialLine) -> str:
    return "; ".join(condition_name(code) for code in line.codes)


def _factor_names_of(line: TrialLine) -> str:
    return "; ".join(factor_name(code) for code in line.codes)


def _factor_choices(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(code, factor_name(code)) for code in FACTORS if code not in {"country", "control", "bands"}]


RISK_TRIAL = Listing(
    columns=[
        Column("supplier", _("Supplier"), order="supplier__name"),
        Column("number", _("supplier number"), value=lambda row: row.supplier.number),
        Column("effect", _("Effect"), order="effect", value=lambda row: row.get_effect_display()),
        Column("before", _("Band now"), order="before", value=label_of("risk", "before")),
        Column("points_before", _("Points now"), order="points_before", is_number=True),
        Column("after", _("Band then"), order="after", value=label_of("risk", "after")),
        Column("points_after", _("Points then"), order="points_after", is_number=True),
        Column("reasons", _("Because of"), value=_factor_names_of),
    ],
    filters=[
        Filter(
            "effect",
            _("Effect"),
            [(effect.value, effect.label) for effect in (TrialEffect.HIGHER, TrialEffect.LOWER, TrialEffect.SAME)],
        ),
        Filter("from", _("Band now"), RiskBand.choices, field="before"),
        Filter("to", _("Band then"), RiskBand.choices, field="after"),
        Filter("because", _("Because of"), _factor_choices, apply=lambda code: Q(reasons__contains=f" {code} ")),
    ],
    search=lambda words: search_condition(words, "supplier__"),
    default_order="supplier__name",
    file_name="risk-trial",
)
COUNTRY_VALUES = Listing(
    columns=[
        Column("country", _("Country"), order="country", value=lambda row: country_name(row.country)),
        Column("source", _("Source"), order="source"),
        Column("indicator", _("Indicator")),
        Column("value", _("Value"), order="value"),
        Column("year", _("Year"), order="year", is_number=True),
        Column("confidence", _("Confidence"), value=lambda row: confidence_name(row.confidence)),
        Column("entered_at", _("Entered"), order="entered_at"),
        Column("source_url", _("Address")),
    ],
    filters=[
        Filter("country", _("Country"), COUNTRIES),
        Filter("confidence", _("Confidence"), list(CONFIDENCES.items())),
    ],
    search=lambda words: Q(country__iexact=words) | Q(source__icontains=words) | Q(indicator__icontains=words),
    default_order="country",
    file_name="country-values",
)


def _reason_choices(request: HttpRequest) -> list[tuple[str, Any]]:
    return condition_choices(request)


POLICY_TRIAL = Listing(
    columns=[
        Column("supplier", _("Supplier"), order="supplier__name"),
        Column("number", _("supplier number"), value=lambda row: row.supplier.number),
        Column("segment", _("Segment"), order="segment", value=lambda row: row.get_segment_display()),
        Column("effect", _("Effect"), order="effect", value=lambda row: row.get_effect_display()),
        Column(
            "has_status",
            _("Has the status now"),
            order="has_status",
            value=lambda row: str(_("yes") if row.has_status else _("no")),
        ),
        Column(
            "points_before",
            _("Missing now"),
            order="points_before",
            value=lambda row: int(row.points_before),
            is_number=True,
        ),
        Column(
            "points_after",
            _("Missing then"),
            order="points_after",
            value=lambda row: int(row.points_after),
            is_number=True,
        ),
        Column("reasons", _("Because of"), value=_names_of),
    ],
    filters=[
        Filter("segment", _("Segment"), Segment.choices),
        Filter(
            "effect",
            _("Effect"),
            [
                (effect.value, effect.label)
                for effect in (TrialEffect.LOSES, TrialEffect.GAINS, TrialEffect.KEEPS, TrialEffect.STAYS_OUT)
            ],
        ),
        Filter("has", _("Has the status now"), [("1", _("yes")), ("0", _("no"))], field="has_status"),
        Filter("because", _("Because of"), _reason_choices, apply=lambda code: Q(reasons__contains=f" {code} ")),
    ],
    search=lambda words: search_condition(words, "supplier__"),
    default_order="supplier__name",
    file_name="what-if",
)
