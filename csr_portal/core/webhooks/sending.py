"""One POST to a webhook's address: to the checked IP, without redirects, within limits of time and size."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from csr_portal.core.webhooks.addresses import AddressRefused, Target, resolve

WAIT_SECONDS = 10  # for the connection, and for each piece of the answer
TOTAL_SECONDS = 20
MAX_ANSWER = 64 * 1024
KEPT_OF_ANSWER = 1000


@dataclass(frozen=True)
class Answer:
    """What came back. Without a code there was no answer, and `error` says why."""

    code: int | None
    text: str = ""
    error: str = ""
    milliseconds: int = 0

    @property
    def is_success(self) -> bool:
        return self.code is not None and 200 <= self.code < 300


def post(address: str, body: str, headers: Mapping[str, str]) -> Answer:
    """Send once. Never raises for what the other side does; a redirect is an answer like any other, not followed."""
    started = time.monotonic()
    code, text, error = None, "", ""
    try:
        code, text = _exchange(resolve(address), body.encode(), headers)
    except AddressRefused as refused:
        error = str(refused)
    except TimeoutError:
        error = _("No answer in time.")
    except (OSError, http.client.HTTPException, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"[:300]
    return Answer(code, text, error, int((time.monotonic() - started) * 1000))


def _exchange(target: Target, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    sock = _connected(target)
    is_late = threading.Event()
    timer = threading.Timer(TOTAL_SECONDS, _cut, (sock, is_late))
    timer.start()
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.host, target.port, timeout=WAIT_SECONDS)
    connection.sock = sock
    try:
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        text = response.read(MAX_ANSWER).decode("utf-8", "replace").replace("\0", "")
        if is_late.is_set():  # cut in the middle of what looks like a whole answer
            raise TimeoutError
    except (OSError, http.client.HTTPException) as error:
        raise (TimeoutError() if is_late.is_set() else error) from error
    finally:
        timer.cancel()
        connection.close()
    return response.status, text[:KEPT_OF_ANSWER]


def _connected(target: Target) -> socket.socket:
    """A connection to the checked IP; the certificate is that of the name."""
    plain = socket.create_connection((target.ip, target.port), timeout=WAIT_SECONDS)
    if target.scheme != "https":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    except OSError:
        plain.close()
        raise


def _cut(sock: socket.socket, is_late: threading.Event) -> None:
    """End an exchange that drips on: every read on this socket returns at once."""
    is_late.set()
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:  # it has just ended by itself
        return
