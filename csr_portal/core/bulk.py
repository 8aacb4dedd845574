"""Very many rows at once: keys reserved beforehand, plain tuples straight into the table, no instance made of any.

PostgreSQL gets them by COPY, SQLite by one prepared statement. Nothing of a model's `save()` happens here: who calls
gives every value that does not come from the field's default.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone
from psycopg.copy import QueuedLibpqWriter

T = TypeVar("T")
BATCH = 2000
LOADED_TOGETHER = 5000  # rows of one `load`, where there are very many
PIECE = 500  # rows that are sent together
_JSON = DjangoJSONEncoder(ensure_ascii=False).encode
_NESTED = (dict, list)
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class Among(models.Lookup):
    """`number__among=[…]` asks what `__in` asks, with one parameter where PostgreSQL takes an array."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, params = self.process_lhs(compiler, connection)
        values = list(self.rhs)
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s)", [*params, values]
        marks = ", ".join(["%s"] * len(values)) or "NULL"
        return f"{left} IN ({marks})", [*params, *values]


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def reserve_keys(model: type[models.Model], count: int) -> list[int]:
    """Primary keys nobody else will get; a key that is never used leaves a gap, nothing more."""
    if not count:
        return []
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            own = "SELECT pg_get_serial_sequence(%s, 'id')::regclass"  # as a query of its own it is asked once
            cursor.execute(f"SELECT nextval(({own})) FROM generate_series(1, %s)", [table, count])  # noqa: S608
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone()
        return list(range(last - count + 1, last + 1))


def load(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]], **same: Any) -> int:
    """Insert rows given as tuples in the order of `names` (attribute names: `owner_id`); return how many.

    `same` are values that every row has; fields named nowhere get their default. `rows` must not ask the database.
    """
    constants = _defaults(model, {*names, *same}) | same
    columns = [_column(model, name) for name in [*names, *constants]]
    table, tail = model._meta.db_table, list(constants.values())
    quoted = ", ".join(connection.ops.quote_name(name) for name in columns)
    if connection.vendor == "postgresql":
        return _copy(f"COPY {connection.ops.quote_name(table)} ({quoted}) FROM STDIN", rows, tail)
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES ({marks})"  # noqa: S608 names of ours
    return _execute(statement, ([*map(_sqlite, row), *map(_sqlite, tail)] for row in rows))


def rewrite(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write the named values of rows that exist; each tuple ends with the primary key. Returns how many."""
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(_column(model, name))} = %s" for name in names)
    statement = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE id = %s"  # noqa: S608 names of ours
    adapt: Callable[[Any], Any] = _sqlite if connection.vendor == "sqlite" else _plain
    return _execute(statement, ([adapt(value) for value in row] for row in rows))


def _column(model: type[models.Model], name: str) -> str:
    return next(str(f.column) for f in model._meta.concrete_fields if f.attname == name)


def _defaults(model: type[models.Model], given: set[str]) -> dict[str, Any]:
    fields = [f for f in model._meta.concrete_fields if f.attname not in given and not f.primary_key]
    return {f.attname: timezone.now() if getattr(f, "auto_now_add", False) else f.get_default() for f in fields}


def _copy(statement: str, rows: Iterable[Sequence[Any]], tail: Sequence[Any]) -> int:
    ending = "".join(f"\t{_copied(value)}" for value in tail) + "\n"
    count = 0
    with connection.wrap_database_errors, connection.cursor() as cursor:
        inner = cursor.cursor  # Django's wrapper takes no writer
        # A thread of its own sends: the database stores while we put the next rows together.
        with inner.copy(statement, writer=QueuedLibpqWriter(inner)) as copy:
            for piece in batches(rows, PIECE):
                copy.write("".join(["\t".join(map(_copied, row)) + ending for row in piece]))
                count += len(piece)
    return count


def _execute(statement: str, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with connection.cursor() as cursor:
        for batch in batches(rows):
            cursor.executemany(statement, batch)
            count += len(batch)
    return count


def _plain(value: Any) -> Any:
    if isinstance(value, _NESTED):
        return _JSON(value) if value else str(value)  # an empty one reads the same in JSON
    return value


def _copied(value: Any) -> str:
    """The value in PostgreSQL's text format of COPY."""
    kind = type(value)
    if kind is str:
        return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPED)
    if value is None:
        return "\\N"
    if kind is int:
        return str(value)
    if kind is bool:
        return "t" if value else "f"
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return _copied(str(_plain(value)))


def _sqlite(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, dt.datetime) else _plain(value)
