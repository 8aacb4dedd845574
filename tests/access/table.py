"""How a route is declared for the matrix: who may open it, and how to build its address."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

STAFF = frozenset({"buyer", "csr_manager", "auditor", "training_coordinator", "administrator"})
PROCUREMENT = frozenset({"buyer", "csr_manager"})
SUPPLIER = frozenset({"alice", "bob"})
SUPPLIER_ADMIN = frozenset({"alice"})
EVERYBODY = STAFF | SUPPLIER | {"mallory"}
ANYBODY = EVERYBODY | {"anonymous"}


@dataclass(frozen=True)
class Route:
    """`allowed`: who gets in (2xx, 3xx, or 4xx about the content). Everybody else is refused: anonymous people are
    sent to the log-in, others get 403; people of another supplier (`mallory`) get `foreign` (404 for Acme's objects).

    `arguments(world)` gives the address's arguments; `world` is the fixture with one object of each kind, all Acme's.
    """

    allowed: frozenset[str]
    arguments: Callable[[Any], dict[str, Any]] = field(default=lambda world: {})
    method: str = "get"
    foreign: int | None = None
