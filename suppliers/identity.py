"""Who is who: registration numbers, normalised and checked by their check digits.

A wrong digit is a warning, not a wall.
"""

import re
import unicodedata
from functools import lru_cache
from operator import mul

from suppliers.states import RegistrationKind

USCC_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_VALUES = {digit: value for value, digit in enumerate(USCC_DIGITS)}
NOT_IN_A_NUMBER = re.compile(r"[^0-9A-Z]")
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
MST_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)

KIND_BY_COUNTRY = {
    "CN": RegistrationKind.USCC,
    "JP": RegistrationKind.JP_CORPORATE,
    "VN": RegistrationKind.MST,
} | dict.fromkeys(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ],
    RegistrationKind.VAT,
)


@lru_cache(maxsize=4096)  # a line of an import asks several times for the same number
def normalised(number: str) -> str:
    """Full-width to half-width, upper case, letters and digits only."""
    return NOT_IN_A_NUMBER.sub("", unicodedata.normalize("NFKC", number).upper())


def registration_key(country: str, number: str) -> str | None:
    """What makes a company the same company (B13): country and normalised number; nothing without a number."""
    return f"{country}:{text}" if (text := normalised(number)) else None


def has_valid_check_digit(kind: str, number: str) -> bool:
    """Whether the number fits its own check digit; numbers without one always do."""
    text = normalised(number)
    match kind:
        case RegistrationKind.USCC:
            return _uscc_fits(text)
        case RegistrationKind.JP_CORPORATE:
            return _japanese_fits(text)
        case RegistrationKind.MST:
            return _vietnamese_fits(text)
        case _:
            return True


def _uscc_fits(text: str) -> bool:
    """GB 32100-2015: 18 characters, weights modulo 31."""
    if len(text) != 18 or not USCC_VALUES.keys() >= set(text):
        return False
    total = sum(map(mul, map(USCC_VALUES.__getitem__, text), USCC_WEIGHTS))
    return USCC_DIGITS[(31 - total % 31) % 31] == text[-1]


def _japanese_fits(text: str) -> bool:
    """法人番号: 13 digits, the first is 9 − (weighted sum of the others mod 9)."""
    if not re.fullmatch(r"\d{13}", text):
        return False
    total = sum(int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(text[1:])))
    return int(text[0]) == 9 - total % 9


def _vietnamese_fits(text: str) -> bool:
    """Mã số thuế: 10 digits (13 for a branch), the tenth is 10 − (weighted sum mod 11)."""
    if not re.fullmatch(r"\d{10}(\d{3})?", text):
        return False
    return int(text[9]) == 10 - sum(int(d) * w for d, w in zip(text, MST_WEIGHTS, strict=False)) % 11
