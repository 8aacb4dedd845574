"""The mailbox to which mail servers send their reports: IMAP or POP3, each with or without TLS.

`imaps://user:password@host/Folder` or `pop3s://user:password@host`; user and password percent-encoded. A message is
taken away only after it was worked on, so a crash reads it again. What is not a report stays, marked as read (IMAP),
or is taken away with the rest (POP3: the mailbox is for nothing else).
"""

import imaplib
import poplib
import ssl
from collections.abc import Callable
from urllib.parse import SplitResult, unquote, urlsplit

WAIT_SECONDS = 20
MOST = 200  # messages in one go; the next go takes the next ones
LARGEST = 2 * 1024 * 1024
SCHEMES = {"imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995}

# Works on one message; whether it was a report.
Work = Callable[[bytes], bool]


def read(address: str, work: Work) -> int:
    """Hand every new message to `work`; returns how many were reports. Raises OSError or the protocol's own error."""
    parts = urlsplit(address)
    return (_read_imap if parts.scheme.startswith("imap") else _read_pop)(parts, work)


def _read_imap(parts: SplitResult, work: Work) -> int:
    port = parts.port or SCHEMES[parts.scheme]
    box: imaplib.IMAP4
    if parts.scheme == "imaps":
        box = imaplib.IMAP4_SSL(
            parts.hostname or "", port, timeout=WAIT_SECONDS, ssl_context=ssl.create_default_context()
        )
    else:
        box = imaplib.IMAP4(parts.hostname or "", port, timeout=WAIT_SECONDS)
    with box:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.strip("/")) or "INBOX"
        if box.select(f'"{folder}"')[0] != "OK":
            raise OSError(f"There is no folder {folder}.")
        found = box.uid("SEARCH", "UNSEEN", "SMALLER", str(LARGEST))[1][0] or b""
        return sum(_work_on_uid(box, uid.decode(), work) for uid in found.split()[:MOST])


def _work_on_uid(box: imaplib.IMAP4, uid: str, work: Work) -> bool:
    """Fetched without marking; a report is deleted, anything else marked as read."""
    answer = box.uid("FETCH", uid, "(BODY.PEEK[])")[1]
    raw = next((item[1] for item in answer if isinstance(item, tuple)), b"")
    is_report = work(raw)
    box.uid("STORE", uid, "+FLAGS", r"(\Seen \Deleted)" if is_report else r"(\Seen)")
    if is_report:
        box.expunge()
    return is_report


def _read_pop(parts: SplitResult, work: Work) -> int:
    port, host = parts.port or SCHEMES[parts.scheme], parts.hostname or ""
    box: poplib.POP3
    if parts.scheme == "pop3s":
        box = poplib.POP3_SSL(host, port, timeout=WAIT_SECONDS, context=ssl.create_default_context())
    else:
        box = poplib.POP3(host, port, timeout=WAIT_SECONDS)
    number = 0
    try:
        box.user(unquote(parts.username or ""))
        box.pass_(unquote(parts.password or ""))
        for entry in box.list()[1][:MOST]:
            which, size = (int(word) for word in entry.split()[:2])
            if size <= LARGEST:
                number += work(b"\r\n".join(box.retr(which)[1]))
            box.dele(which)
    finally:
        box.quit()
    return number
