"""What a cell means: tidied, checked by its field, looked up. Nothing here knows which supplier the line is about."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import Q
from django.utils import translation

from csr_portal.core import lists
from csr_portal.core.models import User
from csr_portal.core.roles import Role
from suppliers.countries import COUNTRIES
from suppliers.identity import KIND_BY_COUNTRY, normalised
from suppliers.imports.columns import BY_NAME, IGNORED, folded
from suppliers.imports.reading import Rounded
from suppliers.models import Category, CountryValue
from suppliers.states import RegistrationKind, Spend

FORMULA_STARTS = frozenset("=+-@")
NOTHING = frozenset({"-", "–", "—", "/"})  # what people write into a cell that has no value
NOTHING |= {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}  # what a formula that failed leaves
WIDE_CHARACTER = re.compile("[０-９Ａ-Ｚａ-ｚ]")
WIDE = {c: c - 0xFEE0 for c in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]}
SUPPLIER_NUMBER = re.compile(r"[\w./-]+", re.ASCII)
PLAIN_EMAIL = re.compile(r"[a-z0-9]+([._+-][a-z0-9]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}")  # as nearly all are
BETWEEN_DIGITS = re.compile(r"[().\-/‐‑–—]")
PHONE = re.compile(r"\+?[\d ]{5,}(?: ?[xX] ?\d+)?")
SEVERAL = re.compile(r"\s*[;；,，、|]\s*")
LANGUAGE_BY_COUNTRY = {"CN": "zh-hans", "HK": "zh-hans", "TW": "zh-hans", "JP": "ja"}
_is_url = URLValidator(["http", "https"])

Reader = Callable[[str], Any]


class Wrong(Exception):
    """The cell does not say what its field needs: a code of `words.PROBLEMS`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(slots=True)
class Draft:
    """A line as read: the values of its filled cells, and what is wrong with the others, as `words.said` wants it."""

    line: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[list[Any]] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)

    def complain(self, name: str, code: str, **params: Any) -> None:
        self.problems.append([name, code, params])


@lru_cache(maxsize=2048)  # few different words stand in very many cells
def tidy(text: str) -> str:
    """One space between words, no invisible characters, full-width letters and digits as plain ones.

    Full-width brackets stay: they belong to the registered names of Chinese companies.
    """
    if not text.isascii():
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
        if WIDE_CHARACTER.search(text):
            text = text.translate(WIDE)
    if "  " in text or not text.isprintable():
        text = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return text.strip()


def tidy_phone(text: str) -> str:
    """`（0769）8500-0000` and `0769 8500 0000` are one number; `00` in front is `+`."""
    text = unicodedata.normalize("NFKC", text)
    text = " ".join(BETWEEN_DIGITS.sub(" ", text).split())
    return "+" + text[2:].lstrip() if text.startswith("00") else text


def tidy_registration_number(country: str, number: str) -> str:
    """As its register writes it; numbers of registers we do not know stay as they are."""
    return normalised(number) if KIND_BY_COUNTRY.get(country) else number


class LineReader:
    """Reads the lines of one import: which column is which field, and the words of this installation."""

    def __init__(self, columns: Sequence[str]) -> None:
        readers = _readers()
        self.columns = [
            (position, name, readers[name], BY_NAME[name].limit)
            for position, name in enumerate(columns)
            if name != IGNORED
        ]

    def read(self, line: int, cells: list[str]) -> Draft:
        draft = Draft(line, cells)
        width = len(cells)
        for position, name, reader, limit in self.columns:
            if position >= width or not (cell := cells[position]) or cell in NOTHING:
                continue
            try:
                draft.values[name] = value = reader(self._text(draft, name, cell))
            except Wrong as wrong:
                draft.complain(name, wrong.code, **wrong.params)
                continue
            if limit and len(value) > limit:
                draft.complain(name, "too_long", length=len(value), limit=limit)
        return draft

    @staticmethod
    def _text(draft: Draft, name: str, cell: str) -> str:
        """The tidied text, without the apostrophe that an export puts before what a spreadsheet would run."""
        if type(cell) is Rounded and name in {"registration_number", "number", "phone"}:
            raise Wrong("rounded")
        text = tidy(cell[1:] if cell[:1] == "'" and cell[1:2] in lists.FORMULA_STARTS else cell)
        if text[:1] in FORMULA_STARTS and name != "phone":
            draft.formulas.append(name)
        return text


def _readers() -> dict[str, Reader]:
    readers: dict[str, Reader] = dict.fromkeys(BY_NAME, str)
    readers |= {
        "number": _number,
        "phone": _phone,
        "website": _website,
        "contact_email": _email,
        "country": _remembering(_looked_up(_countries(), "country")),
        "language": _remembering(_looked_up(_languages(), "language")),
        "spend": _remembering(_spend_reader()),
        "categories": _remembering(_category_reader()),
        "owner": _remembering(_owner_reader()),
    }
    return readers


def _remembering(reader: Reader) -> Reader:
    """Few different words stand in very many lines: each is understood once."""
    known: dict[str, Any] = {}

    def read(text: str) -> Any:
        if text not in known:
            known[text] = reader(text)
        return known[text]

    return read


def _number(text: str) -> str:
    if not SUPPLIER_NUMBER.fullmatch(text):
        raise Wrong("number")
    return text


def _phone(text: str) -> str:
    phone = tidy_phone(text)
    if not PHONE.fullmatch(phone):
        raise Wrong("phone", value=text[:60])
    return phone


def _website(text: str) -> str:
    address = text if "://" in text else f"https://{text}"
    try:
        _is_url(address)
    except ValidationError as error:
        raise Wrong("website", value=text[:60]) from error
    return address


def _email(text: str) -> str:
    email = text.lower()
    if len(email) <= 64 and PLAIN_EMAIL.fullmatch(email):
        return email
    try:
        validate_email(email)
    except ValidationError as error:
        raise Wrong("email", value=text[:60]) from error
    return email


def _looked_up(words: dict[str, Any], code: str) -> Reader:
    def read(text: str) -> Any:
        if (found := words.get(folded(text))) is None:
            raise Wrong(code, value=text[:60])
        return found

    return read


def _owner_reader() -> Reader:
    read_ids = _looked_up(_owners(), "owner")
    return lambda text: (text, read_ids(text))


def _spend_reader() -> Reader:
    words = _in_every_language(Spend.choices)
    choices = ", ".join(Spend.values)

    def read(text: str) -> str:
        if (found := words.get(folded(text))) is None:
            raise Wrong("spend", value=text[:60], choices=choices)
        return found

    return read


def _category_reader() -> Reader:
    words = _categories()

    def read(text: str) -> list[int]:
        parts = [part for part in SEVERAL.split(text) if part]
        if unknown := [part for part in parts if folded(part) not in words]:
            raise Wrong("category", value=", ".join(unknown)[:200])
        return sorted({words[folded(part)] for part in parts})

    return read


# The words of this installation, each folded


def _in_every_language(choices: Sequence[tuple[str, Any]]) -> dict[str, str]:
    words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words |= {folded(str(label)): code for code, label in choices}
    return words | {folded(code): code for code, _label in choices}


def _countries() -> dict[str, str]:
    """Codes and names; the code NA is Namibia and no missing value (rules.md, section 11)."""
    rated = CountryValue.objects.order_by().values_list("country", flat=True).distinct()
    return {folded(code): code for code in rated} | _in_every_language(COUNTRIES)


def _languages() -> dict[str, str]:
    words = {folded(name): code for code, name in settings.LANGUAGES} | {folded(c): c for c, _n in settings.LANGUAGES}
    chinese = dict.fromkeys(["zh", "cn", "chinese", "中文", "汉语", "zh cn"], "zh-hans")
    return words | chinese | {"jp": "ja", "japanese": "ja", "日语": "ja", "english": "en", "英语": "en", "英文": "en"}


def _categories() -> dict[str, int]:
    words: dict[str, int] = {}
    for key, code, names in Category.objects.values_list("pk", "code", "name"):
        words |= {folded(text): key for text in names.values() if text}
        words[folded(code)] = key
    return words


def _owners() -> dict[str, list[int]]:
    """Everybody who is or was in charge, by email and by name; one name may be that of several."""
    people = User.objects.filter(Q(pk__in=possible_owners()) | Q(suppliers_in_care__isnull=False)).distinct()
    words: dict[str, list[int]] = {}
    for key, email, name, latin in people.values_list("pk", "email", "name", "name_latin"):
        for word in {folded(email), folded(name), folded(latin)} - {""}:
            words.setdefault(word, []).append(key)
    return words


def possible_owners() -> set[int]:
    """Who may be put in charge now."""
    roles = [Role.BUYER, Role.CSR_MANAGER]
    return set(User.objects.filter(groups__name__in=roles, is_active=True).values_list("pk", flat=True))


def kind_of(country: str) -> str:
    return KIND_BY_COUNTRY.get(country, RegistrationKind.OTHER)
