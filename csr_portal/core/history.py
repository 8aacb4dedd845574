"""The append-only history: record an entry, seal entries into one hash chain, anchor its head, verify all of it.

An entry is written in the transaction of what it tells of and sealed right after the commit, so that the chain
needs no lock inside business transactions (docs/decisions/0004-history.md). A line with the number and hash of the
newest entry goes to a file outside the database, because a chain alone does not notice that its newest rows are gone.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from csr_portal.core.bulk import BATCH, LOADED_TOGETHER, batches, load, reserve_keys
from csr_portal.core.models import ChainHead, HistoryEntry, User

FIRST_HASH = "0" * 64
_CANONICAL = DjangoJSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Verdict:
    """What verification found. `first_bad` is the sequence number of the first entry that does not fit."""

    checked: int
    first_bad: int | None = None
    problem: str = ""

    @property
    def is_intact(self) -> bool:
        return self.first_bad is None


def record(
    subject: models.Model,
    action: str,
    *,
    by: Any,
    reason: str = "",
    data: dict[str, Any] | None = None,
    from_status: str = "",
    to_status: str = "",
) -> HistoryEntry:
    """Write one entry about `subject` in the current transaction; it is sealed after the commit."""
    entry = _entry(subject, data or {}, by, action=action, reason=reason, from_status=from_status, to_status=to_status)
    entry.save(force_insert=True)
    _seal_once_after_commit()
    return entry


def record_each(
    told: Iterable[tuple[models.Model, dict[str, Any]]], action: str, *, by: Any, to_status: str = ""
) -> None:
    """The same entry about several objects, `(subject, data)` each, in one query; sealed after the commit."""
    entries = [_entry(subject, data, by, action=action, to_status=to_status) for subject, data in told]
    HistoryEntry.objects.bulk_create(entries, batch_size=BATCH)
    _seal_once_after_commit()


def _entry(subject: models.Model, data: dict[str, Any], by: Any, **fields: str) -> HistoryEntry:
    person = by if isinstance(by, User) else None
    return HistoryEntry(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        thread=getattr(subject, "history_thread", ""),
        by=person,
        by_name=str(person) if person else by.name,
        data=json.loads(json.dumps(data, cls=DjangoJSONEncoder)),
        **fields,
    )


_is_sealing_late: ContextVar[bool] = ContextVar("sealing late", default=False)


@contextmanager
def sealed_at_the_end() -> Iterator[None]:
    """For loads of very many entries: seal once at the end, not after every commit. If it breaks, the sweeper seals."""
    token = _is_sealing_late.set(True)
    try:
        yield
    finally:
        _is_sealing_late.reset(token)
        seal()


def _seal_once_after_commit() -> None:
    if _is_sealing_late.get():
        return
    connection = transaction.get_connection()
    if not any(call[1] is seal for call in connection.run_on_commit):
        transaction.on_commit(seal, robust=True)


Told = tuple[int, str, dict[str, Any]]


def record_many(
    kind: type[models.Model],
    told: Iterable[Told],
    action: str,
    *,
    by: Any,
    reason: str = "",
    from_status: str = "",
    to_status: str = "",
) -> int:
    """The same entry about very many objects, `(pk, thread, data)` each, sealed as it is written; return how many.

    Call it as the last act of a transaction: the chain stays locked to its end (docs/decisions/0004-history.md).
    """
    person, now = (by if isinstance(by, User) else None), timezone.now()
    by_id, by_name = (person.pk if person else None), (str(person) if person else by.name)
    label, at = kind._meta.label_lower, _moment(now)
    chain, _ = ChainHead.objects.select_for_update().get_or_create(pk=1, defaults={"hash": FIRST_HASH})
    count, first = chain.count, chain.count
    previous = chain.hash

    def rows(batch: list[Told], keys: list[int]) -> Iterator[tuple[Any, ...]]:
        nonlocal count, previous
        for key, (pk, thread, data) in zip(keys, batch, strict=True):
            count += 1
            content = [count, previous, key, label, pk, thread, action, from_status, to_status, by_id, by_name, reason]
            digest = _digest([*content, data, at])
            yield key, pk, thread, data, count, previous, digest
            previous = digest

    same: dict[str, Any] = {"subject_type": label, "action": action, "from_status": from_status, "to_status": to_status}
    same |= {"by_id": by_id, "by_name": by_name, "reason": reason, "at": now}
    names = ("id", "subject_id", "thread", "data", "sequence", "previous_hash", "hash")
    for batch in batches(told, LOADED_TOGETHER):
        load(HistoryEntry, names, rows(batch, reserve_keys(HistoryEntry, len(batch))), **same)
    if count > first:
        chain.count, chain.hash = count, previous
        chain.save()
        transaction.on_commit(lambda: _append_anchor(count, previous), robust=True)
    return count - first


def entry_hash(entry: HistoryEntry, previous_hash: str, sequence: int) -> str:
    """SHA-256 over the entry's whole content, its number and the hash before it (R-SIG-3)."""
    content = [
        sequence,
        previous_hash,
        entry.pk,
        entry.subject_type,
        entry.subject_id,
        entry.thread,
        entry.action,
        entry.from_status,
        entry.to_status,
        entry.by_id,
        entry.by_name,
        entry.reason,
        entry.data,
        _moment(entry.at),
    ]
    return _digest(content)


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _digest(content: list[Any]) -> str:
    return hashlib.sha256(_CANONICAL.encode(content).encode()).hexdigest()


def seal() -> int:
    """Chain all entries that are not sealed yet, move the head and anchor it; return how many. Safe to run twice."""
    with transaction.atomic():
        head, _ = ChainHead.objects.select_for_update().get_or_create(pk=1, defaults={"hash": FIRST_HASH})
        entries = list(HistoryEntry.objects.unsealed())
        for entry in entries:
            entry.sequence = head.count + 1
            entry.previous_hash = head.hash
            entry.hash = entry_hash(entry, head.hash, entry.sequence)
            head.count, head.hash = entry.sequence, entry.hash
        HistoryEntry.objects.bulk_update(entries, ["sequence", "previous_hash", "hash"], batch_size=500)
        if entries:
            head.save()
            _append_anchor(head.count, head.hash)
    return len(entries)


def verify() -> Verdict:
    """Recompute the whole chain and compare it with the head and with every anchor line."""
    previous, count = FIRST_HASH, 0
    anchors = dict(_anchors())
    for entry in HistoryEntry.objects.sealed().iterator(chunk_size=2000):
        count += 1
        if entry.sequence != count:
            return Verdict(count - 1, count, "entry is missing")
        if entry.previous_hash != previous or entry.hash != entry_hash(entry, previous, count):
            return Verdict(count - 1, count, "entry was changed")
        if anchors.get(count, entry.hash) != entry.hash:
            return Verdict(count - 1, count, "entry differs from the anchor")
        previous = entry.hash
    last = head()[0]
    if max([*anchors, last]) > count:
        return Verdict(count, count + 1, "newest entries are missing")
    if last < count:
        return Verdict(last, last + 1, "entry was inserted")
    return Verdict(count)


def verify_threads(threads: Iterable[str]) -> Verdict:
    """Recompute every entry of these threads, look at the entry before each, at the anchors and at the whole number.

    Quick enough for a page; only `verify` reads the chain from its beginning.
    """
    entries = list(HistoryEntry.objects.of_threads(threads).sealed())
    before = [entry.sequence - 1 for entry in entries if entry.sequence]
    hashes = dict(HistoryEntry.objects.filter(sequence__in=before).values_list("sequence", "hash")) | {0: FIRST_HASH}
    anchors = dict(_anchors())
    for number, entry in enumerate(entries):
        sequence = entry.sequence or 0
        if entry.hash != entry_hash(entry, entry.previous_hash, sequence):
            return Verdict(number, sequence, "entry was changed")
        if hashes.get(sequence - 1) != entry.previous_hash:
            return Verdict(number, sequence, "entry is missing")
        if anchors.get(sequence, entry.hash) != entry.hash:
            return Verdict(number, sequence, "entry differs from the anchor")
    count = HistoryEntry.objects.sealed().count()
    newest = max([*anchors, ChainHead.objects.values_list("count", flat=True).first() or 0])
    return Verdict(len(entries)) if newest == count else Verdict(len(entries), count + 1, "newest entries are missing")


def head() -> tuple[int, str]:
    """Number and hash of the newest sealed entry, as printed into sealed PDFs."""
    return ChainHead.objects.values_list("count", "hash").first() or (0, FIRST_HASH)


def anchor_path() -> Path:
    return settings.DATA_DIR / "anchors" / "history.log"


def _append_anchor(count: int, head_hash: str) -> None:
    """Append one signed line and flush it to the disk before the transaction commits.

    A line of a transaction that then fails is replaced by the next line with the same number.
    """
    path = anchor_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(f"{count} {head_hash} {_anchor_mac(count, head_hash)}\n")
        file.flush()
        os.fsync(file.fileno())


def _anchors() -> Iterator[tuple[int, str]]:
    if not anchor_path().exists():
        return
    for line in anchor_path().read_text("ascii").splitlines():
        count, head_hash, mac = line.split()
        if hmac.compare_digest(mac, _anchor_mac(int(count), head_hash)):
            yield int(count), head_hash


def _anchor_mac(count: int, head_hash: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{count} {head_hash}".encode(), "sha256").hexdigest()
