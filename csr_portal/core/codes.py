"""Codes by which anybody checks a document: nobody guesses one, everybody can read one from paper."""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
IN_A_FILE = re.compile(rb"\b(?:CSR|REV)(?:-[0-9A-HJKMNP-TV-Z]{4}){4}\b")


def new_code(prefix: str) -> str:
    """16 characters of 5 bits: 80 bits."""
    text = "".join(secrets.choice(ALPHABET) for _place in range(16))
    return f"{prefix}-" + "-".join(text[i : i + 4] for i in range(0, 16, 4))


def code_in(data: bytes) -> str:
    """The code that a sealed file names in its seal, even where the file was altered; empty when there is none."""
    found = IN_A_FILE.search(data.replace(rb"\055", b"-"))  # as PDFs may write a hyphen
    return found.group().decode() if found else ""
