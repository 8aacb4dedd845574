"""Loads the demo company: its people and the first 60 suppliers; `--rest` later the other 300."""

import gc
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings

from csr_portal.core.jobs import done_here
from csr_portal.demo import company, relations
from suppliers.models import Supplier

# What the story needs at its moment. Everything else (certificates as PDF) waits for the real worker.
AT_ITS_MOMENT = (
    "core.mail_notice",
    "core.mail_notices",
    "agreements.present",
    "agreements.straighten",
    "agreements.seal",
    "agreements.mail_code",
    "suppliers.check_import",
)


class Command(BaseCommand):
    help = "Load the demo company into an empty database; --rest adds the other suppliers once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rest", action="store_true", help="the other 300 suppliers")

    def handle(self, *args: Any, rest: bool, **options: Any) -> None:
        known = Supplier.objects.count()
        if rest and known != relations.FIRST_PART:
            self.stdout.write("  nothing to add")
            return
        if known and not rest:
            raise CommandError("There are suppliers already; the demo company is loaded into an empty database only.")
        started = time.monotonic()
        gc.freeze()
        gc.set_threshold(100_000)
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"), done_here(*AT_ITS_MOMENT):
            tell = company.tell_rest if rest else company.tell_first
            tell(self.stdout.write)
        self.stdout.write(f"  loaded in {time.monotonic() - started:.0f} s")
