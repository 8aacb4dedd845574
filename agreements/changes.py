"""What a version changes against another, clause by clause and word by word, in one language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from csr_portal.core.translated import in_language

# A word, a run of spaces, or one sign: Chinese and Japanese are compared sign by sign.
TOKENS = re.compile(r"[A-Za-z0-9\u00c0-\u024f’'-]+|\s+|.", re.DOTALL)
ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"
Part = tuple[str, str]


@dataclass(frozen=True)
class ClauseChange:
    """One clause of the newer version, or one that it no longer has. `is_moved`: it stands in another place."""

    key: str
    kind: str
    position: int
    title: list[Part]
    text: list[Part]
    is_moved: bool = False


def changed_words(old: str, new: str) -> list[Part]:
    """The new text with what went and what came: (same | removed | added, words)."""
    before, after = TOKENS.findall(old), TOKENS.findall(new)
    parts: list[Part] = []
    for kind, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append((SAME, "".join(after[k:m])))
            continue
        if j > i:
            parts.append((REMOVED, "".join(before[i:j])))
        if m > k:
            parts.append((ADDED, "".join(after[k:m])))
    return parts


def compare(older: Any, newer: Any, language: str) -> list[ClauseChange]:
    """All clauses of the newer version in their order, then those that are gone. Clauses are known by their key."""
    old, new = {c.key: c for c in older.clauses.all()}, {c.key: c for c in newer.clauses.all()}
    moved = _moved([key for key in old if key in new], [key for key in new if key in old])
    changes = [_change(old.get(key), clause, language, key in moved) for key, clause in new.items()]
    gone = [
        ClauseChange(key, REMOVED, clause.position, *_all(clause, REMOVED, language))
        for key, clause in old.items()
        if key not in new
    ]
    return changes + gone


def differences(older: Any, newer: Any, language: str) -> list[ClauseChange]:
    """Only what is not the same; a changed preamble comes first."""
    words = changed_words(in_language(older.intro, language), in_language(newer.intro, language))
    intro = [ClauseChange("", CHANGED, 0, [], words)] if any(kind != SAME for kind, _words in words) else []
    return intro + [c for c in compare(older, newer, language) if c.kind != SAME or c.is_moved]


def _change(old: Any, new: Any, language: str, is_moved: bool) -> ClauseChange:
    if old is None:
        return ClauseChange(new.key, ADDED, new.position, *_all(new, ADDED, language))
    title = changed_words(in_language(old.title, language), in_language(new.title, language))
    text = changed_words(in_language(old.text, language), in_language(new.text, language))
    kind = CHANGED if any(part != SAME for part, _words in [*title, *text]) else SAME
    return ClauseChange(new.key, kind, new.position, title, text, is_moved)


def _all(clause: Any, kind: str, language: str) -> tuple[list[Part], list[Part]]:
    return [(kind, in_language(clause.title, language))], [(kind, in_language(clause.text, language))]


def _moved(old: list[str], new: Iterable[str]) -> set[str]:
    """Clauses that left their place among the others; the longest row that kept its order stays."""
    after = list(new)
    blocks = SequenceMatcher(a=old, b=after, autojunk=False).get_matching_blocks()
    kept = {key for block in blocks for key in old[block.a : block.a + block.size]}
    return set(after) - kept
