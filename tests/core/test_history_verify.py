"""`manage.py verify`: what an auditor sees of the history's chain."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from csr_portal.core import history
from csr_portal.core.models import HistoryEntry
from csr_portal.core.workflow import SYSTEM
from tests.core.test_history import unlocked

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_anchor(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def chain(acme):
    for number in range(1, 6):
        history.record(acme, f"test.{number}", by=SYSTEM)
    history.seal()


def test_verify_command_counts_what_it_checked(chain, capsys):
    call_command("verify")
    assert capsys.readouterr().out == "History intact: 5 entries checked, anchors agree.\n"


def test_verify_command_is_content_with_an_empty_history(capsys):
    call_command("verify")
    assert capsys.readouterr().out == "History intact: 0 entries checked, anchors agree.\n"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            "UPDATE core_historyentry SET reason = 'x' WHERE sequence = 3",
            "Entry was changed: number 3, after 2 intact ones.",
        ),
        ("DELETE FROM core_historyentry WHERE sequence = 3", "Entry is missing: number 3, after 2 intact ones."),
        (
            "DELETE FROM core_historyentry WHERE sequence > 3",
            "Newest entries are missing: number 4, after 3 intact ones.",
        ),
    ],
)
def test_verify_command_names_the_first_bad_entry_and_fails(chain, damage, words):
    unlocked(damage)
    with pytest.raises(CommandError) as failure:
        call_command("verify")
    assert (str(failure.value), failure.value.returncode) == (words, 1)


def insert(sequence):
    """A further row of the table with this number, made of the newest one."""
    names = [field.column for field in HistoryEntry._meta.fields if field.column not in ("id", "sequence")]
    copied = ", ".join(names)
    rows = f"INSERT INTO core_historyentry (id, sequence, {copied}) SELECT 999999, {sequence}, {copied} "
    unlocked(
        f"UPDATE core_historyentry SET sequence = sequence + 100 WHERE sequence >= {sequence}",  # noqa: S608
        f"{rows} FROM core_historyentry ORDER BY id DESC LIMIT 1",
        "UPDATE core_historyentry SET sequence = sequence - 99 WHERE sequence > 100",
    )


@pytest.mark.parametrize("sequence", [1, 3, 5, 6])
def test_verify_command_names_an_inserted_entry(chain, sequence):
    insert(sequence)
    with pytest.raises(CommandError) as failure:
        call_command("verify")
    assert str(failure.value) == f"Entry was changed: number {sequence}, after {sequence - 1} intact ones."


def test_verify_command_names_an_entry_that_was_inserted_at_the_end_with_a_right_hash(chain):
    newest = HistoryEntry.objects.get(sequence=5)
    insert(6)
    entry = HistoryEntry.objects.get(sequence=6)
    digest = history.entry_hash(entry, newest.hash, 6)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_historyentry SET previous_hash = %s, hash = %s WHERE sequence = 6", [newest.hash, digest]
        )
    with pytest.raises(CommandError, match="Entry was inserted: number 6, after 5 intact ones."):
        call_command("verify")
