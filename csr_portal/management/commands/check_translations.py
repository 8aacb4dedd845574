"""`manage.py check_translations`: every marked string is in every catalogue, translated and not merely guessed."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale

NOT_OURS = shutil.ignore_patterns(".*", "var", "node_modules", "__pycache__", "tests", "docs", "*.mo", "*.sqlite3")

SHOWN = 40


class Command(BaseCommand):
    help = "Fail when a string is missing from a catalogue, untranslated or fuzzy."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        locales = [to_locale(code) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / "copy"
            shutil.copytree(settings.BASE_DIR, copy, ignore=NOT_OURS, symlinks=True)
            (copy / "locale").mkdir(exist_ok=True)
            chosen = [word for locale in locales for word in ("--locale", locale)]
            _run([sys.executable, "manage.py", "makemessages", *chosen, "--no-location", "--no-wrap"], copy)
            wrong = {locale: open_strings(copy / "locale" / locale / "LC_MESSAGES" / "django.po") for locale in locales}
        for locale, strings in wrong.items():
            self.stdout.write(f"{locale}: {len(strings)} missing")
            for string in strings[:SHOWN]:
                self.stdout.write(f"    {string}")
        if any(wrong.values()):
            raise CommandError("The catalogues are not complete.")


def open_strings(catalogue: Path) -> list[str]:
    """The strings without a translation, or with one that gettext guessed from a similar string."""
    strings = []
    for choice in ("--untranslated", "--only-fuzzy"):
        listing = _run(["msgattrib", choice, "--no-obsolete", "--no-wrap", "--no-location", str(catalogue)])
        entries = listing.split("\n\n")[1:]  # the first is the catalogue's head
        strings += [line for entry in entries for line in entry.splitlines() if line.startswith("msgid ")]
    return strings


def _run(command: list[str], folder: Path | None = None) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        raise CommandError(f"{' '.join(command[:3])} failed:\n{result.stderr[-2000:]}")
    return result.stdout
