"""What training promises the others: conditions of the gate and the standing of a supplier."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from csr_portal.core.dates import day_text
from csr_portal.core.models import User
from csr_portal.core.states import Turn
from csr_portal.core.timezones import add_months, last_valid_day
from csr_portal.core.workflow import Blocker
from suppliers.gates import Condition, Extent, Limit, condition, validity_state
from suppliers.models import Supplier
from suppliers.risk_facts import Control
from suppliers.states import ConditionState, Segment
from training.models import AuditorQualification, AuditorTie, Enrolment, SessionInvitation, TrainingCertificate
from training.states import TAKES_A_PLACE, Level, Scheme, SessionStatus, Standing, TieKind

DEFAULT_PEOPLE = 2
DEFAULT_MONTHS = 12
WITNESSED_AUDITS = 3
INDEPENDENCE_MONTHS = 24
LEADING_SCHEMES = [Scheme.SA8000, Scheme.RBA, Scheme.BSCI]


Trained = tuple[str, dt.date]  # a person, and the day of a certificate


def _trainings_of(suppliers: Sequence[Supplier]) -> dict[int, list[Trained]]:
    """Who earned a certificate that stands, and when; a person is known by the email, otherwise by the name."""
    rows = TrainingCertificate.objects.filter(enrolment__supplier__in=suppliers, revoked_at=None).values_list(
        "enrolment__supplier_id", "enrolment__email", "enrolment__name", "trained_on"
    )
    found: dict[int, list[Trained]] = {supplier.pk: [] for supplier in suppliers}
    for supplier_id, email, name, trained_on in rows:
        found[supplier_id].append((email.strip().lower() or "".join(name.split()).casefold(), trained_on))
    return found


@dataclass(frozen=True)
class _Known:
    """Who of a supplier is trained, and whether what it delivers is key material."""

    is_key_material: bool
    trainings: list[Trained]


def _known_of(suppliers: Sequence[Supplier]) -> dict[int, _Known]:
    trainings = _trainings_of(suppliers)
    return {supplier.pk: _Known(supplier.is_key_material, trainings[supplier.pk]) for supplier in suppliers}


def _of_categories(known: _Known, extent: Extent) -> _Known:
    return known if extent.key_material is None else replace(known, is_key_material=extent.key_material)


@condition(
    _known_of,
    gettext_lazy("Training"),
    (
        Limit("people", gettext_lazy("People trained"), DEFAULT_PEOPLE, 0, 50),
        Limit("key_material_people", gettext_lazy("People trained, key material"), 1, 0, 50),
        Limit("months", gettext_lazy("Within months"), DEFAULT_MONTHS, 1, 60),
    ),
    narrow=_of_categories,
)
def people_trained(
    supplier: Supplier, segment: str, limits: Mapping[str, Any], day: dt.date, known: _Known
) -> Condition:
    """Enough people of the supplier passed a course within the months (R-GATE-1: 2; 1 for key material).

    The only condition a conditional approval may leave open (R-GATE-2).
    """
    months = limits.get("months", DEFAULT_MONTHS)
    needed = _people_needed(known.is_key_material, segment, limits)
    until_by_person = _lasting(known.trainings, day, months)
    # With two needed and three trained, the claim holds until the second-longest lasting one runs out.
    lasting = sorted(until_by_person.values(), reverse=True)
    until = lasting[needed - 1] if needed and len(lasting) >= needed else None
    state = validity_state(until, day) if needed else ConditionState.NOT_REQUIRED
    return Condition(
        "training",
        ngettext(
            "%(needed)s person trained within %(months)s months",
            "%(needed)s people trained within %(months)s months",
            needed,
        )
        % {"needed": needed, "months": months},
        state,
        _trained_text(len(lasting), needed, until),
        turn=Turn.SUPPLIER if state in {ConditionState.MISSING, ConditionState.EXPIRING} else "",
        until=until,
        url=f"{reverse('staff:training-people')}?supplier={supplier.pk}",
        portal_url=reverse("portal:training-list"),
        facts={"people": len(lasting), "needed": needed, "months": months},
        is_tolerable=True,
    )


def _people_needed(is_key_material: bool, segment: str, limits: Mapping[str, Any]) -> int:
    """One where key material is delivered; others two, and only to become strategic (R-GATE-1)."""
    people = limits.get("people", DEFAULT_PEOPLE)
    if is_key_material:
        return limits.get("key_material_people", people)
    return people if segment == Segment.STRATEGIC else 0


def _trained_text(trained: int, needed: int, until: dt.date | None) -> str:
    numbers = {"trained": trained, "needed": needed, "date": day_text(until)}
    if until:
        return _("%(trained)s trained, %(needed)s needed; enough until %(date)s") % numbers
    return _("%(trained)s trained, %(needed)s needed") % numbers


def trained_people(supplier: Supplier, day: dt.date, months: int = DEFAULT_MONTHS) -> dict[str, dt.date]:
    """Every person with an effective certificate in the months, and the last day it counts. Nobody counts twice."""
    return _lasting(_trainings_of([supplier])[supplier.pk], day, months)


def _lasting(trainings: Iterable[Trained], day: dt.date, months: int) -> dict[str, dt.date]:
    """Earned within the last months: `day` is still on or before the day before the anniversary (R-VAL-1)."""
    people: dict[str, dt.date] = {}
    for person, trained_on in trainings:
        if add_months(day, -months) < trained_on <= day:
            people[person] = max(people.get(person, dt.date.min), last_valid_day(trained_on, months=months))
    return people


def risk_controls(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, list[Control]]:
    """Half for one trained person, all for two; as old as the certificate that ends first."""
    found = {}
    for supplier_id, trainings in _trainings_of(suppliers).items():
        lasting = sorted(_lasting(trainings, day, DEFAULT_MONTHS).values(), reverse=True)[:DEFAULT_PEOPLE]
        if lasting:
            since = add_months(lasting[-1] + dt.timedelta(days=1), -DEFAULT_MONTHS)
            url = f"{reverse('staff:training-people')}?supplier={supplier_id}"
            worth, what = len(lasting) / DEFAULT_PEOPLE, str(len(lasting))
            found[supplier_id] = [Control("training", worth, since, lasting[-1], what, url=url, is_per_site=False)]
    return found


def standing(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, dict[str, Any]]:
    """How many people are trained now; and the invitations that wait for the supplier's answer."""
    trainings, waiting = _trainings_of(suppliers), _invitations_of(suppliers, day)
    return {
        supplier.pk: {
            "people_trained": len(_lasting(trainings[supplier.pk], day, DEFAULT_MONTHS)),
            "turns": [(Turn.SUPPLIER, due_on) for due_on in waiting.get(supplier.pk, [])],
        }
        for supplier in suppliers
    }


def _invitations_of(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, list[dt.date | None]]:
    """By when they enrol people into the sessions that they were invited to and sent nobody to."""
    answered = Enrolment.objects.filter(
        session=OuterRef("session"), supplier=OuterRef("supplier"), status__in=TAKES_A_PLACE
    )
    rows = SessionInvitation.objects.filter(
        ~Exists(answered), supplier__in=suppliers, session__status=SessionStatus.OPEN, session__enrol_until__gte=day
    )
    found: dict[int, list[dt.date | None]] = {}
    for supplier_id, until in rows.values_list("supplier_id", "session__enrol_until"):
        found.setdefault(supplier_id, []).append(until)
    return found


def lead_auditor_blockers(user: User, days: Sequence[dt.date], supplier: Supplier) -> list[Blocker]:
    """Everything that keeps this person from leading a site review on these days (R-AUD-1); empty: may lead."""
    return [*_qualification_blockers(user, days), *_independence_blockers(user, days, supplier)]


def auditor_certificates(user: User, day: dt.date) -> list[dict[str, str]]:
    """The auditor certificates of this person that are valid on the day: scheme, number, last valid day."""
    rows = AuditorQualification.objects.filter(
        user=user, standing=Standing.GOOD, issued_on__lte=day, expires_on__gte=day
    ).order_by("scheme", "-expires_on")
    return [
        {"scheme": str(row.get_scheme_display()), "number": row.number, "until": row.expires_on.isoformat()}
        for row in rows
    ]


def qualification_problems(rows: Iterable[AuditorQualification], days: Sequence[dt.date]) -> dict[str, list[str]]:
    """Per scheme of the person what is missing to lead on these days; an empty list: this scheme is enough."""
    by_scheme: dict[str, list[AuditorQualification]] = {}
    for row in rows:
        by_scheme.setdefault(row.scheme, []).append(row)
    return {scheme: _problems(scheme, found, days) for scheme, found in by_scheme.items()}


def _problems(scheme: str, rows: list[AuditorQualification], days: Sequence[dt.date]) -> list[str]:
    problems = []
    if scheme == Scheme.APSCA:
        certified = [row for row in rows if row.level == Level.CSCA]
        if not certified:
            return [_("An ASCA works under guidance and does not lead.")]
        rows = certified
    elif scheme not in LEADING_SCHEMES:
        return [_("This scheme does not qualify to lead.")]
    newest = max(rows, key=lambda row: row.expires_on)
    if newest.standing != Standing.GOOD:
        problems.append(_("The standing is “%(standing)s”.") % {"standing": newest.get_standing_display()})
    in_standing = [row for row in rows if row.standing == Standing.GOOD]
    if uncovered := _uncovered(in_standing or rows, days):
        problems.append(
            _("Not valid on %(days)s; the last valid day is %(date)s.")
            % {"days": ", ".join(day_text(day) for day in uncovered), "date": day_text(newest.expires_on)}
        )
    witnessed = max(row.witnessed_audits for row in rows)
    if scheme != Scheme.APSCA and witnessed < WITNESSED_AUDITS:
        problems.append(
            _("%(witnessed)s of %(needed)s witnessed audits.") % {"witnessed": witnessed, "needed": WITNESSED_AUDITS}
        )
    return problems


def _uncovered(rows: list[AuditorQualification], days: Sequence[dt.date]) -> list[dt.date]:
    """The days on which no certificate of the scheme is valid; a renewal continues the one before."""
    return [day for day in days if not any(row.issued_on <= day <= row.expires_on for row in rows)]


def _qualification_blockers(user: User, days: Sequence[dt.date]) -> list[Blocker]:
    url = reverse("staff:qualification", args=[user.pk])
    problems = qualification_problems(AuditorQualification.objects.filter(user=user), days)
    if not problems:
        text = _("%(person)s has no auditor qualification.") % {"person": user}
        return [Blocker("no_qualification", text, Turn.TRAINER, url)]
    if any(not missing for missing in problems.values()):
        return []
    return [
        Blocker("qualification", f"{Scheme(scheme).label}: {problem}", Turn.TRAINER, url)
        for scheme, missing in problems.items()
        for problem in missing
    ]


def _independence_blockers(user: User, days: Sequence[dt.date], supplier: Supplier) -> list[Blocker]:
    first, last = min(days), max(days)
    ties = AuditorTie.objects.filter(user=user, supplier=supplier, from_on__lte=last)
    return [
        Blocker(
            "independence",
            _("Not independent: %(tie)s, since %(date)s.")
            % {"tie": tie.get_kind_display(), "date": day_text(tie.from_on)},
            Turn.CSR,
            reverse("staff:qualification", args=[user.pk]),
        )
        for tie in ties
        if _still_binds(tie, first)
    ]


def _still_binds(tie: AuditorTie, day: dt.date) -> bool:
    """24 months after its end a tie binds no more; who prepared the supplier as a consultant never audits it."""
    if tie.kind == TieKind.CONSULTANT or tie.to_on is None:
        return True
    return day < add_months(tie.to_on, INDEPENDENCE_MONTHS)
