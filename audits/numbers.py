"""Running numbers of a year: R-2026-001, F-2026-001. Two people at once get two numbers."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import IntegrityError, models, transaction

M = TypeVar("M", bound=models.Model)
ATTEMPTS = 5


def create_numbered(model: type[M], prefix: str, year: int, **fields: object) -> M:
    """Create the row with the next free number; where somebody else was faster, with the one after it."""
    start = f"{prefix}-{year}-"
    for attempt in range(ATTEMPTS):
        next_free = max((int(number.removeprefix(start)) for number in used_numbers(model, start)), default=0) + 1
        try:
            with transaction.atomic():
                return model._default_manager.create(number=f"{start}{next_free:03d}", **fields)
        except IntegrityError:
            taken = model._default_manager.filter(number=f"{start}{next_free:03d}").exists()
            if not taken or attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("not reached")


def used_numbers(model: type[models.Model], start: str) -> Iterable[str]:
    return model._default_manager.filter(number__startswith=start).values_list("number", flat=True)
