"""The secret of a webhook and the signature made with it (docs/webhooks.md tells receivers how to check it)."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

HEADER = "CSR-Portal-Signature"
# How old a signature may be for a receiver; documented, and checked by `is_genuine`.
TOLERANCE_SECONDS = 300


def new_secret() -> str:
    """256 random bits, readable as text."""
    return f"whs_{secrets.token_urlsafe(32)}"


def encrypted(secret: str) -> str:
    """How it is kept: a copy of the database alone signs nothing."""
    return _box().encrypt(secret.encode()).decode()


def decrypted(text: str) -> str:
    return _box().decrypt(text.encode()).decode()


def _box() -> MultiFernet:
    """The server's key, then the former ones: changing SECRET_KEY breaks no webhook while the old one is listed."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"core.webhooks" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def signature(body: str, *, timestamp: int, keys: list[str]) -> str:
    """The header's value: `t=<seconds>,v1=<hex>`, one v1 per valid secret."""
    return ",".join([f"t={timestamp}", *(f"v1={_mac(body, timestamp, key)}" for key in keys)])


def is_genuine(header: str, body: str, *, key: str, now: float) -> bool:
    """What a receiver does: the time is near, and one of the signatures fits."""
    parts = [part.split("=", 1) for part in header.split(",") if "=" in part]
    times = [value for name, value in parts if name == "t" and value.isascii() and value.isdigit()]
    if not times or abs(now - int(times[0])) > TOLERANCE_SECONDS:
        return False
    wanted = _mac(body, int(times[0]), key)
    return any(hmac.compare_digest(wanted.encode(), value.encode()) for name, value in parts if name == "v1")


def _mac(body: str, timestamp: int, key: str) -> str:
    return hmac.new(key.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
