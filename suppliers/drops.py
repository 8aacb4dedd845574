"""Every night a CSV with the gate's answer for every supplier, for systems that fetch files (docs/purchasing.md).

The file comes under a temporary name, is flushed, and is then renamed: a reader sees the whole file or none. The
manifest, written last in the same way, names every file with its SHA-256; who reads only what it names is always right.
"""

import csv
import datetime as dt
import hashlib
import io
import json
import os
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation

from csr_portal.core.jobs import job
from csr_portal.core.lists import formula_safe
from csr_portal.core.models import Organisation, User
from csr_portal.core.roles import Role, has_role
from csr_portal.core.states import ReportStatus
from csr_portal.core.timezones import today
from suppliers import gates, purchasing
from suppliers.models import GateDrop, Supplier
from suppliers.states import Segment

ROLES = (Role.ADMINISTRATOR, Role.CSR_MANAGER)
MANIFEST = "manifest.json"
COLUMNS = (
    "number", "registration_number", "country", "name", "name_latin", "status", "segment", "answer", "until",
    "reasons", "reasons_text", "policy", "day", "category", "site", "site_name", "clearance",
)  # fmt: skip
BATCH = 200


def folder() -> Path:
    return settings.PURCHASING_DROP_DIR


def nightly(day: dt.date | None = None) -> None:
    """Ask for the day's file once; the hourly schedule may come as often as it likes."""
    day = day or today()
    if not GateDrop.objects.filter(day=day).exists():
        request(day)


def run_now(*, by: User, day: dt.date | None = None) -> GateDrop:
    """Make today's file again, now: administrators and CSR managers."""
    if not has_role(by, *ROLES):
        raise PermissionDenied
    return request(day or today(), by=by)


@transaction.atomic
def request(day: dt.date, by: User | None = None) -> GateDrop:
    """The row of the day, queued again; one that is being written is left to its writer."""
    drop, _is_new = GateDrop.objects.select_for_update().get_or_create(day=day, defaults={"requested_by": by})
    now = timezone.now()
    values: dict[str, Any] = {"status": ReportStatus.QUEUED, "requested_by": by, "requested_at": now, "error": ""}
    GateDrop.objects.filter(pk=drop.pk).update(**values, progress=0)
    write_drop.enqueue(drop.pk, key=f"{drop.pk}:{now.isoformat()}")
    drop.refresh_from_db()
    return drop


@job("suppliers.write_drop", time_limit=1800)
def write_drop(drop_id: int) -> None:
    """Write the file, then the row, then the manifest; old files go last. Run twice, it writes the same file again."""
    drop = GateDrop.objects.get(pk=drop_id)
    GateDrop.objects.filter(pk=drop_id).update(status=ReportStatus.RUNNING)
    name = f"gates-{drop.day}.csv"
    try:
        with translation.override(Organisation.current().language):
            rows, size, digest = _write_csv(folder() / name, drop)
    except Exception as error:
        GateDrop.objects.filter(pk=drop_id).update(status=ReportStatus.FAILED, error=f"{error}"[:300])
        raise
    GateDrop.objects.filter(pk=drop_id).update(
        status=ReportStatus.READY, file_name=name, rows=rows, size=size, sha256=digest, error="", progress=100,
        finished_at=timezone.now(),
    )  # fmt: skip
    _forget_old(drop.day)
    write_manifest()


def _write_csv(path: Path, drop: GateDrop) -> tuple[int, int, str]:
    """Rows, bytes and SHA-256 of the file, which is there only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    digest, size, rows = hashlib.sha256(), 0, 0
    try:
        with temporary.open("wb") as file:
            for number, line in enumerate(_lines(drop)):
                data = (b"\xef\xbb\xbf" if number == 0 else b"") + line
                file.write(data)
                digest.update(data)
                size, rows = size + len(data), number
            file.flush()
            os.fsync(file.fileno())
        _rename(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return rows, size, digest.hexdigest()


def _lines(drop: GateDrop) -> Iterator[bytes]:
    """Head; then per supplier and segment a line for the whole, and one for each category and site with a status of
    its own; in the order of the numbers. As many queries for two hundred suppliers as for one.
    """
    yield _line(COLUMNS)
    policy = gates.current_policy()
    suppliers = Supplier.objects.order_by("number")
    total = suppliers.count()
    rows = suppliers.iterator(chunk_size=BATCH)
    for place, piece in enumerate(iter(lambda: list(islice(rows, BATCH)), [])):
        GateDrop.objects.filter(pk=drop.pk).update(progress=99 * place * BATCH // total)
        desk = purchasing.Desk(piece, drop.day, policy)
        for supplier, segment in product(piece, Segment.values):
            answer = desk.ask(supplier, segment)
            yield _line(_cells(supplier, answer))
            for part in answer.clearances:
                yield _line(_cells(supplier, answer, part))


def _cells(
    supplier: Supplier, answer: purchasing.Answer, part: purchasing.ScopedAnswer | None = None
) -> tuple[Any, ...]:
    verdict = part or answer
    return (
        supplier.number, supplier.registration_number, supplier.country, supplier.name, supplier.name_latin,
        supplier.status, answer.segment, verdict.answer, verdict.until or "",
        " ".join(reason.code for reason in verdict.reasons),
        "; ".join(f"{reason.title}: {reason.text}" for reason in verdict.reasons),
        answer.policy, answer.day,
        *((part.category or "", part.site or "", part.site_name, part.status) if part else [""] * 4),
    )  # fmt: skip


def _line(cells: tuple[Any, ...]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(formula_safe(cell) if isinstance(cell, str) else cell for cell in cells)
    return buffer.getvalue().encode()


def _rename(temporary: Path, path: Path) -> None:
    """Replace at once, and make the folder remember it through a power cut."""
    temporary.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget_old(day: dt.date) -> None:
    """Files and rows older than PURCHASING_DROP_DAYS."""
    old = GateDrop.objects.filter(day__lte=day - dt.timedelta(days=settings.PURCHASING_DROP_DAYS))
    for drop in old.exclude(file_name=""):
        (folder() / drop.file_name).unlink(missing_ok=True)
    old.delete()


def write_manifest() -> None:
    """What lies in the folder, newest first: name, day, rows, bytes, SHA-256, when it was made."""
    ready = GateDrop.objects.filter(status=ReportStatus.READY)
    files = [
        {
            "name": drop.file_name,
            "day": drop.day.isoformat(),
            "rows": drop.rows,
            "bytes": drop.size,
            "sha256": drop.sha256,
            "made_at": drop.finished_at.isoformat() if drop.finished_at else "",
        }
        for drop in ready
    ]
    temporary = folder() / f".{MANIFEST}.{os.getpid()}.part"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({"version": 1, "files": files}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    _rename(temporary, folder() / MANIFEST)
