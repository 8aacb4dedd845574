"""The history as sentences: every app says in its `sentences.py` how its actions read; this collects them.

A key is model and action, `agreement.sign`; a value is a text, or (text, tone, icon). The text may name what the
entry's data holds: `%(version)s`.
"""

from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

APPS = ("core", "suppliers", "agreements", "audits", "training")


@cache
def all_sentences() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for label in APPS:
        package = apps.get_app_config(label).module
        if package and module_has_submodule(package, "sentences"):
            found |= import_module(f"{package.__name__}.sentences").SENTENCES
    return found
