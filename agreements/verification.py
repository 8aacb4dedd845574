"""What anybody may learn about an agreement by its code or its file."""

from django.db.models import Q

from agreements.models import Agreement
from agreements.states import AgreementStatus
from agreements.terms import own_days
from csr_portal.core.models import HistoryEntry
from csr_portal.core.seal import sha256
from csr_portal.core.timezones import today


def by_code(code: str) -> Agreement | None:
    rows = Agreement.objects.exclude(sealed_sha256="").select_related("supplier", "version__document")
    return rows.filter(verify_code=code.strip().upper()).first()


def by_file(digest: str) -> Agreement | None:
    """The agreement whose sealed file, or newest archive copy, has this hash."""
    rows = Agreement.objects.exclude(sealed_sha256="").select_related("supplier", "version__document")
    found = rows.filter(Q(sealed_sha256=digest) | Q(archive_sha256=digest))
    return found.first() if digest else None


def file_hashes(agreement: Agreement) -> list[str]:
    """The hashes of every sealed file that was ever given out: the first one and each archive copy."""
    entries = HistoryEntry.objects.about(agreement).filter(action="agreement.renew_stamp").order_by("pk")
    return [agreement.sealed_sha256, *(entry.data["archive_sha256"] for entry in entries)]


def compare(agreement: Agreement, digest: str) -> str:
    return "same" if digest in file_hashes(agreement) else "other"


def result(agreement: Agreement | None, comparison: str = "") -> str:
    """valid, altered, superseded, expired, terminated or unknown. Our own copies are hashed each time."""
    if agreement is None:
        return "unknown"
    copies = [(agreement.sealed_file, agreement.sealed_sha256), (agreement.archive_file, agreement.archive_sha256)]
    if comparison == "other" or not all(_is_intact(file, digest) for file, digest in copies if digest):
        return "altered"
    if agreement.status == AgreementStatus.IN_FORCE:
        day = own_days([agreement], today()).get(agreement.supplier_id, today())
        is_over = agreement.valid_until is not None and agreement.valid_until < day
        return "expired" if is_over else "valid"
    return str(agreement.status)


def _is_intact(field: object, digest: str) -> bool:
    with field.open("rb") as file:  # type: ignore[attr-defined]
        return sha256(file.read()) == digest
