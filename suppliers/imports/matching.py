"""Which supplier a line is about, and what it would do to it: the rules of an import, line by line (B32, B13)."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from suppliers.identity import has_valid_check_digit, normalised, registration_key
from suppliers.imports import values
from suppliers.imports.columns import EXAMPLE_NUMBER
from suppliers.imports.values import Draft
from suppliers.imports.words import DOUBTS, LEFT_OUT
from suppliers.models import Category, Supplier
from suppliers.states import RowOutcome, Spend

PLAIN = (
    "number",
    "name",
    "name_latin",
    "country",
    "region",
    "city",
    "address",
    "phone",
    "website",
    "registration_number",
    "language",
    "contact_name",
    "contact_email",
    "spend",
)
STORED = (*PLAIN, "owner_id", "registration_kind", "registration_key", "status", "merged_into_id")
Known = dict[str, Any]


@dataclass
class Result:
    """What a line comes to. `values`: the new supplier's fields, or `[before, after]` of what changes."""

    outcome: str
    supplier: Known | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.supplier is None


class Stock:
    """The suppliers that a batch of lines may be about: two queries, whatever the number of lines."""

    def __init__(self, drafts: Iterable[Draft], with_categories: bool) -> None:
        drafts = list(drafts)
        numbers = {d.values["number"] for d in drafts if "number" in d.values}
        keys = {key for d in drafts if (key := key_of(d.values))}
        condition = Q(number__among=numbers) | Q(registration_key__among=keys)
        rows = list(Supplier.objects.filter(condition).values("pk", *STORED)) if numbers or keys else []
        for row in rows:
            row["categories"] = []
        self.by_number = {row["number"]: row for row in rows}
        self.by_key = {row["registration_key"]: row for row in rows if row["registration_key"]}
        if with_categories and rows:
            self._add_categories({row["pk"]: row for row in rows})

    @staticmethod
    def _add_categories(rows: dict[int, Known]) -> None:
        links = Supplier.categories.through.objects.filter(supplier_id__among=rows).order_by("category_id")
        for supplier, category in links.values_list("supplier_id", "category_id"):
            rows[supplier]["categories"].append(category)


def key_of(found: dict[str, Any], country: str = "") -> str | None:
    return registration_key(found.get("country", country), found.get("registration_number", ""))


class Judge:
    """Says what each line comes to. It remembers the lines before, so that a supplier comes in once per file.

    Of a line before, its number and a hash of its content are kept: there may be 200,000.
    """

    def __init__(self, *, contact_is_optional: bool, owner_id: int) -> None:
        self.contact_is_optional, self.owner_id = contact_is_optional, owner_id
        self.owners = values.possible_owners()
        self.seen: dict[str, int] = {}  # who was in which line
        self.lines, self.contents = array("q"), array("q")

    def judge(self, draft: Draft, stock: Stock) -> Result:
        supplier = self._supplier_of(draft, stock)
        self._check_formulas(draft, supplier)
        self._choose_owner(draft, supplier)
        if supplier is None:
            result = Result(RowOutcome.CREATE, None, self._new(draft))
        else:
            changes = self._changes(draft, supplier)
            if changes and supplier["merged_into_id"]:
                draft.complain("", "merged")
            result = Result(RowOutcome.UPDATE if changes else RowOutcome.UNCHANGED, supplier, changes)
        self._check_number(draft, result)
        if not _is_wrong(draft):
            self._check_duplicate(draft, supplier)
        result.outcome = _outcome(draft, result.outcome)
        return result

    def _supplier_of(self, draft: Draft, stock: Stock) -> Known | None:
        """By the supplier number or the registration number; by both, they must mean the same company."""
        found = draft.values
        by_number = stock.by_number.get(found.get("number", ""))
        if "registration_number" in found:
            country = found.get("country") or (by_number or {}).get("country", "")
            if not country and not any(name == "country" for name, _c, _p in draft.problems):
                draft.complain("registration_number", "country_unknown")
            number = found["registration_number"]
            if number == EXAMPLE_NUMBER:
                draft.complain("registration_number", "example")
            found["registration_number"] = values.tidy_registration_number(country, number)
            by_key = stock.by_key.get(registration_key(country, number) or "-") if country else None
        else:
            by_key = None
        if by_number and by_key and by_number["pk"] != by_key["pk"]:
            draft.complain("number", "two_suppliers", one=by_number["name"], other=by_key["name"])
        if by_number is None and "number" not in found and "registration_number" not in found and not draft.problems:
            draft.complain("", "no_identity")
        return by_number or by_key

    @staticmethod
    def _check_formulas(draft: Draft, supplier: Known | None) -> None:
        """A name that begins like a formula stays where it is stored already, and comes in nowhere else."""
        for name in draft.formulas:
            text = str(draft.values.get(name, ""))
            if text and not (supplier and supplier.get(name) == text):
                draft.complain(name, "formula", start=text[0])

    def _choose_owner(self, draft: Draft, supplier: Known | None) -> None:
        text, named = draft.values.pop("owner", ("", []))
        if not named:
            return
        if supplier and supplier["owner_id"] in named:
            draft.values["owner_id"] = supplier["owner_id"]
        elif len(possible := [key for key in named if key in self.owners]) == 1:
            draft.values["owner_id"] = possible[0]
        else:
            draft.complain("owner", "owner", value=text)

    def _new(self, draft: Draft) -> dict[str, Any]:
        found = draft.values
        wrong = {name for name, _code, _params in draft.problems}
        needed = ["name", "country"] if self.contact_is_optional else ["name", "country", "contact_email"]
        for name in needed:
            if name not in found and name not in wrong:
                draft.complain(name, "missing")
        country = found.get("country", "")
        defaults = {"language": values.LANGUAGE_BY_COUNTRY.get(country, "en"), "spend": Spend.MINOR.value}
        return {"owner_id": self.owner_id, **defaults, **found}

    @staticmethod
    def _changes(draft: Draft, supplier: Known) -> dict[str, Any]:
        """What the filled cells change. An empty cell changes nothing."""
        return {
            name: [supplier[name], value]
            for name, value in draft.values.items()
            if value != supplier[name] and not _means_the_same(name, supplier, value)
        }

    @staticmethod
    def _check_number(draft: Draft, result: Result) -> None:
        """A wrong check digit is a doubt that the buyer may put aside; a number that stays is not asked about."""
        if result.supplier and "registration_number" not in result.values:
            return
        number = draft.values.get("registration_number", "")
        country = draft.values.get("country") or (result.supplier or {}).get("country", "")
        kind = values.kind_of(country)
        if number and not has_valid_check_digit(kind, number):
            draft.complain("registration_number", "check_digit", kind=str(kind))

    def _check_duplicate(self, draft: Draft, supplier: Known | None) -> None:
        names = [f"pk:{supplier['pk']}"] if supplier else []
        names += [f"number:{draft.values['number']}"] if "number" in draft.values else []
        names += [key] if (key := key_of(draft.values, (supplier or {}).get("country", ""))) else []
        content = hash(tuple(draft.cells))
        for name in names:
            if line := self.seen.get(name):
                before = self.contents[bisect_left(self.lines, line)]
                draft.complain("", "duplicate" if before == content else "duplicate_differs", line=line)
                return
        self.seen |= dict.fromkeys(names, draft.line)
        self.lines.append(draft.line)
        self.contents.append(content)


def _means_the_same(name: str, supplier: Known, value: Any) -> bool:
    before = supplier[name]
    match name:
        case "registration_number":
            return normalised(before) == normalised(value)
        case "phone":
            return values.tidy_phone(before) == value
        case "contact_email":
            return before.lower() == value
        case "name" | "name_latin" | "region" | "city" | "address" | "contact_name":
            return values.tidy(before) == value
        case _:
            return False


def _is_wrong(draft: Draft) -> bool:
    return any(code not in DOUBTS for _name, code, _params in draft.problems)


def _outcome(draft: Draft, otherwise: str) -> str:
    codes = {code for _name, code, _params in draft.problems}
    if codes - DOUBTS - LEFT_OUT:
        return RowOutcome.ERROR
    if codes & LEFT_OUT:
        return RowOutcome.DUPLICATE
    return RowOutcome.QUESTION if codes else otherwise


def category_names() -> dict[int, str]:
    return {category.pk: str(category) for category in Category.objects.all()}
