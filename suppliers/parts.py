"""What a merge of two suppliers does with each kind of row that belongs to a supplier (docs/decisions/0007-merging.md).

Each app says it for its own models in `merge_parts.py`; settings.MERGE_PARTS lists those. A kind of row that nobody
speaks for makes every merge impossible, and a test says so before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string


class Rule(Enum):
    """MOVES: filed under the survivor. WITH_SITE: goes where its site goes (without a site: moves).
    STAYS: signed, decided or sent in the old supplier's name; never touched, read from the survivor.
    """

    MOVES = "moves"
    WITH_SITE = "with_site"
    STAYS = "stays"


@dataclass(frozen=True)
class Part:
    """One kind of row: `only` these move, the others stay; so does a row whose `once` values the survivor has.

    `blocks`: rows that have to be brought to an end by people before the merge; `url_name` opens one of them.
    """

    model: str
    rule: Rule
    only: Q = field(default_factory=Q)
    once: tuple[str, ...] = ()
    blocks: Q | None = None
    url_name: str = ""

    @property
    def rows(self) -> Any:
        return apps.get_model(self.model)._base_manager

    @property
    def label(self) -> str:
        name = str(apps.get_model(self.model)._meta.verbose_name_plural)
        return name[:1].upper() + name[1:]


def all_parts() -> Iterator[Part]:
    for path in settings.MERGE_PARTS:
        yield from import_string(path)
