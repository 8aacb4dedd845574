import pytest

from suppliers import defaults


@pytest.fixture
def house(db, gate_policy):
    """The shipped rules and categories: what an import looks words up in."""
    defaults.load(by=None)


@pytest.fixture
def at_work(django_capture_on_commit_callbacks):
    """Inside, jobs run right after their commit, as with a worker at hand."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture(autouse=True)
def own_anchor(settings, tmp_path):
    """The history's anchors of this test and of no other."""
    settings.DATA_DIR = tmp_path
