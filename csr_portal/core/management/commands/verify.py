"""`manage.py verify`: recomputes the whole history and says where it does not fit, if anywhere."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from csr_portal.core import history


class Command(BaseCommand):
    """Ends with 1 at the first entry that was changed, is missing, or differs from the anchor outside the database."""

    help = "Check the append-only history against its chain and against the anchor file."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = history.verify()
        if not verdict.is_intact:
            raise CommandError(
                f"{verdict.problem.capitalize()}: number {verdict.first_bad}, after {verdict.checked} intact ones.",
                returncode=1,
            )
        entries = "1 entry" if verdict.checked == 1 else f"{verdict.checked} entries"
        self.stdout.write(f"History intact: {entries} checked, anchors agree.")
