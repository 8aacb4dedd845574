"""Delivery status notifications (RFC 3464): which of our mails, to whom, and what the mail server said. Pure."""

import email
import email.policy
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from typing import Any

from django.conf import settings

HEADER = "X-Notice"
MARK = re.compile(r"\b(\d{1,18})\.([0-9a-f]{32})\b")


@dataclass(frozen=True)
class Bounce:
    """One recipient that was not reached; `notice` is proven by the mark that only we can make."""

    notice: int
    recipient: str
    reason: str


def mark(notice_id: int) -> str:
    """What every mail carries, so that a report proves which notice it is about: nobody can invent one."""
    return f"{notice_id}.{_mac(notice_id, settings.SECRET_KEY)}"


def notice_of(text: str) -> int | None:
    """The notice of a mark found anywhere in the text; nothing if it is not ours."""
    for number, mac in MARK.findall(text):
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        if any(hmac.compare_digest(mac, _mac(int(number), key)) for key in keys):
            return int(number)
    return None


def _mac(notice_id: int, key: str) -> str:
    return hmac.new(key.encode(), f"core.notice:{notice_id}".encode(), "sha256").hexdigest()[:32]


def bounces_in(raw: bytes) -> list[Bounce]:
    """The recipients that a report gives up on. A delay is no failure; what is no report about our mail is nothing."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if message.get_content_type() != "multipart/report":
        return []
    parts = [part for part in message.walk() if isinstance(part, EmailMessage)]
    notice = next((found for part in parts if (found := _notice_in(part)) is not None), None)
    if notice is None:
        return []
    return [
        Bounce(notice, recipient, reason)
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for recipient, reason in _failures(part)
    ]


def _notice_in(part: EmailMessage) -> int | None:
    """From the returned headers of our mail, be they a message or a piece of text."""
    if part.get(HEADER):
        return notice_of(str(part[HEADER]))
    if part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
        return notice_of(_text(part))
    return None


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(part.get_payload())


def _failures(part: Message) -> Iterator[tuple[str, str]]:
    """Each block of fields after the first is one recipient."""
    blocks: Any = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if str(block.get("Action", "")).strip().lower() == "failed":
            recipient = _after_type(block.get("Original-Recipient") or block.get("Final-Recipient"))
            words = _after_type(block.get("Diagnostic-Code")) or str(block.get("Status", "")).strip()
            if recipient:
                yield recipient.lower(), " ".join(words.replace("\0", "").split())[:300]


def _after_type(field: Any) -> str:
    """`rfc822; somebody@example.com` → the address; `smtp; 550 …` → the words."""
    return str(field or "").partition(";")[2].strip().strip("<>")
