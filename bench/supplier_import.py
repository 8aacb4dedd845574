"""An XLSX of N suppliers imported on PostgreSQL: check, import, the same file again, undo; seconds and peak memory,

against a bare reading by calamine and COPY of the same rows into the same table, indexes and all, in the same run.

    bench/supplier_import.py [N]
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stack

HEAD = [
    "supplier number", "name", "name in Latin letters", "country", "registration number", "province or state", "city",
    "address", "phone", "contact to invite", "email of the contact to invite", "categories", "spend", "language",
]  # fmt: skip
WRONG_EVERY = 500  # a line in so many has no contact


def main(number: int = 100_000) -> None:
    name, broker = stack.prepare("csr_portal_bench_import")
    path = Path(os.environ["DATA_DIR"], "suppliers.xlsx")
    try:
        _write(path, number)
        print(f"{number:,} lines, {len(HEAD)} columns, {path.stat().st_size / 1024**2:.1f} MB")
        bare = _in_a_process("bare", path)
        _say("calamine + COPY", bare)
        full = _in_a_process("product", path)
        for label in ("check", "import", "rate", "check again", "undo"):
            print(f"  {label:<24}{full[label]:>8.1f} s")
        full["seconds"] = full["check"] + full["import"]
        _say("check and import", full)
        print(f"times calamine + COPY: ×{full['seconds'] / bare['seconds']:.2f} (goal 2)")
        own = full["peak"] - full["start"]
        print(f"peak memory: {full['peak']:.0f} MB (goal 250), {own:.0f} MB of it for the import")
        print(f"counts {full['counts']}, again {full['again']}, history {full['history']}")
    finally:
        stack.clear(name, broker)


def _say(label: str, found: dict[str, Any]) -> None:
    print(f"{label:<26}{found['seconds']:>8.1f} s{found['peak']:>8.0f} MB at most")


def _in_a_process(part: str, path: Path) -> dict[str, Any]:
    """Each part in a process of its own, so that its peak of memory is its own."""
    command = [sys.executable, __file__, part, str(path)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])  # noqa: S603


def _write(path: Path, number: int) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, line in enumerate(_lines(number)):
            sheet.write_row(place, 0, line)


def _lines(number: int) -> Iterator[list[str]]:
    from suppliers.identity import USCC_DIGITS, USCC_WEIGHTS

    dice = random.Random(7)
    yield HEAD
    for place in range(number):
        city = dice.choice(stack.PLACES)
        body = f"91{dice.randrange(110000, 659999)}{place:09d}"
        total = sum(USCC_DIGITS.index(c) * w for c, w in zip(body, USCC_WEIGHTS, strict=True))
        yield [
            f"V-{place:06d}", f"{city}{dice.choice(stack.NAMES)}{dice.choice(stack.TRADES)}有限公司{place}",
            f"Supplier {place:06d} Manufacturing Co., Ltd.", "CN", body + USCC_DIGITS[(31 - total % 31) % 31],
            "广东", city, f"长安镇振安路{dice.randrange(1, 400)}号", f"+86 769 8{place:07d}", "刘敏",
            "" if place % WRONG_EVERY == 0 else f"liu{place}@supplier{place % 977}.example",
            dice.choice(["metal", "plastics", "wire-harness; electronics", "包装"]), "minor", "zh-hans",
        ]  # fmt: skip


# The parts


def bare(path: Path) -> dict[str, Any]:
    """What nobody can do without: read the file, and write the same rows into the table with all its indexes.

    What the search looks into is part of the rows and half of the database's work; it is put together before the clock.
    """
    import psycopg
    from django.db import connection
    from django.utils import timezone

    from csr_portal.core.models import User
    from csr_portal.core.states import Turn
    from suppliers import standing
    from suppliers.models import Supplier
    from suppliers.querysets import search_text
    from suppliers.states import RegistrationKind, SupplierStatus

    owner = User.objects.create_user("owner@example.com", name="Owner")
    fields = [f for f in Supplier._meta.concrete_fields if not f.primary_key]
    same = {f.attname: f.get_default() for f in fields} | {"owner_id": owner.pk, "created_at": timezone.now()}
    names = ["number", "name", "name_latin", "country", "registration_number", "region", "city", "address", "phone"]
    names += ["contact_name", "contact_email", "registration_key", "search_text"]
    same |= standing.of_newcomers() | {"status": SupplierStatus.LISTED, "turn": Turn.BUYER}
    same |= {"registration_kind": RegistrationKind.USCC}
    rest = {name: value for name, value in same.items() if name not in names}
    columns = ", ".join(f.column for n in [*names, *rest] for f in fields if f.attname == n)
    searched = [search_text(name, latin, number, key) for number, name, latin, _, key, *_ in _read(path)]
    start = time.perf_counter()
    with (
        psycopg.connect(os.environ["DATABASE_URL"]) as server,
        server.cursor() as cursor,
        cursor.copy(f"COPY suppliers_supplier ({columns}) FROM STDIN") as copy,
    ):
        tail = tuple(rest.values())
        for line, text in zip(_read(path), searched, strict=True):
            copy.write_row((*line[:11], f"CN:{line[4]}", text, *tail))
    seconds = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE suppliers_supplier CASCADE")
    return {"seconds": seconds, "peak": _peak()}


def _read(path: Path) -> Iterator[list[Any]]:
    from python_calamine import CalamineWorkbook

    lines = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
    next(lines)
    return lines


def product(path: Path) -> dict[str, Any]:
    """As the workers do it, one job after the other, in one process; but only what the import needs is loaded in it.

    People have no password here: making one takes 100 MB, which would pass for the import's own.
    """
    from django.contrib.auth.models import Group
    from django.core.files import File

    from csr_portal import celery
    from csr_portal.core import history, jobs
    from csr_portal.core.models import User
    from suppliers.imports import applying, checking, following, undoing, workflow

    buyer = User.objects.create_user("buyer@example.com", name="Buyer")
    buyer.groups.add(Group.objects.get(name="buyer"))
    celery.spare_the_collector()
    found: dict[str, Any] = {"start": _peak()}

    def upload() -> Any:
        with path.open("rb") as file:
            imported = workflow.upload(File(file, path.name), by=buyer)  # type: ignore[arg-type]
        workflow.check(imported, by=buyer)
        return imported

    def timed(label: str, work: Callable[[int], None], imported: Any) -> None:
        start = time.perf_counter()
        work(imported.pk)
        found[label] = time.perf_counter() - start
        imported.refresh_from_db()

    with jobs.done_here():  # no job but those called below
        first = upload()
        timed("check", checking.check, first)
        workflow.apply(first, by=buyer, plan=workflow.plan_key(first))
        timed("import", applying.apply, first)
        found |= {"counts": first.counts, "peak": _peak()}
        timed("rate", following.follow, first)
        again = upload()
        timed("check again", checking.check, again)
        found["again"] = again.counts
        workflow.undo(first, by=buyer, reason="Measured")
        timed("undo", undoing.undo, first)
    history.seal()
    verdict = history.verify()
    found["history"] = f"{verdict.checked:,} entries, {'intact' if verdict.is_intact else verdict.problem}"
    return found


def _peak() -> float:
    """MB of this process at its highest; `getrusage` would count the process that started it, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] in (["bare"], ["product"]):
        sys.path.insert(0, str(stack.ROOT))
        import django

        django.setup()
        print(json.dumps({"bare": bare, "product": product}[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main(*map(int, sys.argv[1:]))
