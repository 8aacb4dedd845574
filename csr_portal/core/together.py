"""Rows of several models as one list: core/lists.py filters, sorts, counts and pages them like one queryset.

The database merges: it is asked once for the places of the page, and once per model for the rows in them.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from django.db.models import CharField, F, OrderBy, Q, QuerySet, Value


class Together:
    """Querysets by their kind. A row carries its `kind` and its `place`, a number that it shares with no other row."""

    unique = "place"

    def __init__(self, parts: Sequence[QuerySet], order: Sequence[OrderBy] = (), most: int | None = None) -> None:
        self.parts, self.order, self.most = list(parts), order, most

    @classmethod
    def of(cls, rows: Mapping[str, QuerySet]) -> Self:
        return cls(
            [
                part.annotate(kind=Value(kind, CharField()), place=F("pk") * len(rows) + number)
                for number, (kind, part) in enumerate(rows.items())
            ]
        )

    @property
    def model(self) -> Any:
        """For the question whether the field that sorts may be empty: the parts have it alike."""
        return self.parts[0].model

    def filter(self, condition: Q) -> Self:
        return type(self)([part.filter(condition) for part in self.parts], self.order, self.most)

    def order_by(self, *order: OrderBy) -> Self:
        return type(self)(self.parts, order, self.most)

    def __getitem__(self, window: slice) -> Self:
        return type(self)(self.parts, self.order, window.stop)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows(list(self._places())))

    def iterator(self, chunk_size: int) -> Iterator[Any]:
        places = self._places().iterator(chunk_size)
        while chunk := list(itertools.islice(places, chunk_size)):
            yield from self._rows(chunk)

    def _places(self) -> QuerySet:
        """The places in order. A union sorts by what it selects, so the fields that sort are selected too."""
        terms: dict[str, Any] = {f"by_{number}": term for number, term in enumerate(self.order)}
        fields = {name: F(term.expression.name) for name, term in terms.items()}
        first, *others = [part.order_by().annotate(**fields).values_list("place", *fields) for part in self.parts]
        order = [f"-{name}" if term.descending else name for name, term in terms.items()]
        return first.union(*others, all=True).order_by(*order)[: self.most]

    def _rows(self, chosen: list[tuple]) -> list[Any]:
        places = [place for place, *_sorted_by in chosen]
        found: dict[int, Any] = {}
        for number, part in enumerate(self.parts):
            pks = [place // len(self.parts) for place in places if place % len(self.parts) == number]
            found |= {row.place: row for row in part.filter(pk__in=pks)}
        return [found[place] for place in places if place in found]
