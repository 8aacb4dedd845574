"""The levels of the seal (R-SIG-2), the change of keys, and what keeps an archive copy checkable."""

import datetime as dt
import io
import random
import subprocess
import sys

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.core.management import call_command
from django.utils import timezone
from pypdf import PdfWriter

from csr_portal.core import seal, seal_keys
from tests.factories.core import OrganisationFactory
from tests.time_authority import Server, time_authority

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def authority():
    return time_authority(timezone.now(), years=3)


@pytest.fixture
def stamping(authority, tmp_path, settings):
    """A time-stamping service on loopback, set as an installation sets it."""
    stamper, root = authority
    server = Server(stamper)
    (tmp_path / "roots.pem").write_bytes(root)
    settings.SEAL_TSA_URL, settings.SEAL_TRUST = server.url, str(tmp_path / "roots.pem")
    yield server
    server.stop()


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
def archived(pdf, stamping, settings):
    settings.SEAL_LEVEL = "B-LTA"
    return seal.seal_pdf(pdf, reason="CSR agreement")


def test_default_level_asks_nobody_for_the_time(pdf):
    verdict = seal.verify_pdf(seal.seal_pdf(pdf, reason="x"))
    assert (verdict.is_valid, verdict.level, verdict.timestamped) == (True, "B-B", False)


def test_level_b_t_asks_the_authority_that_is_set(pdf, stamping, settings):
    settings.SEAL_LEVEL = "B-T"
    verdict = seal.verify_pdf(seal.seal_pdf(pdf, reason="x"))
    assert (verdict.is_valid, verdict.level, verdict.timestamped) == (True, "B-T", True)
    assert set(stamping.asked) == {"application/timestamp-query"}


def test_level_b_lta_carries_everything_for_the_archive(archived, tmp_path):
    verdict = seal.verify_pdf(archived)
    assert (verdict.is_valid, verdict.level, verdict.covers_whole_file) == (True, "B-LTA", True)
    assert dt.timedelta(days=1000) < verdict.archived_until - timezone.now() < dt.timedelta(days=1100)
    assert (b"/DSS" in archived, archived.count(b"/DocTimeStamp")) == (True, 1)
    path = tmp_path / "archived.pdf"
    path.write_bytes(archived)
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert subprocess.run(["qpdf", "--check", path], capture_output=True, check=False).returncode == 0


def test_any_changed_bit_of_an_archive_copy_is_noticed(archived):
    rng = random.Random(20261121)
    missed = []
    for place in rng.sample(range(len(archived)), 60):
        changed = bytearray(archived)
        changed[place] ^= 1 << rng.randrange(8)
        if seal.verify_pdf(bytes(changed)).is_valid:
            missed.append(place)
    assert missed == []


def test_addition_to_an_archive_copy_is_noticed(archived):
    added = PdfWriter(io.BytesIO(archived), incremental=True)
    added.add_metadata({"/Title": "Another"})
    output = io.BytesIO()
    added.write(output)
    assert seal.verify_pdf(output.getvalue()).problem == "altered"
    assert seal.verify_pdf(archived + b"%comment\n").problem == "altered"


def test_stamp_is_renewed_by_another_authority_before_the_first_runs_out(archived, tmp_path, settings):
    later = timezone.now() + dt.timedelta(days=900)
    with time_machine.travel(later, tick=False):
        stamper, root = time_authority(later, years=5)
        with open(settings.SEAL_TRUST, "ab") as file:
            file.write(root)
        renewed = seal.renew_stamp(archived, timestamper=stamper)
        verdict = seal.verify_pdf(renewed)
    assert (verdict.is_valid, verdict.level, renewed.startswith(archived)) == (True, "B-LTA", True)
    assert verdict.archived_until.year == later.year + 5 or verdict.archived_until.year == later.year + 4
    assert renewed.count(b"/DocTimeStamp") == 2


def test_verify_pdf_command_names_the_level(archived, tmp_path, capsys):
    path = tmp_path / "archived.pdf"
    path.write_bytes(archived)
    call_command("verify_pdf", str(path))
    assert "Level      PAdES B-LTA, stamped for the archive until " in capsys.readouterr().out


# Keys


def write_key(path, name, *, days=365, start=None):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = seal_keys._name("Nordhaven Group", "DE", name)
    builder = seal_keys._certificate(subject, subject, key.public_key(), start or timezone.now(), 1)
    builder = builder.add_extension(seal_keys._usage(digital_signature=True, content_commitment=True), critical=True)
    builder._not_valid_after = (start or timezone.now()).replace(tzinfo=None) + dt.timedelta(days=days)
    certificate = builder.sign(key, hashes.SHA256())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, BestAvailableEncryption(b"secret"))
    )


@pytest.fixture
def key_file(tmp_path, settings):
    settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE = str(tmp_path / "seal.p12"), "secret"
    return tmp_path / "seal.p12"


def test_new_key_is_used_without_a_restart_and_old_seals_stay_valid(pdf, key_file):
    write_key(key_file, "Key of 2026")
    first = seal.seal_pdf(pdf, reason="x")
    write_key(key_file, "Key of 2027")
    second = seal.seal_pdf(pdf, reason="x")
    verdicts = [seal.verify_pdf(file) for file in (first, second)]
    assert [(verdict.is_valid, verdict.signer) for verdict in verdicts] == [
        (True, "Key of 2026"),
        (True, "Key of 2027"),
    ]


def test_expired_key_seals_nothing_and_its_seals_stay_valid(pdf, key_file):
    write_key(key_file, "Key of 2026", days=30)
    sealed = seal.seal_pdf(pdf, reason="x")
    with time_machine.travel(timezone.now() + dt.timedelta(days=31), tick=False):
        with pytest.raises(seal_keys.SealExpired, match="SEAL_PKCS12"):
            seal.seal_pdf(pdf, reason="x")
        assert seal.verify_pdf(sealed).is_valid


@pytest.mark.parametrize(
    ("environment", "words"),
    [({"SEAL_LEVEL": "B-X"}, "B-B, B-T or B-LTA"), ({"SEAL_LEVEL": "B-LTA"}, "needs SEAL_TSA_URL")],
)
def test_bad_level_stops_the_start(environment, words):
    code = "import csr_portal.settings"
    known = {"SECRET_KEY": "x", "PATH": ""} | environment

    done = subprocess.run([sys.executable, "-c", code], env=known, capture_output=True, text=True, check=False)
    assert (done.returncode, words in done.stderr) == (1, True)
