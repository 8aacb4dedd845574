"""Seals PDFs with the company's certificate (PAdES), checks sealed files, and keeps every certificate ever used.

Without a key of its own (SEAL_PKCS12) the installation makes a demo certificate authority once. What the seal proves
and what it does not: docs/decisions/0003-pdf-and-seal.md.
"""

import asyncio
import contextlib
import datetime as dt
import functools
import hashlib
import hmac
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from asn1crypto import parser
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from csr_portal.core.models import Organisation

FIELD_NAME = "CompanySeal"
KEY_BITS = 3072
CA_YEARS, SEAL_YEARS = 10, 5


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


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def seal_pdf(
    pdf: bytes,
    *,
    reason: str,
    location: str = "",
    timestamper: TimeStamper | None = None,
) -> bytes:
    """The file with the company's signature over every byte of it; later additions break the seal.

    PAdES B-B; with a time stamp (SEAL_TSA_URL or `timestamper`) PAdES B-T.
    """
    signer = _signer()
    if timestamper is None and settings.SEAL_TSA_URL:
        timestamper = HTTPTimeStamper(settings.SEAL_TSA_URL, timeout=10)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        name=common_name(signer.signing_cert),
        reason=reason,
        location=location or None,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    sealer = signers.PdfSigner(metadata, signer=signer, timestamper=timestamper)
    output: Any = _apart(sealer.sign_pdf, writer)
    return output.getvalue()


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
        signatures = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_regular_signatures
    except Exception:  # whatever a parser meets in a stranger's bytes
        return SealVerdict(is_valid=False, problem="not_a_pdf")
    if not signatures:
        return SealVerdict(is_valid=False, problem="no_seal")
    try:
        return _verdict(pdf, signatures[0], certificates)
    except Exception:  # a damaged signature fails in many ways; all of them mean the same
        return SealVerdict(is_valid=False, problem="altered")


def _verdict(pdf: bytes, signature: Any, certificates: list[asn1_x509.Certificate]) -> SealVerdict:
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
    covers = signature.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE
    is_untouched = (
        status.intact
        and status.valid
        and covers
        and status.docmdp_ok is not False
        and (stamp is None or (stamp.intact and stamp.valid))
        and _holder_is_canonical(pdf, signature)
        and _envelope_is_canonical(signature)
        and all(other.sha256 in fingerprints for other in signature.other_embedded_certs)
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
    )


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


# Certificates


def certificate_pem() -> bytes:
    """The public certificate that seals now, for anybody who checks files elsewhere."""
    return _to_pem(_signer().signing_cert)


def known_certificates() -> list[asn1_x509.Certificate]:
    """Every certificate this installation has sealed with: files outlive a change of the certificate."""
    _signer()
    return [load_cert_from_pemder(str(path)) for path in sorted((folder() / "certificates").glob("*.pem"))]


def folder() -> Path:
    return settings.DATA_DIR / "seal"


def common_name(certificate: asn1_x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name", certificate.subject.human_friendly))


def _to_pem(certificate: asn1_x509.Certificate) -> bytes:
    return x509.load_der_x509_certificate(certificate.dump()).public_bytes(serialization.Encoding.PEM)


class CompanySigner(signers.SimpleSigner):
    """Signs with an RSA key that is read and checked once, not twice a file as pyHanko does: 0.02 s instead of 0.2."""

    @functools.cached_property
    def key(self) -> Any:
        return serialization.load_der_private_key(self.signing_key.dump(), password=None)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if not isinstance(self.key, rsa.RSAPrivateKey) or self.prefer_pss or digest_algorithm != "sha256":
            return await super().async_sign_raw(data, digest_algorithm, dry_run)
        if dry_run:
            return bytes(self.key.key_size // 8)
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _signer() -> signers.SimpleSigner:
    return _load_signer(settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE, folder())


@functools.lru_cache(maxsize=4)
def _load_signer(pkcs12_path: str, passphrase: str, place: Path) -> signers.SimpleSigner:
    if pkcs12_path:
        path, secret = Path(pkcs12_path), passphrase.encode()
    else:
        path, secret = _demo_key(place), b""
    found = signers.SimpleSigner.load_pkcs12(str(path), passphrase=secret or None)
    if found is None:
        raise ValueError(f"SEAL_PKCS12: {path} cannot be opened with SEAL_PASSPHRASE")
    _remember(found.signing_cert, place)
    return CompanySigner(found.signing_cert, found.signing_key, found.cert_registry)


def _remember(certificate: asn1_x509.Certificate, place: Path) -> None:
    path = place / "certificates" / f"{certificate.sha256.hex()}.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_private(path, _to_pem(certificate))


def _write_private(path: Path, data: bytes) -> None:
    """Readable by us only from the first byte on, and never half written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _demo_key(place: Path) -> Path:
    """The key of a demo certificate authority's company certificate, made once; the first process to finish wins."""
    home = place / "demo"
    if not home.exists():
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=place))
        for name, data in _make_demo_authority(Organisation.current()):
            _write_private(draft / name, data)
        try:
            draft.rename(home)
        except OSError:
            shutil.rmtree(draft)
    return home / "seal.p12"


def _make_demo_authority(organisation: Organisation) -> Iterator[tuple[str, bytes]]:
    """A root, its revocation list and a seal certificate named after the company. Its root key is not kept."""
    company = organisation.name_latin or organisation.name
    now = timezone.now().replace(microsecond=0)
    root_key, seal_key = (rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS) for _ in range(2))
    root_name = _name(company, organisation.country, f"{company} demo CA")
    root = (
        _certificate(root_name, root_name, root_key.public_key(), now, CA_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    seal = (
        _certificate(
            _name(company, organisation.country, company),
            root_name,
            seal_key.public_key(),
            now,
            SEAL_YEARS,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]),
            critical=False,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, hashes.SHA256())
    )
    revoked = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root_name)
        .last_update(now)
        .next_update(now + dt.timedelta(days=365 * SEAL_YEARS))
        .add_extension(x509.CRLNumber(1), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    yield "root.pem", root.public_bytes(pem)
    yield "root.crl", revoked.public_bytes(pem)
    yield (
        "seal.p12",
        pkcs12.serialize_key_and_certificates(b"seal", seal_key, seal, None, serialization.NoEncryption()),
    )


def _name(company: str, country: str, common: str) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, country),
        (NameOID.ORGANIZATION_NAME, company),
        (NameOID.COMMON_NAME, common),
    ]
    return x509.Name([x509.NameAttribute(oid, text[:64]) for oid, text in parts if text])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey,
    now: dt.datetime,
    years: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in names})
