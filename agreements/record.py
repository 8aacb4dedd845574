"""The evidence record of a signature in words: what pages and PDFs say about each of its events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from agreements.models import Agreement, SignatureEvent
from agreements.states import READABLE, Cover, EventKind
from csr_portal.core.translated import in_language

SENT_BACK = (EventKind.CHOP_REFUSED, EventKind.RESERVATION_REFUSED, EventKind.OWN_CODE_REFUSED)


@dataclass(frozen=True)
class Line:
    """One event, and what there is to say about it besides who, when and from where."""

    event: SignatureEvent
    details: list[str]


def record_lines(agreement: Agreement, language: str | None = None) -> list[Line]:
    rows = agreement.events.select_related("link", "agreement__version")
    with override(language or get_language()):
        return [Line(event, list(_details(event))) for event in rows]


def sent_back(agreement: Agreement) -> SignatureEvent | None:
    """What the company did not accept, while the supplier has yet to answer it."""
    return each_sent_back([agreement]).get(agreement.pk)


def each_sent_back(agreements: Iterable[Agreement]) -> dict[int, SignatureEvent]:
    """The same for many, by agreement, in one query."""
    waiting = [agreement.pk for agreement in agreements if agreement.status in READABLE]
    events = SignatureEvent.objects.filter(agreement__in=waiting, kind__in=SENT_BACK) if waiting else []
    return {event.agreement_id: event for event in events}


def reserved_then(refusal: SignatureEvent | None) -> list[dict[str, Any]]:
    """The reservations that were refused; the agreement itself no longer has them."""
    if refusal is None or refusal.kind != EventKind.RESERVATION_REFUSED:
        return []
    before = refusal.agreement.events.filter(kind=EventKind.RESERVED, pk__lt=refusal.pk).last()
    return before.data.get("reservations", []) if before else []


def _details(event: SignatureEvent) -> Iterator[str]:
    """In the reader's language; what people wrote stays as they wrote it."""
    if event.link and event.kind in (EventKind.LINK_SENT, EventKind.CODE_SENT):
        yield from _delivery(event)
    if event.authority:
        yield event.authority
    if event.consent_version:
        yield _("Consent %(version)s") % {"version": event.consent_version}
    if language := dict(settings.LANGUAGES).get(event.data.get("text_language", "")):
        yield _("Text shown in %(language)s") % {"language": language}
    yield from _clauses(event)
    if reason := event.data.get("reason"):
        yield _("Reason: %(reason)s") % {"reason": reason}
    yield from _files(event)


def _delivery(event: SignatureEvent) -> Iterator[str]:
    link = event.link
    if link and event.kind == EventKind.LINK_SENT:
        yield _("for %(name)s, %(title)s") % {"name": link.name, "title": link.title}
    if link:
        yield link.get_delivery_display()


def _clauses(event: SignatureEvent) -> Iterator[str]:
    """Clauses that were refused, reserved, or not covered by the supplier's own code."""
    if event.kind == EventKind.DECLINED:
        yield from (_clause(clause.position, clause.title) for clause in event.clauses_named)
    for item in event.data.get("reservations", []):
        yield _clause(item["position"], item["title"], item["text"])
    if event.kind in (EventKind.OWN_CODE_ACCEPTED, EventKind.OWN_CODE_REFUSED):
        lines = event.data.get("clauses", [])
        missing = [_clause(line["position"], line["title"]) for line in lines if line["cover"] == Cover.NOT_COVERED]
        yield from (_("Not covered: %(clause)s") % {"clause": clause} for clause in missing)


def _clause(position: int, title: dict[str, str], text: str = "") -> str:
    heading = f"{position}. {in_language(title)}"
    return _("%(clause)s: %(text)s") % {"clause": heading, "text": text} if text else heading


def _files(event: SignatureEvent) -> Iterator[str]:
    if event.kind == EventKind.OWN_CODE_OFFERED:
        yield event.data.get("file", "")
        yield f"SHA-256 {event.text_sha256}"
    yield from (f"SHA-256 {digest}" for digest in event.data.get("scans_sha256", []))
