"""Drawn files are whole or not there; what a dead attempt left is removed by the next one."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from csr_portal.core import drawn_files


@pytest.fixture
def folder():
    """A folder of this test, empty afterwards."""
    name = f"drawn/{os.urandom(8).hex()}"
    yield name
    drawn_files.forget_others(name, set())


def drafts():
    return list(Path(default_storage.path(drawn_files.DRAFTS)).glob("*"))


def names_in(folder):
    return sorted(default_storage.listdir(folder)[1])


def test_file_is_kept_once_under_its_name(folder):
    path = f"{folder}/a.pdf"
    assert [drawn_files.keep(path, b"one"), drawn_files.keep(path, b"one")] == [path, path]
    with default_storage.open(path) as file:
        assert file.read() == b"one"
    assert (names_in(folder), drafts()) == (["a.pdf"], [])


def test_death_while_writing_leaves_no_half_file(folder, monkeypatch):
    def dies(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(drawn_files.os, "fsync", dies)
    with pytest.raises(KeyboardInterrupt):
        drawn_files.keep(f"{folder}/a.pdf", b"one")
    assert names_in(folder) == []
    assert len(drafts()) == 1
    assert drawn_files.clear_drafts() == 0  # it could be in work
    assert drawn_files.clear_drafts(timezone.now() + dt.timedelta(days=2)) == 1
    assert drafts() == []


class ObjectStore(Storage):
    """A store without folders of its own on this machine."""

    def __init__(self):
        self.kept = {}

    def exists(self, name):
        return name in self.kept

    def _save(self, name, content):
        self.kept[name] = content.read()
        return name


def test_object_store_keeps_the_file_itself(monkeypatch):
    storage = ObjectStore()
    assert drawn_files.keep("a/b.pdf", b"one", storage) == "a/b.pdf"
    assert storage.kept == {"a/b.pdf": b"one"}
    monkeypatch.setattr(drawn_files, "default_storage", storage)
    assert drawn_files.clear_drafts() == 0


def test_others_are_removed_and_what_the_row_names_stays(folder):
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        drawn_files.keep(f"{folder}/{name}", name.encode())
    assert sorted(drawn_files.forget_others(folder, {f"{folder}/b.pdf", ""})) == [f"{folder}/a.pdf", f"{folder}/c.pdf"]
    assert names_in(folder) == ["b.pdf"]
    assert drawn_files.forget_others(f"{folder}-none", set()) == []


def test_folder_of_another_object_is_left_alone(folder):
    default_storage.save(f"{folder}0/a.pdf", ContentFile(b"other"))
    drawn_files.keep(f"{folder}/a.pdf", b"own")
    drawn_files.forget_others(folder, set())
    assert names_in(f"{folder}0") == ["a.pdf"]
    drawn_files.forget_others(f"{folder}0", set())
