"""A key that never leaves its device (smart card, HSM), reached by PKCS#11.

A process logs in once and keeps its session: a second log-in is refused by the device.
"""

import contextlib
import os
import threading
from typing import Any

import pkcs11
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

_one_at_a_time = threading.Lock()
_opened: dict[tuple[Any, ...], "DeviceSigner"] = {}


class DeviceProblem(RuntimeError):
    """The device, its token, the PIN or the label is wrong, or the device is away; the message names the setting."""


class DeviceSigner(PKCS11Signer):
    """Signs by the device. After a failure the session is given up, so that the next seal opens a new one."""

    def ensure_loaded(self) -> None:
        """Read key and certificates now, so that a wrong label shows at once."""
        self._load_objects()

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        with _one_at_a_time:
            try:
                return await super().async_sign_raw(data, digest_algorithm, dry_run)
            except pkcs11.PKCS11Error as error:
                forget()
                raise DeviceProblem(f"The device of SEAL_PKCS11_MODULE does not sign: {_words(error)}") from error


def device_signer(module: str, token: str, label: str, pin: str) -> DeviceSigner:
    """The key and the certificate named `label` on the token, with the other certificates there as its issuers."""
    asked = (module, token, label, pin, os.getpid())
    with _one_at_a_time:
        if asked not in _opened:
            forget()
            _opened[asked] = _open(module, token, label, pin)
        return _opened[asked]


def _open(module: str, token: str, label: str, pin: str) -> DeviceSigner:
    criteria = TokenCriteria(label=token) if token else None
    with contextlib.ExitStack() as on_failure:
        try:
            session = open_pkcs11_session(module, token_criteria=criteria, user_pin=pin or None)
            on_failure.callback(session.close)
            found = DeviceSigner(session, cert_label=label, key_label=label, other_certs_to_pull=None)
            found.ensure_loaded()
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            asked = f"SEAL_PKCS11_MODULE {module}, SEAL_PKCS11_TOKEN {token!r}, SEAL_PKCS11_LABEL {label!r}"
            raise DeviceProblem(f"{asked}, SEAL_PASSPHRASE (the PIN): {_words(error)}") from error
        on_failure.pop_all()
    return found


def forget() -> None:
    """Log out, so that the next seal opens the device anew."""
    for found in _opened.values():
        with contextlib.suppress(pkcs11.PKCS11Error):
            found.pkcs11_session.close()
    _opened.clear()


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
