"""The seal by a key on a device (PKCS#11), tried with SoftHSM: a token in a folder instead of a card."""

import io
import subprocess

import pkcs11
import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key
from cryptography.x509 import BasicConstraints
from django.core.management import call_command
from django.utils import timezone
from pkcs11.util.rsa import encode_rsa_public_key
from pkcs11.util.x509 import decode_x509_certificate
from pypdf import PdfWriter

from csr_portal.core import seal, seal_device, seal_keys
from tests.factories.core import OrganisationFactory

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "123456"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A token with a key made on it; its certificate is issued by an authority below a root, as companies buy it."""
    place = tmp_path_factory.mktemp("token")
    (place / "softhsm2.conf").write_text(f"directories.tokendir = {place}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(place / "softhsm2.conf"))
        command = ["softhsm2-util", "--init-token", "--free", "--label", "csr-portal", "--so-pin", "87654321"]
        subprocess.run([*command, "--pin", PIN], check=True, capture_output=True)
        with pkcs11.lib(MODULE).get_token(token_label="csr-portal").open(user_pin=PIN, rw=True) as session:
            fill(session)
        yield
        seal_device.forget()


def fill(session):
    public, _private = session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="seal")
    company = load_pem_public_key(pem.armor("RSA PUBLIC KEY", encode_rsa_public_key(public)))
    root, authority = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    store(session, "issuer", certificate("Issuer", authority.public_key(), "Root", root, is_authority=True))
    store(session, "seal", certificate("Nordhaven Group device", company, "Issuer", authority))


def certificate(name, public_key, issuer, issuer_key, *, is_authority=False):
    names = [seal_keys._name("Nordhaven Group", "DE", text) for text in (name, issuer)]
    usage = {"key_cert_sign": True} if is_authority else {"digital_signature": True, "content_commitment": True}
    builder = seal_keys._certificate(*names, public_key, timezone.now(), 1)
    builder = builder.add_extension(BasicConstraints(ca=is_authority, path_length=None), critical=True)
    return builder.add_extension(seal_keys._usage(**usage), critical=True).sign(issuer_key, hashes.SHA256())


def store(session, label, issued):
    attributes = decode_x509_certificate(issued.public_bytes(Encoding.DER))
    session.create_object(attributes | {pkcs11.Attribute.LABEL: label, pkcs11.Attribute.TOKEN: True})


@pytest.fixture(autouse=True)
def device(token, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.SEAL_PKCS12 = settings.SEAL_TSA_URL = settings.SEAL_TRUST = ""
    settings.SEAL_LEVEL = "B-B"
    settings.SEAL_PKCS11_MODULE, settings.SEAL_PKCS11_TOKEN, settings.SEAL_PKCS11_LABEL = MODULE, "csr-portal", "seal"
    settings.SEAL_PASSPHRASE = PIN
    OrganisationFactory(name="北港集团", name_latin="Nordhaven Group")


@pytest.fixture
def pdf():
    output, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(output)
    return output.getvalue()


def test_device_seals_and_everybody_finds_the_seal_valid(pdf, tmp_path, capsys):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(seal.seal_pdf(pdf, reason="CSR agreement"))
    verdict = seal.verify_pdf(path.read_bytes())
    assert (verdict.is_valid, verdict.signer, verdict.covers_whole_file) == (True, "Nordhaven Group device", True)
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout
    assert ("Signature is Valid" in said, "Total document signed" in said) == (True, True)
    (tmp_path / "public.pem").write_bytes(seal_keys.certificate_pem())
    call_command("verify_pdf", str(path), certificate=tmp_path / "public.pem")
    assert "VALID: the file is exactly as it was sealed." in capsys.readouterr().out


def test_issuers_on_the_device_go_into_the_seal(pdf):
    seal.seal_pdf(pdf, reason="x")
    assert [seal_keys.common_name(each) for each in seal_keys.issuers()] == ["Issuer"]
    assert [seal_keys.common_name(each) for each in seal_keys.known_certificates()] == ["Nordhaven Group device"]


def test_second_seal_needs_no_second_log_in(pdf):
    first = seal_keys.current_signer()
    assert seal.verify_pdf(seal.seal_pdf(pdf, reason="x")).is_valid
    assert seal_keys.current_signer() is first


def test_session_that_broke_is_opened_anew_for_the_next_seal(pdf):
    seal_keys.current_signer().pkcs11_session.close()
    with pytest.raises(seal_device.DeviceProblem, match="SEAL_PKCS11_MODULE does not sign"):
        seal.seal_pdf(pdf, reason="x")
    assert seal.verify_pdf(seal.seal_pdf(pdf, reason="x")).is_valid


def test_file_is_checked_without_the_device(pdf, settings):
    sealed = seal.seal_pdf(pdf, reason="x")
    settings.SEAL_PKCS11_MODULE = "/nowhere.so"
    assert seal.verify_pdf(sealed).is_valid


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("SEAL_PKCS11_MODULE", "/nowhere.so"),
        ("SEAL_PKCS11_TOKEN", "another"),
        ("SEAL_PKCS11_LABEL", "another"),
        ("SEAL_PASSPHRASE", "654321"),
    ],
)
def test_wrong_setting_is_named(setting, value, settings):
    seal_device.forget()
    setattr(settings, setting, value)
    with pytest.raises(seal_device.DeviceProblem, match="SEAL_PKCS11_MODULE .*SEAL_PKCS11_TOKEN .*SEAL_PASSPHRASE"):
        seal_keys.current_signer()
