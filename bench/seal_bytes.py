"""One bit of every byte of a sealed Chinese agreement is changed in turn; the product's verification must notice each.

Every byte is held against the hash on record (`seal.check`), as the page and the command do. The seal alone is asked
about every n-th byte (`seal.verify_pdf`, a hundred times slower), for a stranger who has nothing but the file. Says
what noticed how many changes; ends with 1 if one is missed.

    bench/seal_bytes.py [the seal alone at every n-th byte]
"""

import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stack

_sealed = b""
_digest = ""


def main(step: int = 100) -> int:
    name, broker = stack.prepare("csr_portal_bench_seal")
    try:
        return _sweep(_sealed_agreement(), step)
    finally:
        stack.clear(name, broker)


def _sealed_agreement() -> bytes:
    from agreements import workflow
    from agreements.models import Version
    from tests.factories.agreements import AgreementFactory
    from tests.factories.core import UserFactory

    buyer = UserFactory(email="bench@example.com", roles=["buyer"])
    version = Version.objects.get(document__kind="csr_agreement")
    supplier = stack.suppliers(1, buyer)[0]
    row = AgreementFactory(version=version, document=version.document, supplier=supplier, status="signed")
    workflow.seal_agreement(row.pk)
    row.refresh_from_db()
    return bytes(row.sealed_file.read())


def _sweep(sealed: bytes, step: int) -> int:
    from csr_portal.core import seal

    untouched = seal.verify_pdf(sealed)
    print(f"untouched: seal {'valid' if untouched.is_valid else untouched.problem}, {len(sealed):,} bytes")
    missed = 0
    with multiprocessing.get_context("fork").Pool(2, initializer=_begin, initargs=(sealed,)) as pool:
        missed += _ask(pool, _by_hash, range(len(sealed)), "hash on record")
        missed += _ask(pool, _by_seal, range(0, len(sealed), step), "seal alone")
    return int(bool(missed) or not untouched.is_valid)


def _ask(pool: Any, answer: Callable[[int], tuple[int, str]], places: range, label: str) -> int:
    """How many changes this part of the verification takes for the untouched file."""
    began = time.monotonic()
    answers = list(pool.imap_unordered(answer, places, chunksize=500))
    counts = Counter(found for _place, found in answers)
    missed = sorted(place for place, found in answers if found == "valid")
    told = ", ".join(f"{found} {count:,}" for found, count in counts.most_common())
    print(f"{label}: {len(places):,} bytes changed in {time.monotonic() - began:.0f} s: {told}; missed: {len(missed)}")
    if missed:
        print(missed[:50])
    return len(missed)


def _begin(sealed: bytes) -> None:
    import logging

    from csr_portal.core import seal

    global _sealed, _digest
    _sealed, _digest = sealed, seal.sha256(sealed)
    logging.disable(logging.CRITICAL)


def _changed(place: int) -> bytes:
    changed = bytearray(_sealed)
    changed[place] ^= 1 << random.Random(place).randrange(8)
    return bytes(changed)


def _by_hash(place: int) -> tuple[int, str]:
    from csr_portal.core import seal

    return place, seal.check(_changed(place), _digest)


def _by_seal(place: int) -> tuple[int, str]:
    from csr_portal.core import seal

    verdict = seal.verify_pdf(_changed(place))
    return place, "valid" if verdict.is_valid else verdict.problem


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
