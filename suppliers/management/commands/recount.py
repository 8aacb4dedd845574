"""Compares what stands on the supplier rows with the facts of the other apps."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from suppliers import standing
from suppliers.models import Supplier


class Command(BaseCommand):
    help = "Compare the standing of every supplier with the facts; with --fix write what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="write the right values")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for pk in Supplier.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000):
            with transaction.atomic():
                supplier = Supplier.objects.select_for_update().get(pk=pk)
                differing = {
                    name: (getattr(supplier, name), value)
                    for name, value in standing.facts(supplier).items()
                    if getattr(supplier, name) != value
                }
                if differing and options["fix"]:
                    standing.refresh(supplier)
            if differing:
                wrong += 1
                told = ", ".join(f"{name}: {old!r} → {new!r}" for name, (old, new) in differing.items())
                self.stdout.write(f"{supplier.number}: {told}")
        if wrong and not options["fix"]:
            raise CommandError(f"{wrong} suppliers differ; run with --fix to write the facts.")
        self.stdout.write(f"{wrong} suppliers corrected." if wrong else "Everything agrees.")
