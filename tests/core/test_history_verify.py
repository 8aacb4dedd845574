"""`manage.py verify`: what an auditor sees of the history's chain."""

import pytest
from django.core.management import CommandError, call_command

from csr_portal.core import history
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
