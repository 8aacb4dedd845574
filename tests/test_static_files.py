"""Static files as a real installation serves them: hashed, with imports that lead somewhere."""

import re

import pytest
from django.core.management import call_command

from csr_portal.apps import StaticFiles

IMPORT = re.compile(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""")


@pytest.fixture
def collected(settings, tmp_path):
    """The scripts of the portal as collectstatic leaves them."""
    kept = {"BACKEND": "csr_portal.static_files.HashedFiles", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"staticfiles": kept}
    others = [*StaticFiles.ignore_patterns, "bootstrap*", "built", "admin"]
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=others)
    return tmp_path / "portal"


def test_every_module_that_a_script_imports_is_served_under_the_name_it_is_imported_by(collected):
    targets = {
        (path.name, name): (path.parent / name).is_file()
        for path in collected.glob("*.js")
        for name in IMPORT.findall(path.read_text("utf-8"))
    }
    assert len(targets) >= 5
    assert all(targets.values()), targets
