"""An entry of the history as a sentence in the reader's language, with its tone and icon.

The sentences are said by each app in `sentences.py`; settings.HISTORY_SENTENCES names who collects them.
"""

import datetime as dt
import re
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string

from csr_portal.core import badges, dates
from csr_portal.core.translated import in_language


class _Values(dict):
    """What an entry has kept, as the reader reads it: days in their way, texts in their language."""

    def __getitem__(self, key: str) -> Any:
        value = self.get(key, "–")
        if isinstance(value, dict):
            return in_language(value)
        return dates.day_text(dt.date.fromisoformat(value)) if is_day(value) else value


def is_day(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def told(entry: Any, sentences: dict[str, Any]) -> dict[str, Any]:
    """An entry with its sentence, tone and icon. A sentence is a text or (text, tone, icon)."""
    kind = entry.subject_type.rpartition(".")[2]
    known = sentences.get(f"{kind}.{entry.action}") or sentences.get(entry.action)
    text, tone, icon_name = known if isinstance(known, tuple) else (known, "", "")
    domain = DOMAINS.get(kind, kind)
    look = badges.badge(domain, entry.to_status) if entry.to_status and domain in badges.BADGES else None
    if text is None:
        text = look.label if look else entry.action.replace("_", " ").capitalize()
    values = _Values(entry.data, reason=entry.reason, by=entry.by_name)
    return {
        "text": str(text) % values if "%(" in str(text) else text,
        "tone": tone or (look.tone if look else "neutral"),
        "icon": icon_name or (look.icon if look else "circle-dot"),
        "entry": entry,
    }


# Model names whose states stand in the badge table under another name.
DOMAINS = {
    "selfinspection": "self_inspection",
    "sitereview": "site_review",
    "sitereviewplan": "plan",
    "enrolment": "training",
    "joinrequest": "join",
    "acknowledgement": "guideline",
    "duplicatepair": "duplicate",
}


def sentence(entry: Any) -> str:
    """The words alone, as exports write them."""
    return str(told(entry, import_string(settings.HISTORY_SENTENCES)())["text"])


def status_words(entry: Any, code: str) -> str:
    """A status of the entry's object in the reader's language; a code that its model no longer knows stays a code."""
    try:
        row: Any = apps.get_model(entry.subject_type)(status=code)
        return str(row.get_status_display()) if code else ""
    except (LookupError, TypeError, AttributeError, ValueError):
        return code


def kind_name(code: str) -> str:
    """What an entry is about: the name of the model, “Corrective action”, in the reader's language."""
    try:
        name = str(apps.get_model(code)._meta.verbose_name)
    except (LookupError, ValueError):
        return code
    return name[:1].upper() + name[1:]


def codes(entry: Any) -> str:
    """For programs: step, status before and status after, always three parts; no translation changes it."""
    return f"{entry.action}:{entry.from_status}:{entry.to_status}"
