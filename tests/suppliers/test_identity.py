import pytest

from suppliers.identity import has_valid_check_digit, normalised, registration_key
from suppliers.states import RegistrationKind as Kind


@pytest.mark.parametrize(
    ("kind", "number", "fits"),
    [
        (Kind.USCC, "91350100M000100Y43", True),
        (Kind.USCC, "9135 0100 M000 100Y 43", True),
        (Kind.USCC, "91350100M000100Y44", False),
        (Kind.USCC, "91350100M000100Y4", False),
        (Kind.USCC, "91350100I000100Y43", False),
        (Kind.JP_CORPORATE, "7000012050002", True),
        (Kind.JP_CORPORATE, "７００００１２０５０００２", True),
        (Kind.JP_CORPORATE, "8000012050002", False),
        (Kind.JP_CORPORATE, "700001205000", False),
        (Kind.MST, "0100109106", True),
        (Kind.MST, "0100109106-001", True),
        (Kind.MST, "0100109107", False),
        (Kind.OTHER, "whatever", True),
        (Kind.VAT, "DE123456789", True),
    ],
)
def test_number_fits_its_check_digit(kind, number, fits):
    assert has_valid_check_digit(kind, number) is fits


def test_number_is_normalised():
    assert normalised("９１３５-0100 m000") == "91350100M000"


@pytest.mark.parametrize(
    ("country", "number", "key"), [("CN", "91 35-a", "CN:9135A"), ("DE", "HRB 1", "DE:HRB1"), ("CN", "  ", None)]
)
def test_company_is_known_by_country_and_number(country, number, key):
    assert registration_key(country, number) == key
