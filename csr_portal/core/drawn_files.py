"""Files that the product draws: kept whole or not at all, under a name made from their hash, once.

The file comes before the row that names it. A process that dies in between leaves a file that no row names; whoever
does the work again removes it with `forget_others`.
"""

import datetime as dt
import os
import uuid
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

DRAFTS = ".drafts"
DRAFT_DAYS = 1


def keep(path: str, data: bytes, storage: Any = default_storage) -> str:
    """Keep the bytes under `path` and return the name. The same bytes again change nothing."""
    if storage.exists(path):
        return path
    try:
        place = Path(storage.path(path))
    except NotImplementedError:  # an object store takes a file whole or not at all
        return storage.save(path, ContentFile(data))
    draft = Path(storage.path(f"{DRAFTS}/{uuid.uuid4().hex}"))
    for folder in (draft.parent, place.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    _remember_folder(place.parent)
    return path


def forget_others(folder: str, names: set[str], storage: Any = default_storage) -> list[str]:
    """Remove what lies in the folder of one object and is not named by its row; return the names."""
    if not storage.exists(folder):
        return []
    others = [f"{folder}/{name}" for name in storage.listdir(folder)[1] if f"{folder}/{name}" not in names]
    for name in others:
        storage.delete(name)
    return others


def clear_drafts(now: dt.datetime | None = None) -> int:
    """Remove drafts of processes that died while writing; return how many."""
    oldest = (now or timezone.now()) - dt.timedelta(days=DRAFT_DAYS)
    try:
        folder = Path(default_storage.path(DRAFTS))
    except NotImplementedError:
        return 0
    old = [path for path in folder.glob("*") if path.stat().st_mtime < oldest.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _remember_folder(folder: Path) -> None:
    """A new name survives a power cut only when its folder has reached the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
