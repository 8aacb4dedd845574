"""Loads what the product ships as editable data: policies, standards, questionnaires, texts, courses."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

import agreements.defaults
import audits.defaults
import suppliers.defaults
import training.defaults


class Command(BaseCommand):
    help = "Load the default policies, standards, questionnaires, texts and courses. Existing rows stay as they are."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for app in (suppliers, agreements, audits, training):
            app.defaults.load(by=None)
            self.stdout.write(f"  {app.__name__}")
