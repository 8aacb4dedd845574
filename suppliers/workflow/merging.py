"""Two suppliers that are one company become one, and two again within 30 days (docs/decisions/0007-merging.md).

What lives goes to the survivor: sites with everything seen there, certificates, training; people are let in. What was
signed, decided or sent in the old supplier's name stays with it untouched, and is read from the survivor's page.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, cast

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Blocker, Step, WorkflowError, move
from suppliers import risk
from suppliers.countries import country_name
from suppliers.identity import registration_key
from suppliers.likeness import own_name
from suppliers.models import Contact, DuplicatePair, MatchKey, Merge, Site, Supplier
from suppliers.parts import Part, Rule, all_parts
from suppliers.permissions import can_manage
from suppliers.states import SupplierStatus as S
from suppliers.workflow import duplicates
from suppliers.workflow.people import let_in
from suppliers.workflow.supplier import facts_changed

UNDO_DAYS = 30
VALUES = (
    "name",
    "name_latin",
    "country",
    "region",
    "city",
    "address",
    "phone",
    "website",
    "registration_kind",
    "registration_number",
    "language",
    "spend",
)
ENDS_BY_MERGE = ("grace_until", "conditional_until", "due_on")  # dates of the one that goes; an undo gives them back
MAY_MERGE_AWAY = (S.LISTED, S.INVITED, S.REGISTERED, S.COOPERATING, S.STRATEGIC, S.ENDED, S.DECLINED)
MAY_SURVIVE = (S.LISTED, S.INVITED, S.REGISTERED, S.COOPERATING, S.STRATEGIC, S.SUSPENDED)
# What companies call a site when they have one: no sign that two sites are one.
GENERIC_SITE_NAMES = frozenset(
    own_name(name)
    for name in (
        *("Main site", "Main", "Main plant", "Main factory", "Head office", "Headquarters", "HQ", "Factory", "Plant"),
        *("Plant 1", "Factory 1", "Site", "Site 1", "主厂区", "主厂", "厂区", "总厂", "总部", "本部", "工厂", "一厂"),
        *("第一工厂", "本社", "本社工場", "本工場", "工場", "第一工場", "メイン拠点", "主要拠点", "拠点"),
    )
)
# Rows of this search and of the merge itself; everything else must be spoken for in settings.MERGE_PARTS.
OWN_ROWS = {"suppliers.Supplier", "suppliers.Site", "suppliers.MatchKey", "suppliers.DuplicatePair", "suppliers.Merge"}
MERGE_STEPS = {"supplier.merge": Step(MAY_MERGE_AWAY, S.ENDED, can_manage)}


def unmerge_steps(status: str) -> dict[str, Step]:
    """Back to where the supplier was."""
    return {"supplier.unmerge": Step((S.ENDED,), status, can_manage)}


# The preview


@dataclass(frozen=True)
class Value:
    """One field: what either side has, as stored and in the reader's words, and whose value wins when nobody says
    otherwise.
    """

    name: str
    label: str
    kept: str
    other: str
    takes_other: bool
    kept_words: str = ""
    other_words: str = ""

    @property
    def differs(self) -> bool:
        return self.kept != self.other


@dataclass
class Plan:
    """What a merge would do; nothing is written for it."""

    survivor: Supplier
    merged: Supplier
    values: list[Value] = field(default_factory=list)
    moves: list[tuple[str, int]] = field(default_factory=list)
    stays: list[tuple[str, int]] = field(default_factory=list)
    sites: list[tuple[Site, bool]] = field(default_factory=list)
    newcomers: list[Contact] = field(default_factory=list)
    blockers: list[Blocker] = field(default_factory=list)
    loses_status: bool = False

    @property
    def moves_a_site(self) -> bool:
        return any(moves for _site, moves in self.sites)

    @property
    def keeps_a_site(self) -> bool:
        return not all(moves for _site, moves in self.sites)


def plan(survivor: Supplier, merged: Supplier) -> Plan:
    """Which values win, what moves, what stays, who gets access, and everything that stands against it."""
    result = Plan(survivor, merged)
    result.values = [_value(survivor, merged, name) for name in VALUES]
    result.sites = _sites(survivor, merged)
    names = _told_apart(survivor, merged, [site for site, moves in result.sites if moves])
    for site, _moves in result.sites:
        site.name_after = names.get(str(site.pk), ["", ""])[1]  # type: ignore[attr-defined]
    for part in all_parts():
        moving = _moving(part, survivor, merged).count()
        staying = part.rows.filter(supplier=merged).count() - moving
        result.moves += [(part.label, moving)] if moving else []
        result.stays += [(part.label, staying)] if staying else []
    result.newcomers = list(_newcomers(survivor, merged))
    result.blockers = blockers(survivor, merged)
    result.loses_status = merged.status == S.STRATEGIC and survivor.status != S.STRATEGIC
    return result


def blockers(survivor: Supplier, merged: Supplier) -> list[Blocker]:
    """Everything that has to be settled first, each with the place where it is done (B20)."""
    found = []
    if survivor.merged_into_id or merged.merged_into_id:
        found.append(Blocker("merged", _("One of them was merged already.")))
    if survivor.status not in MAY_SURVIVE:
        text = _("%(number)s has left; let the other one be the survivor.") % {"number": survivor.number}
        found.append(Blocker("gone", text))
    if merged.status not in MAY_MERGE_AWAY:
        text = _("%(number)s is suspended: a merge must not hide that. Resume it, or let it be the survivor.")
        url = reverse("staff:supplier-detail", args=[merged.pk])
        found.append(Blocker("suspended", text % {"number": merged.number}, url=url))
    if unspoken := unspoken_models():
        text = _("It is not settled what happens to: %(models)s.") % {"models": ", ".join(sorted(unspoken))}
        found.append(Blocker("unspoken", text))
    for part in all_parts():
        if part.blocks is not None:
            found += [_open_row(part, row) for row in part.rows.filter(part.blocks, supplier=merged).order_by("pk")]
    return found


def _open_row(part: Part, row: Any) -> Blocker:
    text = _("%(kind)s %(row)s is open: bring it to an end first.") % {
        "kind": row._meta.verbose_name,
        "row": getattr(row, "number", "") or f"#{row.pk}",
    }
    return Blocker("open", text[:1].upper() + text[1:], url=reverse(part.url_name, args=[row.pk]))


def unspoken_models() -> set[str]:
    """Models with a foreign key to a supplier for which no app says what a merge does."""
    related = [f for f in Supplier._meta.get_fields(include_hidden=True) if f.auto_created and f.is_relation]
    models = {cast(type[Model], f.related_model)._meta for f in related}
    labels = {meta.label for meta in models if not meta.auto_created}
    return labels - OWN_ROWS - {part.model for part in all_parts()}


def _value(survivor: Supplier, merged: Supplier, name: str) -> Value:
    kept, other = getattr(survivor, name), getattr(merged, name)
    label = str(Supplier._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    takes_other = not kept and bool(other)
    if name == "registration_kind":  # goes with the number
        takes_other = not survivor.registration_number and bool(merged.registration_number)
    words = _words(survivor, name), _words(merged, name)
    return Value(name, label[:1].upper() + label[1:], kept, other, takes_other, *words)


def _words(supplier: Supplier, name: str) -> str:
    """A field's value as the reader's language calls it, never its code."""
    if name == "country":
        return country_name(supplier.country)
    shown = getattr(supplier, f"get_{name}_display", None)
    return str(shown() if shown else getattr(supplier, name))


def _sites(survivor: Supplier, merged: Supplier) -> list[tuple[Site, bool]]:
    """The sites of the supplier that goes, each with whether it moves: one that the survivor has already stays."""
    own = {key for site in Site.objects.filter(supplier=survivor) for key in _site_keys(site)}
    return [(site, not (own & _site_keys(site))) for site in Site.objects.filter(supplier=merged).order_by("pk")]


def _site_keys(site: Site) -> set[str]:
    """What a site is known by: its address and its names, unless half the world's main sites are called so."""
    names = {own_name(site.name), own_name(site.name_latin)} - GENERIC_SITE_NAMES
    return {text for text in (*names, own_name(site.address)) if text}


def _told_apart(survivor: Supplier, merged: Supplier, moving: list[Site]) -> dict[str, list[str]]:
    """New names for sites that move to where another has their name: {id: [before, after]}."""
    taken = {own_name(name) for name in Site.objects.filter(supplier=survivor).values_list("name", flat=True)}
    found = {}
    for site in moving:
        if own_name(site.name) in taken:
            mark = site.city if site.city and own_name(f"{site.name}{site.city}") not in taken else merged.number
            found[str(site.pk)] = [site.name, f"{site.name[:120]} ({mark[:30]})"]
        taken.add(own_name(found.get(str(site.pk), ["", site.name])[1]))
    return found


def _moving(part: Part, survivor: Supplier, merged: Supplier) -> QuerySet:
    """The rows of a part that go to the survivor."""
    rows = part.rows.filter(part.only, supplier=merged)
    if part.rule is Rule.STAYS:
        return rows.none()
    if part.rule is Rule.WITH_SITE:
        going = [site.pk for site, moves in _sites(survivor, merged) if moves]
        return rows.filter(Q(site=None) | Q(site__in=going))
    if part.once:
        have = set(part.rows.filter(part.only, supplier=survivor).values_list(*part.once))
        return rows.exclude(pk__in=[row[0] for row in rows.values_list("pk", *part.once) if row[1:] in have])
    return rows


# The merge


@transaction.atomic
def merge(
    survivor: Supplier, merged: Supplier, *, by: User, take: frozenset[str] | None = None, reason: str = ""
) -> Merge:
    """Make one supplier of two; `take` names the fields whose value comes from the one that goes."""
    survivor, merged = _lock_both(survivor, merged)
    if not can_manage(by, survivor):
        raise WorkflowError(_("Only buyers and CSR managers merge suppliers."))
    if found := blockers(survivor, merged):
        raise WorkflowError(_("These two cannot be merged yet."), found)
    if take is None:
        take = frozenset(value.name for value in plan(survivor, merged).values if value.takes_other)
    row = Merge(survivor=survivor, merged=merged, by=by, reason=reason, status_before=merged.status)
    row.undo_until = today() + dt.timedelta(days=UNDO_DAYS)
    row.before = _remembered(survivor, merged)
    row.moved = _move_rows(survivor, merged)
    _rename_sites(row, new=1)
    row.let_in = [
        let_in(survivor, contact.user, role=contact.role, by=by, phone=contact.phone).pk
        for contact in _newcomers(survivor, merged)
    ]
    row.values = _take_values(survivor, merged, take)
    row.save()
    data = {"survivor": f"{survivor.number} {survivor.name}", "merge": row.pk}
    changes = {"merged_into": survivor, "turn": "", **dict.fromkeys(ENDS_BY_MERGE)}
    move(merged, MERGE_STEPS, "supplier.merge", by=by, reason=reason, data=data, **changes)
    MatchKey.objects.filter(supplier=merged).delete()
    told = {"merged": f"{merged.number} {merged.name}", "merge": row.pk, "changes": row.values}
    history.record(survivor, "supplier.merge_in", by=by, reason=reason, data=told)
    _settle_pair(row, "duplicate.merge", by)
    _count_anew(row, by)
    return row


def _remembered(survivor: Supplier, merged: Supplier) -> dict[str, Any]:
    """What a merge takes away or adds without moving a row, so that an undo is exact."""
    dates = {name: str(value) for name in ENDS_BY_MERGE if (value := getattr(merged, name))}
    new = merged.categories.exclude(pk__in=survivor.categories.values("pk"))
    moving = [site for site, moves in _sites(survivor, merged) if moves]
    return {
        "turn": merged.turn,
        "dates": dates,
        "categories": list(new.order_by("pk").values_list("pk", flat=True)),
        "site_names": _told_apart(survivor, merged, moving),
    }


def _rename_sites(row: Merge, *, new: int) -> None:
    """Give moved sites the name that tells them apart, or the former one back; a name changed since stays."""
    for pk, names in row.before.get("site_names", {}).items():
        Site.objects.filter(pk=pk, name=names[1 - new]).update(name=names[new])


def _lock_both(*suppliers: Supplier) -> tuple[Supplier, Supplier]:
    """Both rows, locked in the order of their ids, so that two merges never wait for each other."""
    rows = Supplier.objects.select_for_update().filter(pk__in=[s.pk for s in suppliers]).order_by("pk")
    by_pk = {row.pk: row for row in rows}
    if len(by_pk) != 2:
        raise WorkflowError(_("Name two different suppliers."))
    first, second = (by_pk[s.pk] for s in suppliers)
    return first, second


def _move_rows(survivor: Supplier, merged: Supplier) -> dict[str, list[int]]:
    """File everything that moves under the survivor: what depends on sites before the sites themselves."""
    moved = {}
    for part in all_parts():
        moved[part.model] = list(_moving(part, survivor, merged).order_by("pk").values_list("pk", flat=True))
    moved["suppliers.Site"] = [site.pk for site, moves in _sites(survivor, merged) if moves]
    for part in all_parts():
        part.rows.filter(pk__in=moved[part.model]).update(supplier=survivor)
    Site.objects.filter(pk__in=moved["suppliers.Site"]).update(supplier=survivor)
    survivor.categories.add(*merged.categories.all())
    return {model: pks for model, pks in moved.items() if pks}


def _newcomers(survivor: Supplier, merged: Supplier) -> QuerySet[Contact]:
    """Who acts for the one that goes and not yet for the survivor. They keep their old access, to read what stayed."""
    there = Contact.objects.filter(supplier=survivor, ended_at=None).values("user")
    rows = Contact.objects.filter(supplier=merged).current().exclude(user__in=there)
    return rows.select_related("user").order_by("pk")


def _take_values(survivor: Supplier, merged: Supplier, take: frozenset[str]) -> dict[str, list[str]]:
    if "registration_number" in take:
        take |= {"registration_kind"}
        Supplier.objects.filter(pk=merged.pk).update(registration_key=None)
    changed = {}
    for name in VALUES:
        before, after = getattr(survivor, name), getattr(merged, name)
        if name in take and before != after:
            changed[name] = [before, after]
            setattr(survivor, name, after)
    if changed:
        survivor.save(update_fields=[*changed])
    return changed


def _settle_pair(row: Merge, step: str, by: User) -> None:
    first, second = sorted([row.survivor_id, row.merged_id])
    for pair in DuplicatePair.objects.filter(first=first, second=second):
        duplicates.settle(pair, step, by=by)


def _count_anew(row: Merge, by: User) -> None:
    for supplier in (row.survivor, row.merged):
        fresh = Supplier.objects.get(pk=supplier.pk)
        facts_changed(fresh)
        risk.rate(fresh, by=by)


# Undoing it


def undo_blockers(row: Merge, day: dt.date | None = None) -> list[Blocker]:
    found = []
    if row.undone_at is not None:
        found.append(Blocker("undone", _("This merge was undone already.")))
    if row.undo_until < (day or today()):
        found.append(Blocker("too_late", _("A merge can be undone for %(days)s days.") % {"days": UNDO_DAYS}))
    if row.survivor.merged_into_id:
        found.append(Blocker("merged", _("The survivor was merged itself since. Undo that first.")))
    key = registration_key(row.merged.country, row.merged.registration_number)
    holder = key and Supplier.objects.filter(registration_key=key).exclude(pk__in=[row.survivor_id, row.merged_id])
    if holder and holder.exists():
        found.append(Blocker("number", _("Another supplier has the registration number by now.")))
    return found


@transaction.atomic
def undo(row: Merge, *, by: User, reason: str, day: dt.date | None = None) -> None:
    """Two suppliers again: what moved goes back, with what has been added to its sites since; so do the values,
    unless somebody has changed them since. Both histories keep everything.
    """
    survivor, merged = _lock_both(row.survivor, row.merged)
    row.refresh_from_db()
    if not can_manage(by, survivor):
        raise WorkflowError(_("Only buyers and CSR managers merge suppliers."))
    if not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    if found := undo_blockers(row, day):
        raise WorkflowError(_("This merge cannot be undone."), found)
    row.undone_by, row.undone_at = by, timezone.now()
    row.save(update_fields=["undone_by", "undone_at"])
    _move_back(row, survivor, merged)
    _rename_sites(row, new=0)
    survivor.categories.remove(*row.before.get("categories", []))
    _give_values_back(row, survivor)
    data = {"survivor": f"{survivor.number} {survivor.name}", "merge": row.pk}
    steps = unmerge_steps(row.status_before)
    dates = {name: dt.date.fromisoformat(value) for name, value in row.before.get("dates", {}).items()}
    back = {"merged_into": None, "turn": row.before.get("turn", ""), **dates}
    move(merged, steps, "supplier.unmerge", by=by, reason=reason, data=data, **back)
    merged.save(update_fields=["registration_key"])
    told = {"merged": f"{merged.number} {merged.name}", "merge": row.pk}
    history.record(survivor, "supplier.unmerge_in", by=by, reason=reason, data=told)
    _settle_pair(row, "duplicate.unmerge", by)
    _count_anew(row, by)


def _move_back(row: Merge, survivor: Supplier, merged: Supplier) -> None:
    sites = row.moved_ids("suppliers.Site")
    for part in all_parts():
        went = Q(pk__in=row.moved_ids(part.model))
        if part.rule is Rule.WITH_SITE:
            went |= Q(site__in=sites)
        part.rows.filter(went, supplier=survivor).update(supplier=merged)
    Site.objects.filter(pk__in=sites).update(supplier=merged)
    Contact.objects.filter(pk__in=row.let_in, ended_at=None).update(ended_at=row.undone_at)


def _give_values_back(row: Merge, survivor: Supplier) -> None:
    back = {name: before for name, (before, after) in row.values.items() if getattr(survivor, name) == after}
    for name, before in back.items():
        setattr(survivor, name, before)
    if back:
        survivor.save(update_fields=[*back])


# Reading


def threads_of(supplier: Supplier) -> list[str]:
    """The history of a supplier is its own and that of everything merged into it."""
    return [f"supplier:{pk}" for pk in sorted([supplier.pk, *supplier.ids_merged_in()])]


def left_behind(supplier: Supplier) -> list[tuple[Supplier, list[tuple[str, int]]]]:
    """What stayed with the suppliers merged into this one: for its page, with the number of each kind."""
    found = []
    for merged in supplier.merged_suppliers.order_by("pk"):
        counts = [(part.label, part.rows.filter(supplier=merged).count()) for part in all_parts()]
        found.append((merged, [(label, number) for label, number in counts if number]))
    return found
