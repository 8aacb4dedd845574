"""Who may be the same company twice: found on registration, every night and on demand; dismissed with a reason (B13).

The search is set-based: companies meet under the keys of `suppliers.likeness`, and only those that meet are compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.states import Turn
from csr_portal.core.workflow import SYSTEM, Step, WorkflowError, move
from suppliers.likeness import Company, Likeness, compare
from suppliers.models import DuplicatePair, MatchKey, Supplier
from suppliers.permissions import can_manage, is_system
from suppliers.states import DuplicateStatus as D

STEPS = {
    "duplicate.dismiss": Step((D.SUSPECTED,), D.DISMISSED, can_manage),
    "duplicate.look_again": Step((D.DISMISSED, D.CLEARED), D.SUSPECTED, can_manage, Turn.BUYER),
    "duplicate.merge": Step((D.SUSPECTED,), D.MERGED, can_manage),
    "duplicate.unmerge": Step((D.MERGED,), D.SUSPECTED, can_manage, Turn.BUYER),
    "duplicate.clear": Step((D.SUSPECTED,), D.CLEARED, is_system),
    "duplicate.suspect": Step((D.CLEARED,), D.SUSPECTED, is_system, Turn.BUYER),
}
RARE = 8  # a word or pair of characters that more companies share than this says nothing
COMMON = 200  # nor does an equal value that so many share (a head office's phone)
FIELDS = (
    "pk",
    "name",
    "name_latin",
    "country",
    "registration_kind",
    "registration_number",
    "address",
    "phone",
    "website",
)
BATCH = 2000


def search_all() -> int:
    """Compare every supplier with those it meets; return how many pairs are suspected. Safe to run twice."""
    with history.sealed_at_the_end():
        return _search_all()


def _search_all() -> int:
    companies = {row[0]: Company(*row) for row in _suppliers().values_list(*FIELDS)}
    _write_keys(companies.values())
    found = {
        (left, right): likeness
        for left, right in sorted(_meetings(companies.values()))
        if (likeness := compare(companies[left], companies[right])).is_suspicious
    }
    _keep(found)
    gone = DuplicatePair.objects.filter(status=D.SUSPECTED).in_bulk()
    for pair in gone.values():
        if (pair.first_id, pair.second_id) not in found and not _is_by_hand(pair):
            _step(pair, "duplicate.clear")
    return len(found)


@transaction.atomic
def look_for(supplier: Supplier) -> list[DuplicatePair]:
    """Compare one supplier with those it meets, and return its suspected pairs; asked on every registration."""
    company = Company(*Supplier.objects.values_list(*FIELDS).get(pk=supplier.pk))
    _write_keys([company])
    others = _suppliers().filter(pk__in=_met_by(company)).values_list(*FIELDS)
    found = {}
    for other in (Company(*row) for row in others):
        first, second = sorted([company, other], key=lambda item: item.pk)
        if (likeness := compare(first, second)).is_suspicious:
            found[first.pk, second.pk] = likeness
    _keep(found)
    return list(pairs_of(supplier))


def pairs_of(supplier: Supplier) -> Iterable[DuplicatePair]:
    rows = DuplicatePair.objects.filter(Q(first=supplier) | Q(second=supplier), status=D.SUSPECTED)
    return rows.select_related("first", "second").order_by("-score", "pk")


@transaction.atomic
def pair_up(left: Supplier, right: Supplier, *, by: User) -> DuplicatePair:
    """Somebody knows better than the search: two suppliers to be compared, however unlike they look."""
    if not can_manage(by, left):
        raise WorkflowError(_("Only buyers and CSR managers compare suppliers."))
    if left.pk == right.pk:
        raise WorkflowError(_("Name two different suppliers."))
    if left.merged_into_id or right.merged_into_id:
        raise WorkflowError(_("One of them was merged already."))
    first, second = sorted([left, right], key=lambda item: item.pk)
    likeness = compare(company_of(first), company_of(second))
    pair, is_new = DuplicatePair.objects.get_or_create(first=first, second=second, defaults=_values(likeness))
    if is_new:
        _note(pair, by)
    elif pair.status in STEPS["duplicate.look_again"].sources:
        _step(pair, "duplicate.look_again", by=by)
    return pair


def company_of(supplier: Supplier) -> Company:
    return Company(*(getattr(supplier, name) for name in FIELDS))


@transaction.atomic
def dismiss(pair: DuplicatePair, *, by: User, reason: str) -> None:
    """Not a duplicate: remembered, with the reason, so that no search shows it again."""
    if not reason.strip():
        raise WorkflowError(_("Give a reason: it stays in the history."))
    _step(pair, "duplicate.dismiss", by=by, reason=reason)


def look_again(pair: DuplicatePair, *, by: User) -> None:
    _step(pair, "duplicate.look_again", by=by)


def settle(pair: DuplicatePair, step: str, *, by: User) -> None:
    """A merge, or its undoing, answers the question of the pair."""
    if pair.status in STEPS[step].sources:
        _step(pair, step, by=by)


def _suppliers() -> QuerySet[Supplier]:
    return Supplier.objects.filter(merged_into=None)


def _meetings(companies: Iterable[Company]) -> set[tuple[int, int]]:
    """Pairs of those that share a key, unless too many share it."""
    under = defaultdict(list)
    for company in companies:
        for key in company.keys:
            under[key].append(company.pk)
    return {
        tuple(sorted(pair))  # type: ignore[misc]
        for key, pks in under.items()
        if 2 <= len(pks) <= _limit(key)
        for pair in combinations(pks, 2)
    }


def _met_by(company: Company) -> set[int]:
    keys = MatchKey.objects.filter(value__in=company.keys, supplier__merged_into=None)
    counts = dict(keys.values_list("value").annotate(n=Count("pk")))
    telling = [value for value, number in counts.items() if 2 <= number <= _limit(value)]
    rows = MatchKey.objects.filter(value__in=telling).exclude(supplier=company.pk)
    return set(rows.values_list("supplier_id", flat=True))


def _limit(key: str) -> int:
    return RARE if key.startswith(("word:", "pair:")) else COMMON


def _write_keys(companies: Iterable[Company]) -> None:
    """Bring the keys of these suppliers up to date, a batch at a time; what is right already is not written."""
    for batch in _batches(list(companies)):
        wanted = {(company.pk, key) for company in batch for key in company.keys}
        rows = MatchKey.objects.filter(supplier__in=[company.pk for company in batch])
        present = {(pk, value): row for row, pk, value in rows.values_list("pk", "supplier_id", "value")}
        stale = [row for key, row in present.items() if key not in wanted]
        for some in _batches(stale):
            MatchKey.objects.filter(pk__in=some).delete()
        new = [MatchKey(supplier_id=pk, value=value) for pk, value in sorted(wanted - present.keys())]
        MatchKey.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)


def _batches(items: list) -> Iterator[list]:
    for start in range(0, len(items), BATCH // 4):
        yield items[start : start + BATCH // 4]


def _keep(found: dict[tuple[int, int], Likeness]) -> None:
    """Write new pairs and new scores; what somebody said about a pair stays as it is."""
    known = {
        (pair.first_id, pair.second_id): pair
        for some in _batches(list(found))
        for pair in DuplicatePair.objects.filter(first__in=[first for first, _second in some])
    }
    for (first, second), likeness in found.items():
        pair = known.get((first, second))
        if pair is None:
            _add(first, second, likeness)
        elif pair.status in {D.SUSPECTED, D.CLEARED}:
            _freshen(pair, likeness)


@transaction.atomic
def _add(first: int, second: int, likeness: Likeness) -> None:
    pair, is_new = DuplicatePair.objects.get_or_create(first_id=first, second_id=second, defaults=_values(likeness))
    if is_new:
        _note(pair, SYSTEM)


def _freshen(pair: DuplicatePair, likeness: Likeness) -> None:
    values = _values(likeness)
    if pair.status == D.CLEARED:
        _step(pair, "duplicate.suspect")
    if (pair.score, pair.reasons) != (values["score"], values["reasons"]):
        DuplicatePair.objects.filter(pk=pair.pk).update(score=values["score"], reasons=values["reasons"])


def _values(likeness: Likeness) -> dict:
    return {
        "status": D.SUSPECTED,
        "turn": Turn.BUYER,
        "status_since": timezone.now(),
        "score": likeness.score,
        "reasons": [vars(reason) for reason in likeness.reasons],
    }


def _note(pair: DuplicatePair, by: object) -> None:
    data = {"other": pair.second.number, "score": pair.score, "by_hand": by != SYSTEM}
    history.record(pair, "duplicate.suspect", by=by, data=data, to_status=D.SUSPECTED)


def _is_by_hand(pair: DuplicatePair) -> bool:
    """Whether somebody put the two together or asked to look again: no search takes that back."""
    entries = history.HistoryEntry.objects.about(pair)
    return entries.filter(Q(action="duplicate.look_again") | Q(data__by_hand=True)).exists()


def _step(pair: DuplicatePair, step: str, *, by: object = SYSTEM, reason: str = "") -> None:
    data = {"other": pair.second.number, "score": pair.score}
    move(pair, STEPS, step, by=by, reason=reason, data=data)  # type: ignore[arg-type]
