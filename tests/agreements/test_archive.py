"""Seals that had to wait, and the stamps of archive copies."""

import datetime as dt

import pytest
from django.utils import timezone

from agreements import sweeps, workflow
from agreements.models import Agreement
from csr_portal.core import seal, seal_keys
from csr_portal.core.models import HistoryEntry, Job
from csr_portal.core.timezones import today
from tests.factories.agreements import AgreementFactory
from tests.time_authority import Server, time_authority

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts", "gate_policy")]


@pytest.fixture
def stamping(tmp_path, settings):
    stamper, root = time_authority(timezone.now(), years=2)
    server = Server(stamper)
    (tmp_path / "roots.pem").write_bytes(root)
    settings.SEAL_TSA_URL, settings.SEAL_TRUST = server.url, str(tmp_path / "roots.pem")
    settings.SEAL_LEVEL = "B-LTA"
    yield server
    server.stop()


def jobs_of(task):
    return list(Job.objects.filter(task=task).values_list("arguments__0", flat=True))


def test_seal_that_waited_for_a_new_certificate_is_asked_for_again_once_a_day(monkeypatch):
    now = timezone.now()
    waiting = AgreementFactory(status="signed", status_since=now - dt.timedelta(hours=2))
    AgreementFactory(status="signed", status_since=now)
    for _time in range(2):
        sweeps.seal_again(today(), now)
    assert jobs_of("agreements.seal") == [waiting.pk]


def test_expired_certificate_leaves_the_agreement_signed_and_the_next_one_seals_it(monkeypatch):
    agreement = AgreementFactory(status="signed")

    def expired():
        raise seal_keys.SealExpired("expired")

    with monkeypatch.context() as patch:
        patch.setattr(seal, "signer", expired)
        with pytest.raises(seal_keys.SealExpired):
            workflow.seal_agreement(agreement.pk)
    agreement.refresh_from_db()
    assert (agreement.status, agreement.sealed_sha256) == ("signed", "")
    workflow.seal_agreement(agreement.pk)
    agreement.refresh_from_db()
    assert agreement.status == "in_force"


def test_archive_copy_gets_a_new_stamp_in_time_and_the_first_file_stays(stamping):
    agreement = AgreementFactory(status="signed")
    workflow.seal_agreement(agreement.pk)
    agreement.refresh_from_db()
    first, until = agreement.sealed_file.name, agreement.archived_until
    assert dt.timedelta(days=720) < until - today() < dt.timedelta(days=740)

    sweeps.seal_again(until - dt.timedelta(days=90))
    assert jobs_of("agreements.renew_stamp") == []
    sweeps.seal_again(until - dt.timedelta(days=89))
    assert jobs_of("agreements.renew_stamp") == [agreement.pk]
    workflow.renew_archive_stamp(agreement.pk)
    agreement.refresh_from_db()
    with agreement.archive_file.open("rb") as file:
        data = file.read()
    verdict = seal.verify_pdf(data)
    assert (agreement.sealed_file.name, seal.sha256(data)) == (first, agreement.archive_sha256)
    assert (verdict.is_valid, verdict.level, data.count(b"/DocTimeStamp")) == (True, "B-LTA", 2)
    entry = HistoryEntry.objects.get(action="agreement.renew_stamp")
    assert entry.data["archive_sha256"] == agreement.archive_sha256


def test_agreement_of_a_lower_level_is_never_stamped_again():
    agreement = AgreementFactory(status="signed")
    workflow.seal_agreement(agreement.pk)
    agreement.refresh_from_db()
    assert agreement.archived_until is None
    assert not Agreement.objects.to_stamp_again(today() + dt.timedelta(days=9999)).exists()
