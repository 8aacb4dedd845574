"""Every action that the history keeps reads as a sentence in the reader's language, in every app."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from csr_portal.core.workflow import Step
from csr_portal.sentences import all_sentences

BASE = Path(settings.BASE_DIR)
APPS = ["csr_portal", "suppliers", "agreements", "audits", "training"]
RECORDING = {"record": 1, "record_many": 2, "move": 2}  # function of core → place of the action among its arguments
ACTION = re.compile(r"[a-z_]+(\.[a-z_]+)?")


def modules():
    for app in APPS:
        for path in sorted((BASE / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, ".".join(path.relative_to(BASE).with_suffix("").parts).removesuffix(".__init__")


def recorded():
    """The actions that stand as texts in calls of the history."""
    found = set()
    for path, _module in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            place = RECORDING.get(getattr(node.func, "attr", getattr(node.func, "id", "")))
            if place is not None and len(node.args) > place:
                found |= {
                    part.value
                    for part in ast.walk(node.args[place])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and ACTION.fullmatch(part.value)
                }
    return found


def steps():
    """The names of all steps of all workflows."""
    found = set()
    for path, module in modules():
        if "Step(" in path.read_text():
            for table in vars(import_module(module)).values():
                if isinstance(table, dict):
                    found |= {name for name, step in table.items() if isinstance(step, Step)}
    return found


def test_every_action_has_a_sentence():
    sentences = all_sentences()
    known = set(sentences) | {key.partition(".")[2] for key in sentences}
    actions = recorded() | steps()
    assert len(actions) > 150
    assert sorted(actions - known) == []


@pytest.mark.parametrize("language", ["zh-hans", "ja"])
def test_every_sentence_is_said_in_the_language(language):
    with override(language):
        texts = {key: str(value[0] if isinstance(value, tuple) else value) for key, value in all_sentences().items()}
    bare = {key: re.sub(r"%\(\w+\)s", "", text) for key, text in texts.items()}
    assert sorted(key for key, text in bare.items() if re.search("[A-Za-z]", text) and text.isascii()) == []
