"""Suppliers by the numbers that other systems and people know them by: ours, or the registration number."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from suppliers.identity import normalised, registration_key
from suppliers.models import Supplier

AT_ONCE = 100


def find_all(suppliers: QuerySet, numbers: Sequence[str]) -> dict[str, Supplier]:
    """Who is meant by each number, ours before a registration number, `CN:…` or without the country.

    What is not among `suppliers`, or fits several, is left out. Two queries for every hundred numbers.
    """
    found: dict[str, Supplier] = {}
    for start in range(0, len(numbers), AT_ONCE):
        found |= _found(suppliers, numbers[start : start + AT_ONCE])
    return found


def _found(suppliers: QuerySet, numbers: Sequence[str]) -> dict[str, Supplier]:
    own = {supplier.number: supplier for supplier in suppliers.filter(number__in=numbers)}
    others = [number for number in numbers if number not in own and normalised(number)]
    condition = Q(pk__in=())
    for number in others:
        condition |= _registered_as(number)
    by_key = list(suppliers.filter(condition)) if others else []
    for number in others:
        fitting = [supplier for supplier in by_key if _is_registered_as(supplier, number)]
        if len(fitting) == 1:
            own[number] = fitting[0]
    return own


def _registered_as(number: str) -> Q:
    country, _colon, rest = number.partition(":")
    if rest:
        return Q(registration_key=registration_key(country.strip().upper(), rest))
    return Q(registration_key__endswith=f":{normalised(number)}")


def _is_registered_as(supplier: Supplier, number: str) -> bool:
    key = supplier.registration_key or ""
    country, _colon, rest = number.partition(":")
    if rest:
        return key == registration_key(country.strip().upper(), rest)
    return key.endswith(f":{normalised(number)}")
