"""One bit of every byte of a sealed agreement is changed in turn; the product's verification has to notice each.

The seal alone is asked, not the hash on record, which would notice everything. Ends with 1 if one change is missed.

    bench/seal_bytes.py [every n-th byte]
"""

import multiprocessing
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stack

_sealed = b""


def main(step: int = 1) -> int:
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
    places = range(0, len(sealed), step)
    began = time.monotonic()
    with multiprocessing.get_context("fork").Pool(2, initializer=_begin, initargs=(sealed,)) as pool:
        missed = [place for place, is_missed in pool.imap_unordered(_flip, places, chunksize=500) if is_missed]
    print(
        f"{len(places):,} of {len(sealed):,} bytes changed in {time.monotonic() - began:.0f} s, missed: {len(missed)}"
    )
    print(missed[:50])
    return int(bool(missed))


def _begin(sealed: bytes) -> None:
    import logging

    global _sealed
    _sealed = sealed
    logging.disable(logging.CRITICAL)


def _flip(place: int) -> tuple[int, bool]:
    from csr_portal.core import seal

    changed = bytearray(_sealed)
    changed[place] ^= 1 << random.Random(place).randrange(8)
    return place, seal.verify_pdf(bytes(changed)).is_valid


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
