"""The company's key and certificates: from a PKCS#12 file, a device (PKCS#11), or a demo authority made once.

A changed PKCS#12 file is read again at the next seal: a new key needs no restart. Every certificate ever used is kept,
so that files outlive a change of the certificate.
"""

import contextlib
import datetime as dt
import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone
from pyhanko.keys import load_cert_from_pemder, load_certs_from_pemder
from pyhanko.sign import signers

from csr_portal.core.models import Organisation

KEY_BITS = 3072
CA_YEARS, SEAL_YEARS = 10, 5


class SealExpired(RuntimeError):
    """The company's certificate is not valid now; what is to be sealed waits for a new one."""


def certificate_pem() -> bytes:
    """The public certificate that seals now with those of its issuers, for anybody who checks files elsewhere."""
    found = current_signer()
    own = found.signing_cert
    return b"".join(_to_pem(one) for one in [own, *(each for each in found.cert_registry if each != own)])


def known_certificates() -> list[asn1_x509.Certificate]:
    """Every certificate this installation has sealed with: files outlive a change of the certificate."""
    _know_our_own()
    return _certificates_in("certificates")


def issuers() -> list[asn1_x509.Certificate]:
    """Certificates between ours and a root, which came with the key and stand in every seal."""
    return _certificates_in("issuers")


def _certificates_in(name: str) -> list[asn1_x509.Certificate]:
    return [load_cert_from_pemder(str(path)) for path in sorted((folder() / name).glob("*.pem"))]


def _know_our_own() -> None:
    """A key in a file is read before its certificate is asked for; a device is not: checking needs no device."""
    if not settings.SEAL_PKCS11_MODULE:
        current_signer()


def authorities() -> list[asn1_x509.Certificate]:
    """Roots that the seal and its time stamps are traced to: SEAL_TRUST, and our demo authority while it is used.

    Makes nothing: who checks a file elsewhere has neither a key nor a database.
    """
    paths = [settings.SEAL_TRUST] if settings.SEAL_TRUST else []
    demo = folder() / "demo" / "root.pem"
    if not settings.SEAL_PKCS12 and not settings.SEAL_PKCS11_MODULE and demo.exists():
        paths.append(str(demo))
    return list(load_certs_from_pemder(paths))


def revocation_lists() -> list[asn1_crl.CertificateList]:
    """The demo authority's own list; a public authority's is fetched from where its certificates say."""
    path = folder() / "demo" / "root.crl"
    if settings.SEAL_PKCS12 or settings.SEAL_PKCS11_MODULE or not path.exists():
        return []
    _kind, _headers, data = asn1_pem.unarmor(path.read_bytes())
    return [asn1_crl.CertificateList.load(data)]


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


def signer() -> signers.Signer:
    """Who seals now. Raises SealExpired when the certificate is not valid now."""
    found = current_signer()
    valid = found.signing_cert["tbs_certificate"]["validity"] if found.signing_cert else None
    if valid is None or not valid["not_before"].native <= timezone.now() <= valid["not_after"].native:
        raise SealExpired(
            "The certificate of the seal has expired or is not valid yet; set a new SEAL_PKCS12 (or SEAL_PKCS11_LABEL)."
        )
    return found


def current_signer() -> signers.Signer:
    """The key that is set, valid or not. The file's time is part of the question, so that a new one is read."""
    if settings.SEAL_PKCS11_MODULE:
        return _device_signer(settings.SEAL_PKCS11_MODULE, settings.SEAL_PKCS11_TOKEN, settings.SEAL_PKCS11_LABEL)
    path = Path(settings.SEAL_PKCS12) if settings.SEAL_PKCS12 else None
    changed_at = path.stat().st_mtime_ns if path and path.exists() else 0
    return _load_signer(settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE, folder(), changed_at)


def expires_at() -> dt.datetime:
    """The last moment of the certificate that seals now."""
    certificate = current_signer().signing_cert
    assert certificate is not None  # noqa: S101 (for the type checker: ours always has one)
    moment: dt.datetime = certificate["tbs_certificate"]["validity"]["not_after"].native
    return moment


@functools.lru_cache(maxsize=4)
def _load_signer(pkcs12_path: str, passphrase: str, place: Path, changed_at: int = 0) -> signers.SimpleSigner:
    if pkcs12_path:
        path, secret = Path(pkcs12_path), passphrase.encode()
    else:
        path, secret = _demo_key(place), b""
    found = signers.SimpleSigner.load_pkcs12(str(path), passphrase=secret or None)
    if found is None:
        raise ValueError(f"SEAL_PKCS12: {path} cannot be opened with SEAL_PASSPHRASE")
    _remember(found, place)
    return CompanySigner(found.signing_cert, found.signing_key, found.cert_registry)


def _device_signer(module: str, token: str, label: str) -> signers.Signer:
    from csr_portal.core.seal_device import device_signer  # noqa: PLC0415 (its library is read only where it is used)

    found = device_signer(module, token, label, settings.SEAL_PASSPHRASE)
    _remember(found, folder())
    return found


def _remember(found: signers.Signer, place: Path) -> None:
    """Keep the certificate, and apart from it those of its issuers that go into every seal."""
    own = found.signing_cert
    assert own is not None  # noqa: S101 (for the type checker: ours always has one)
    _keep_certificate(own, place / "certificates")
    for issuer in found.cert_registry:
        if issuer.sha256 != own.sha256:
            _keep_certificate(issuer, place / "issuers")


def _keep_certificate(certificate: asn1_x509.Certificate, place: Path) -> None:
    path = place / f"{certificate.sha256.hex()}.pem"
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
