import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from csr_portal.core import history
from csr_portal.core.models import ChainHead, HistoryEntry
from csr_portal.core.workflow import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_anchor(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def chain(acme):
    for number in range(1, 6):
        history.record(acme, f"test.{number}", by=SYSTEM, data={"value": "消防"})
    history.seal()


def unlocked(*statements):
    """Do what somebody with full rights on the database could do: take the triggers away first."""
    with connection.cursor() as cursor:
        on_table = " ON core_historyentry" if connection.vendor == "postgresql" else ""
        for trigger in ("history_no_delete", "history_no_update"):
            cursor.execute(f"DROP TRIGGER {trigger}{on_table}")
        for statement in statements:
            cursor.execute(statement)


def test_seal_chains_entries_and_moves_the_head(chain):
    assert history.verify() == history.Verdict(5)
    assert history.head() == (5, HistoryEntry.objects.get(sequence=5).hash)
    assert history.seal() == 0


def test_recording_seals_after_the_commit(acme, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        history.record(acme, "test.first", by=SYSTEM)
        history.record(acme, "test.second", by=SYSTEM)
    assert len(callbacks) == 1
    assert history.verify() == history.Verdict(2)


@pytest.mark.parametrize(
    ("damage", "first_bad"),
    [
        ("UPDATE core_historyentry SET reason = 'x' WHERE sequence = 3", 3),
        ("DELETE FROM core_historyentry WHERE sequence = 3", 3),
        ("DELETE FROM core_historyentry WHERE sequence > 3", 4),
        ("UPDATE core_historyentry SET sequence = 99 WHERE sequence = 2", 2),
    ],
)
def test_verify_names_the_first_bad_entry(chain, damage, first_bad):
    unlocked(damage)
    assert history.verify().first_bad == first_bad


def test_verify_notices_newest_entries_gone_together_with_the_head(chain):
    unlocked("DELETE FROM core_historyentry WHERE sequence > 3")
    newest = HistoryEntry.objects.get(sequence=3)
    ChainHead.objects.update(count=3, hash=newest.hash)
    assert history.verify() == history.Verdict(3, 4, "newest entries are missing")


def test_verify_notices_a_whole_chain_written_anew(chain, acme):
    unlocked("DELETE FROM core_historyentry")
    ChainHead.objects.update(count=0, hash=history.FIRST_HASH)
    history.record(acme, "test.other", by=SYSTEM)
    history.seal()
    assert not history.verify().is_intact


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_historyentry SET reason = 'x' WHERE sequence = 1",
        "DELETE FROM core_historyentry WHERE sequence = 1",
    ],
)
def test_database_refuses_to_change_or_delete_history(chain, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert history.verify() == history.Verdict(5)


def test_models_refuse_to_delete_history(chain):
    with pytest.raises(ValidationError):
        HistoryEntry.objects.first().delete()
    with pytest.raises(TypeError):
        HistoryEntry.objects.all().delete()
