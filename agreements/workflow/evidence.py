"""The evidence record of a signature: one row per fact, written once (R-SIG-3)."""

from dataclasses import dataclass
from typing import Any

from agreements.models import Agreement, SignatureEvent, SigningLink
from agreements.states import Party


@dataclass(frozen=True)
class Trace:
    """From where somebody acted."""

    ip: str | None = None
    user_agent: str = ""


def keep_event(
    agreement: Agreement, kind: str, *, link: SigningLink | None = None, party: str = Party.SUPPLIER, name: str = "",
    name_latin: str = "", title: str = "", trace: Trace | None = None, **more: Any,
) -> SignatureEvent:  # fmt: skip
    trace = trace or Trace()
    return SignatureEvent.objects.create(
        agreement=agreement, link=link, party=party, kind=kind, actor_name=name, actor_name_latin=name_latin,
        actor_title=title, ip=trace.ip, user_agent=trace.user_agent[:300], **more,
    )  # fmt: skip


def note_event(link: SigningLink, kind: str, *, trace: Trace | None = None, **more: Any) -> None:
    """A step of the signatory that changes no status (named themselves, read to the end)."""
    keep_event(link.agreement, kind, link=link, trace=trace, **more)
