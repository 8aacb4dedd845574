"""How alike two suppliers are: the keys under which they may meet, and the points with their reasons. Pure.

Two companies are compared only when they share a key; so 20,000 suppliers need no 200 million comparisons.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from suppliers.identity import has_valid_check_digit, normalised
from suppliers.states import RegistrationKind

SUSPECTED_FROM = 40
LIKELY_FROM = 70
ALIKE = 0.85
TELLING = 4  # so many characters of a name in its own script say who it is
POINTS = {
    "number": 60,
    "name": 40,
    "name_alike": 25,
    "latin": 30,
    "latin_alike": 20,
    "address": 30,
    "phone": 15,
    "website": 15,
    "other_country": -20,
    "other_number": -45,
}
LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限責任公司|有限公司|株式会社|有限会社|合同会社|\(株\)|\(有\)|주식회사"
    r"|công ty|trách nhiệm hữu hạn|cổ phần|tnhh)"
)
LEGAL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "co company corp corporation inc incorporated ltd limited llc plc gmbh ag kg bv nv sa srl spa kk pte pvt sdn "
        "bhd jsc oy ab as and the of cty tnhh",
    )
)
PLACES = re.compile(r"^(.{2,3}省)?(.{2,3}[市県])?")
HAS_OWN_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for or against: its code (`POINTS`), the points, and what stands on either side."""

    code: str
    points: int
    left: str
    right: str


@dataclass(frozen=True)
class Likeness:
    score: int
    reasons: list[Reason]

    @property
    def is_suspicious(self) -> bool:
        return self.score >= SUSPECTED_FROM


@dataclass(frozen=True)
class Company:
    """What of a supplier is compared."""

    pk: int
    name: str
    name_latin: str = ""
    country: str = ""
    registration_kind: str = RegistrationKind.OTHER
    registration_number: str = ""
    address: str = ""
    phone: str = ""
    website: str = ""
    keys: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", frozenset(_keys(self)))

    @cached_property
    def own_name(self) -> str:
        return own_name(self.name) if HAS_OWN_SCRIPT.search(self.name) else ""

    @cached_property
    def latin_words(self) -> tuple[str, ...]:
        """The words of the Latin name, wherever it was written."""
        return latin_words(self.name_latin or ("" if self.own_name else self.name))

    @cached_property
    def core(self) -> str:
        """The own name without the province and city before it."""
        return PLACES.sub("", self.own_name)

    @cached_property
    def latin_pairs(self) -> frozenset[str]:
        return _pairs("".join(self.latin_words))

    @cached_property
    def number(self) -> str:
        """The number that stays the same however it is written: a Chinese credit code holds the older
        organisation code (characters 9 to 17), a European VAT number begins with its country.
        """
        text = normalised(self.registration_number)
        if self.country == "CN" and len(text) == 18:
            return text[8:17]
        return text.removeprefix(self.country) if self.registration_kind == RegistrationKind.VAT else text

    @cached_property
    def full_address(self) -> str:
        text = re.sub(r"[\W_]", "", _folded(self.address))
        return text if len(text) >= 8 else ""

    @cached_property
    def last_digits(self) -> str:
        digits = re.sub(r"\D", "", _folded(self.phone))
        return digits[-8:] if len(digits) >= 8 else ""

    @cached_property
    def domain(self) -> str:
        host = urlsplit(self.website.lower()).hostname or ""
        return host.removeprefix("www.")


def own_name(name: str) -> str:
    """A name in its own script without legal form, brackets and signs."""
    text = LEGAL_FORMS.sub("", _folded(name))
    return re.sub(r"[\W_]", "", text)


def latin_words(name: str) -> tuple[str, ...]:
    """A Latin name as its telling words, in alphabetical order."""
    text = LEGAL_FORMS.sub(" ", _folded(name))
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).replace("đ", "d")
    words = re.findall(r"[a-z0-9]+", text.replace("'", "").replace(".", ""))
    return tuple(sorted({word for word in words if word not in LEGAL_WORDS}))


def compare(left: Company, right: Company) -> Likeness:
    """The points for everything that is the same or alike, less what speaks against it; at most 100, at least 0."""
    reasons = [reason for reason in _reasons(left, right) if reason]
    score = sum(reason.points for reason in reasons)
    return Likeness(max(0, min(100, score)), reasons)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def _keys(company: Company) -> Iterator[str]:
    """Equal values meet always; single words and pairs of characters meet only when they are rare."""
    exact = {
        "number": company.number,
        "name": company.own_name,
        "latin": " ".join(company.latin_words),
        "address": company.full_address,
        "phone": company.last_digits,
        "website": company.domain,
    }
    yield from (f"{kind}:{value}"[:120] for kind, value in exact.items() if value)
    yield from (f"word:{word}"[:120] for word in company.latin_words if len(word) > 3)
    yield from (f"pair:{pair}" for pair in _pairs(company.core))


def _reasons(left: Company, right: Company) -> Iterator[Reason | None]:
    yield _same("number", left.number, right.number, left.registration_number, right.registration_number)
    yield _own_name_reason(left, right)
    yield _latin_name_reason(left, right)
    yield _same("address", left.full_address, right.full_address, left.address, right.address)
    yield _same("phone", left.last_digits, right.last_digits, left.phone, right.phone)
    yield _same("website", left.domain, right.domain, left.website, right.website)
    if left.country != right.country:
        yield Reason("other_country", POINTS["other_country"], left.country, right.country)
    if _are_two_entities(left, right):
        yield Reason("other_number", POINTS["other_number"], left.registration_number, right.registration_number)


def _same(code: str, left: str, right: str, left_text: str, right_text: str) -> Reason | None:
    return Reason(code, POINTS[code], left_text, right_text) if left and left == right else None


def _own_name_reason(left: Company, right: Company) -> Reason | None:
    """Chinese and Japanese names share place and trade; so alike is only what begins or ends with the other's core."""
    if reason := _same("name", left.own_name, right.own_name, left.name, right.name):
        return reason
    short, long = sorted([left.core, right.core], key=len)
    if len(short) >= TELLING and (long.startswith(short) or long.endswith(short)):
        return Reason("name_alike", POINTS["name_alike"], left.name, right.name)
    return None


def _latin_name_reason(left: Company, right: Company) -> Reason | None:
    texts = (left.name_latin or left.name, right.name_latin or right.name)
    if left.latin_words and left.latin_words == right.latin_words:
        return Reason("latin", POINTS["latin"], *texts)
    both = len(left.latin_pairs) + len(right.latin_pairs)
    if both and 2 * len(left.latin_pairs & right.latin_pairs) / both >= ALIKE:
        return Reason("latin_alike", POINTS["latin_alike"], *texts)
    return None


def _are_two_entities(left: Company, right: Company) -> bool:
    """Two numbers of the same register, both with a check digit that fits: two legal entities, say sisters."""
    return bool(
        left.number
        and right.number
        and left.number != right.number
        and left.registration_kind == right.registration_kind != RegistrationKind.OTHER
        and has_valid_check_digit(left.registration_kind, left.registration_number)
        and has_valid_check_digit(right.registration_kind, right.registration_number)
    )
