"""The seal: whole, ours, and noticed when a single bit changes."""

import asyncio
import io
import random
import stat
import subprocess
import sys

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.conf import settings
from django.core.management import CommandError, call_command
from pyhanko.keys import load_cert_from_pemder, load_certs_from_pemder_data
from pypdf import PdfReader, PdfWriter

from csr_portal.core import seal, seal_keys
from csr_portal.core.pdf import render_pdf
from tests.factories.core import OrganisationFactory
from tests.time_authority import time_authority

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One demo authority for all tests of this module: making keys takes a while."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def own_data(settings, place):
    settings.DATA_DIR = place
    settings.SEAL_PKCS12 = settings.SEAL_TSA_URL = settings.SEAL_TRUST = settings.SEAL_PKCS11_MODULE = ""
    settings.SEAL_LEVEL = "B-B"
    OrganisationFactory(name="北港集团", name_latin="Nordhaven Group")


@pytest.fixture
def pdf():
    output, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(output)
    return output.getvalue()


@pytest.fixture
def sealed(pdf):
    return seal.seal_pdf(pdf, reason="CSR agreement")


def signature_place(data):
    start = data.index(b"/Contents <") + len(b"/Contents ")
    return start, data.index(b">", start) + 1


def test_sealed_file_names_company_and_time_and_is_covered_whole(sealed):
    verdict = seal.verify_pdf(sealed)
    assert (verdict.is_valid, verdict.problem, verdict.signer) == (True, "", "Nordhaven Group")
    assert (verdict.covers_whole_file, verdict.timestamped) == (True, False)
    assert verdict.signed_at.utcoffset() is not None


def test_poppler_finds_the_seal_valid(sealed, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout
    expected = ["Signature is Valid", "Total document signed", "ETSI.CAdES.detached", "SHA-256"]
    assert [words for words in expected if words not in said] == []


def test_sealed_report_stays_an_archival_document(fonts, tmp_path):
    path = tmp_path / "report.pdf"
    printed = render_pdf("reports/base.html", {}, language="ja", title="現地審査報告書", number="SR-1", sealed=True)
    path.write_bytes(seal.seal_pdf(printed, reason="Site review report"))
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    reader = PdfReader(path)
    assert (checked.returncode, seal.verify_pdf(path.read_bytes()).is_valid) == (0, True)
    assert (reader.root_object["/Lang"], "/OutputIntents" in reader.root_object) == ("ja", True)
    assert "北港集团" in reader.pages[0].extract_text()


def test_any_changed_bit_is_noticed_by_the_seal_alone(sealed):
    """A sample over the whole file and over the signature's own place, which no signature covers."""
    rng = random.Random(20261120)
    start, end = signature_place(sealed)
    places = [*rng.sample(range(len(sealed)), 60), *rng.sample(range(start, end), 60), start, end - 1, end - 2]
    missed = []
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1 << rng.randrange(8)
        if seal.verify_pdf(bytes(changed)).is_valid:
            missed.append(place)
    assert missed == []


def test_check_compares_every_byte_with_the_hash_on_record(sealed):
    on_record = seal.sha256(sealed)
    start, end = signature_place(sealed)
    padding_changed = sealed[: end - 5] + b"1" + sealed[end - 4 :]
    assert seal.check(sealed, on_record) == "valid"
    assert seal.check(padding_changed, on_record) == "altered"
    assert seal.check(sealed + b"\n", on_record) == "altered"


@pytest.mark.parametrize(
    ("data", "problem"), [(b"", "not_a_pdf"), (b"hello", "not_a_pdf"), (b"%PDF-1.7\n%%EOF", "not_a_pdf")]
)
def test_verify_names_the_problem_of_anything_else(data, problem):
    assert seal.verify_pdf(data) == seal.SealVerdict(is_valid=False, problem=problem)


def test_verify_says_no_seal_when_there_is_none(pdf):
    assert seal.verify_pdf(pdf).problem == "no_seal"


def test_verify_refuses_additions_behind_the_seal(sealed):
    added = PdfWriter(io.BytesIO(sealed), incremental=True)
    added.add_metadata({"/Title": "Another"})
    output = io.BytesIO()
    added.write(output)
    assert seal.verify_pdf(output.getvalue()).problem == "altered"
    assert seal.verify_pdf(sealed + b"%comment\n").problem == "altered"


def test_verify_refuses_a_seal_of_somebody_else_with_the_same_name(pdf, sealed, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    verdict = seal.verify_pdf(sealed)
    assert (verdict.is_valid, verdict.problem, verdict.signer) == (False, "unknown_signer", "Nordhaven Group")


def test_time_stamp_gives_the_time_of_the_authority(pdf):
    stamper, _root = time_authority(seal_keys.timezone.now(), years=1)
    verdict = seal.verify_pdf(seal.seal_pdf(pdf, reason="x", timestamper=stamper))
    assert (verdict.is_valid, verdict.timestamped, verdict.problem, verdict.level) == (True, True, "", "B-T")


def test_seal_stays_valid_after_the_certificate_has_expired(sealed):
    with time_machine.travel("2045-01-01", tick=False):
        assert seal.verify_pdf(sealed).is_valid


def test_files_of_a_former_certificate_stay_valid_after_a_change(sealed, settings, tmp_path):
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = seal_keys._name("Nordhaven Group", "DE", "Nordhaven Group seal 2")
    certificate = seal_keys._certificate(name, name, key.public_key(), seal_keys.timezone.now(), 2).add_extension(
        seal_keys._usage(digital_signature=True, content_commitment=True), critical=True
    )
    path = tmp_path / "seal.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"seal", key, certificate.sign(key, seal_keys.hashes.SHA256()), None, BestAvailableEncryption(b"secret")
        )
    )
    settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE = str(path), "secret"
    assert seal.verify_pdf(sealed).is_valid
    assert seal.verify_pdf(seal.seal_pdf(sealed_source(), reason="x")).signer == "Nordhaven Group seal 2"


def test_file_with_the_issuers_of_the_key_is_sealed_and_checked_with_them(pdf, settings, tmp_path):
    key, authority = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    names = [seal_keys._name("Nordhaven Group", "DE", text) for text in ("Seal", "Issuer", "Root")]
    now = seal_keys.timezone.now()
    issued = seal_keys._certificate(*names[:2], key.public_key(), now, 1)
    issued = issued.add_extension(seal_keys._usage(digital_signature=True), critical=True)
    issuer = seal_keys._certificate(*names[1:], authority.public_key(), now, 1)
    issuer = issuer.add_extension(seal_keys._usage(key_cert_sign=True), critical=True)
    signed = [builder.sign(authority, seal_keys.hashes.SHA256()) for builder in (issued, issuer)]
    settings.DATA_DIR, settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE = tmp_path, str(tmp_path / "seal.p12"), "secret"
    data = pkcs12.serialize_key_and_certificates(
        b"seal", key, signed[0], signed[1:], BestAvailableEncryption(b"secret")
    )
    (tmp_path / "seal.p12").write_bytes(data)
    sealed = seal.seal_pdf(pdf, reason="x")
    assert (seal.verify_pdf(sealed).problem, seal.verify_pdf(sealed).signer) == ("", "Seal")
    assert [seal_keys.common_name(each) for each in seal_keys.issuers()] == ["Issuer"]
    public = list(load_certs_from_pemder_data(seal_keys.certificate_pem()))
    settings.DATA_DIR = tmp_path / "elsewhere"
    assert seal.verify_with(sealed, public).is_valid


def sealed_source():
    output, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(output)
    return output.getvalue()


def test_wrong_passphrase_raises(settings, place, tmp_path):
    settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE = str(tmp_path / "none.p12"), "wrong"
    with pytest.raises(ValueError, match="SEAL_PKCS12"):
        seal_keys.certificate_pem()


def test_demo_certificate_is_strong_private_and_for_signing_only(sealed, place):
    certificate = x509.load_pem_x509_certificate(seal_keys.certificate_pem())
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (certificate.public_key().key_size, usage.digital_signature, usage.content_commitment) == (3072, True, True)
    assert (usage.key_cert_sign, usage.key_encipherment) == (False, False)
    files = [path for path in (place / "seal").rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_demo_authority_has_a_revocation_list_that_its_root_signed(sealed, place):
    root = x509.load_pem_x509_certificate((place / "seal/demo/root.pem").read_bytes())
    revoked = x509.load_pem_x509_crl((place / "seal/demo/root.crl").read_bytes())
    assert (revoked.is_signature_valid(root.public_key()), len(revoked)) == (True, 0)
    x509.load_pem_x509_certificate(seal_keys.certificate_pem()).verify_directly_issued_by(root)


def test_certificate_is_made_once(place):
    first = seal_keys.certificate_pem()
    seal_keys._load_signer.cache_clear()
    assert seal_keys.certificate_pem() == first
    assert load_cert_from_pemder(str(next((place / "seal/certificates").glob("*.pem")))).subject.native


def test_verify_pdf_command_says_valid_to_a_stranger_with_the_public_certificate(sealed, tmp_path, capsys):
    path, certificate = tmp_path / "sealed.pdf", tmp_path / "company.pem"
    path.write_bytes(sealed)
    certificate.write_bytes(seal_keys.certificate_pem())
    call_command("verify_pdf", str(path), certificate=certificate, sha256=seal.sha256(sealed))
    assert capsys.readouterr().out.startswith("VALID: ")


def test_verify_pdf_command_needs_neither_database_nor_key(sealed, tmp_path):
    path, certificate = tmp_path / "sealed.pdf", tmp_path / "company.pem"
    path.write_bytes(sealed)
    certificate.write_bytes(seal_keys.certificate_pem())
    elsewhere = {"SECRET_KEY": "x", "DATA_DIR": str(tmp_path / "empty"), "PATH": ""}
    command = [sys.executable, settings.BASE_DIR / "manage.py", "verify_pdf", path, "--certificate", certificate]
    done = subprocess.run(command, env=elsewhere, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.partition(":")[0], done.stderr) == (0, "VALID", "")
    assert not (tmp_path / "empty").exists()


def test_verify_pdf_command_fails_on_a_changed_file(sealed, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed[:300] + bytes([sealed[300] ^ 1]) + sealed[301:])
    with pytest.raises(CommandError, match=r"ALTERED|readable") as failure:
        call_command("verify_pdf", str(path))
    assert failure.value.returncode == 1


def test_sealing_and_verifying_work_where_an_event_loop_runs(sealed, pdf):
    async def inside():
        return seal.verify_pdf(seal.seal_pdf(pdf, reason="loop")).is_valid

    assert asyncio.run(inside())
