"""Seals PDFs with the company's certificate (PAdES) and checks sealed files; the keys are in core/seal_keys.py.

What the seal proves and what it does not: docs/decisions/0003-pdf-and-seal.md.
"""

import asyncio
import datetime as dt
import hashlib
import hmac
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from asn1crypto import parser
from asn1crypto import x509 as asn1_x509
from django.conf import settings
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from csr_portal.core.seal_keys import (
    authorities,
    common_name,
    issuers,
    known_certificates,
    revocation_lists,
    signer,
)

FIELD_NAME = "CompanySeal"
LTA = "B-LTA"
# Certificates and revocation data go in before the stamp, so that the stamp covers the file to its last byte.
BEFORE_THE_STAMP = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)


@dataclass(frozen=True)
class SealVerdict:
    """What a look at a sealed file found. `problem` is a code: empty, not_a_pdf, no_seal, altered, unknown_signer."""

    is_valid: bool
    signer: str = ""
    signed_at: dt.datetime | None = None
    covers_whole_file: bool = False
    timestamped: bool = False
    problem: str = ""
    subject: str = ""
    level: str = ""
    archived_until: dt.datetime | None = None


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def seal_pdf(pdf: bytes, *, reason: str, location: str = "", timestamper: TimeStamper | None = None) -> bytes:
    """The file with the company's signature over every byte of it; later additions break the seal (R-SIG-2).

    The level is PAdES B-B, B-T or B-LTA (SEAL_LEVEL). Above B-B a time-stamp authority (SEAL_TSA_URL or `timestamper`)
    confirms the time; B-LTA also carries certificates, revocation data and a stamp over the whole file.
    """
    company = signer()
    level = settings.SEAL_LEVEL
    if timestamper is None and level != "B-B":
        timestamper = _authority()
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        name=common_name(company.signing_cert),
        reason=reason,
        location=location or None,
        embed_validation_info=level == LTA,
        validation_context=_trust() if level == LTA else None,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    sealer = signers.PdfSigner(metadata, signer=company, timestamper=timestamper)
    output: Any = _apart(sealer.sign_pdf, writer)
    # The stamp comes after certificates and revocation data, so that it covers the file to its last byte.
    return renew_stamp(output.getvalue(), timestamper=timestamper) if level == LTA else output.getvalue()


def renew_stamp(pdf: bytes, *, timestamper: TimeStamper | None = None) -> bytes:
    """The file with one more stamp over all of it: the first one at sealing, the next before that one runs out."""
    stamper = signers.PdfTimeStamper(timestamper or _authority())
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    output: Any = _apart(
        lambda: stamper.timestamp_pdf(writer, "sha256", validation_context=_trust(), dss_settings=BEFORE_THE_STAMP)
    )
    return output.getvalue()


def _authority() -> TimeStamper:
    return HTTPTimeStamper(settings.SEAL_TSA_URL, timeout=10)


def _trust() -> ValidationContext:
    """What pyHanko needs to embed: roots, revocation lists, and (with a public authority) leave to fetch them."""
    return ValidationContext(
        trust_roots=authorities(),
        crls=revocation_lists(),
        other_certs=[*known_certificates(), *issuers()],
        allow_fetching=bool(settings.SEAL_PKCS12 or settings.SEAL_PKCS11_MODULE),
        revocation_mode="soft-fail",
    )


def _apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """pyHanko runs an event loop of its own; a thread that runs one already lends it another thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return function(*arguments)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(function, *arguments).result()


def check(pdf: bytes, expected_sha256: str) -> Literal["valid", "altered"]:
    """Is this the very file that was kept? The hash of all bytes also covers what no PDF signature can."""
    return "valid" if hmac.compare_digest(sha256(pdf), expected_sha256) else "altered"


def verify_pdf(pdf: bytes) -> SealVerdict:
    """Check the file's seal against the certificates this installation has used. Never raises on a broken file."""
    return verify_with(pdf, known_certificates())


def verify_with(pdf: bytes, certificates: list[asn1_x509.Certificate]) -> SealVerdict:
    """Check the file's seal against these certificates: enough for a stranger who has the public one."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        signatures = reader.embedded_regular_signatures
    except Exception:  # whatever a parser meets in a stranger's bytes
        return SealVerdict(is_valid=False, problem="not_a_pdf")
    if not signatures:
        return SealVerdict(is_valid=False, problem="no_seal")
    try:
        return _verdict(pdf, signatures[0], reader.embedded_timestamp_signatures, certificates)
    except Exception:  # a damaged signature fails in many ways; all of them mean the same
        return SealVerdict(is_valid=False, problem="altered")


def _verdict(
    pdf: bytes, signature: Any, archive_stamps: list[Any], certificates: list[asn1_x509.Certificate]
) -> SealVerdict:
    fingerprints = {certificate.sha256 for certificate in certificates}
    certificate = signature.signer_cert
    is_ours = certificate.sha256 in fingerprints
    context = ValidationContext(
        trust_roots=certificates,
        moment=signature.self_reported_timestamp or timezone.now(),
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    # A time stamp's own certificate chain is the authority's affair; here it must only be whole and fit.
    status = _apart(validate_pdf_signature, signature, context, context)
    stamp = status.timestamp_validity
    covers = _covers_everything(pdf, signature, status, archive_stamps)
    known = fingerprints | {each.sha256 for each in (*authorities(), *issuers())}
    is_untouched = (
        status.intact
        and status.valid
        and covers
        and status.docmdp_ok is not False
        and (stamp is None or (stamp.intact and stamp.valid))
        and _holder_is_canonical(pdf, signature)
        and _envelope_is_canonical(signature)
        and all(other.sha256 in known for other in signature.other_embedded_certs)
    )
    problem = "" if is_untouched and is_ours else "unknown_signer" if is_untouched else "altered"
    return SealVerdict(
        is_valid=not problem,
        signer=common_name(certificate),
        signed_at=stamp.timestamp if stamp else signature.self_reported_timestamp,
        covers_whole_file=covers,
        timestamped=stamp is not None and stamp.intact and stamp.valid,
        problem=problem,
        subject=certificate.subject.human_friendly,
        level=LTA if archive_stamps else "B-T" if stamp else "B-B",
        archived_until=_not_after(archive_stamps[-1].signer_cert) if archive_stamps else None,
    )


def _covers_everything(pdf: bytes, signature: Any, status: Any, archive_stamps: list[Any]) -> bool:
    """The seal covers the whole file; or, of an archive copy, the last stamp does, and nothing but stamps and their
    certificates was added behind the seal."""
    whole = SignatureCoverageLevel.ENTIRE_FILE
    if not archive_stamps:
        return bool(signature.evaluate_signature_coverage() == whole)
    context = ValidationContext(trust_roots=authorities(), allow_fetching=False)
    checked = [_apart(validate_pdf_timestamp, stamp, context) for stamp in archive_stamps]
    return bool(
        archive_stamps[-1].evaluate_signature_coverage() == whole
        and status.modification_level in (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)
        and all(each.intact and each.valid for each in checked)
        and all(_holder_is_canonical(pdf, each) for each in archive_stamps)
    )


def _not_after(certificate: asn1_x509.Certificate) -> dt.datetime:
    moment: dt.datetime = certificate["tbs_certificate"]["validity"]["not_after"].native
    return moment


def _holder_is_canonical(pdf: bytes, signature: Any) -> bool:
    """No signature covers its own place in the file: that must hold the signature, then zeros, and nothing else."""
    start, end = signature.byte_range[1], signature.byte_range[2]
    holder = pdf[start:end]
    expected = b"<" + _first_value(signature.pkcs7_content).hex().upper().encode()
    return holder == expected + b"0" * (len(holder) - len(expected) - 1) + b">"


def _envelope_is_canonical(signature: Any) -> bool:
    """The few fields of a signature that it does not cover itself hold what they always hold."""
    envelope, signer = signature.signed_data, signature.signer_info
    return (
        [item["version"].native for item in (envelope, signer)] == ["v1", "v1"]
        and [algorithm.dump() for algorithm in envelope["digest_algorithms"]] == [signer["digest_algorithm"].dump()]
        and envelope["encap_content_info"].native == {"content_type": "data", "content": None}
        and signer["sid"].chosen["issuer"].dump() == signature.signer_cert.issuer.dump()
    )


def _first_value(content: bytes) -> bytes:
    """The one DER value at the beginning of `content`, without the zeros behind it."""
    _class, _method, _tag, header, value, trailer = parser.parse(content)
    return header + value + trailer
