"""Jobs through the real broker and a real worker, which is killed in the middle."""

import datetime as dt
import hashlib

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from csr_portal.celery import app
from csr_portal.core import jobs
from csr_portal.core.models import Job
from csr_portal.core.states import JobStatus, ReportStatus
from tests import broker as real
from tests.factories.core import UserFactory
from tests.factories.suppliers import SupplierFactory
from tests.factories.training import SessionFactory, TrainingCertificateFactory
from training.models import CertificateReport
from training.workflow import ask_for_certificate

pytestmark = [pytest.mark.broker, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    broker = real.Broker(tmp_path_factory.mktemp("broker"))
    yield broker
    broker.stop()


@pytest.fixture
def worker(broker, tmp_path, monkeypatch):
    """Jobs of this test go to the broker, not in place. (Celery asks the environment for the address first.)"""
    monkeypatch.setenv("CELERY_BROKER_URL", broker.url)
    app.conf.task_always_eager = False
    forget_connections()
    worker = real.Worker(broker, tmp_path)
    yield worker
    worker.kill()
    app.conf.task_always_eager = True
    forget_connections()


def forget_connections():
    """The app keeps its connections by the address it had when they were made."""
    app._pool = app.amqp._producer_pool = None


def is_done(row):
    return lambda: Job.objects.get(pk=row.pk).status == JobStatus.DONE


def test_worker_does_a_job_once_after_the_commit(worker, tmp_path):
    path = str(tmp_path / "notes")
    worker.start()
    with transaction.atomic():
        row = real.note.enqueue(path, "done")
        assert real.lines(path) == []
    real.until(is_done(row))
    assert real.lines(path) == ["done"]


def test_job_is_not_done_when_its_transaction_is_rolled_back(worker, tmp_path):
    path = str(tmp_path / "notes")
    worker.start()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        real.note.enqueue(path, "never")
        raise ZeroDivisionError
    row = real.note.enqueue(path, "after")
    real.until(is_done(row))
    assert real.lines(path) == ["after"]


def test_job_is_finished_once_when_the_worker_is_killed_in_the_middle(worker, tmp_path):
    path = str(tmp_path / "notes")
    worker.start()
    row = real.note_slowly.enqueue(path, "finished")
    real.until(lambda: real.lines(path) == ["begun"])
    worker.kill()
    assert Job.objects.get(pk=row.pk).status == JobStatus.RUNNING
    (tmp_path / "notes.go").touch()
    Job.objects.filter(pk=row.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))  # its time has passed
    worker.start()
    assert [jobs.send_stale(), jobs.send_stale()] == [1, 1]  # sent twice, and the broker has it a third time
    real.until(is_done(row))
    last = real.note.enqueue(path, "last")
    real.until(is_done(last))
    assert real.lines(path) == ["begun", "begun", "finished", "last"]
    assert Job.objects.get(pk=row.pk).attempts == 2


def test_fifty_queued_jobs_are_done_once_each_when_the_worker_is_killed_meanwhile(worker, tmp_path):
    paths = [str(tmp_path / f"note-{number}") for number in range(50)]
    rows = [real.note.enqueue(path, "done") for path in paths]
    worker.start()
    real.until(lambda: Job.objects.filter(status=JobStatus.DONE).exists())
    worker.kill()
    past = timezone.now() - dt.timedelta(minutes=1)
    Job.objects.filter(status=JobStatus.RUNNING).update(lease_until=past)
    Job.objects.filter(status=JobStatus.QUEUED).update(send_after=past)
    worker.start()
    jobs.send_stale()
    real.until(lambda: Job.objects.filter(status=JobStatus.DONE).count() == len(rows))
    repeated = Job.objects.filter(attempts__gt=1).count()
    assert repeated <= 2  # only what was in the worker's two hands
    assert sum(len(real.lines(path)) for path in paths) <= len(paths) + repeated
    assert all(real.lines(path) for path in paths)


def fifty_reports():
    """Training certificates of fifty people, asked for in Chinese, as real PDFs."""
    session, supplier, by = SessionFactory(), SupplierFactory(), UserFactory()
    person = {"session": session, "supplier": supplier, "enrolled_by": by}
    common = {f"enrolment__{name}": value for name, value in person.items()} | {"issued_by": by}
    certificates = TrainingCertificateFactory.create_batch(50, **common)
    return [ask_for_certificate(certificate, language="zh-hans", by=by) for certificate in certificates]


def test_fifty_reports_are_ready_once_each_when_the_worker_is_killed_among_them(worker, fonts):
    others = set(report_files())  # an earlier test's rows are rolled back, its files stay
    asked = {report.pk for report in fifty_reports()}
    reports = CertificateReport.objects.filter(status=ReportStatus.READY)
    in_work = CertificateReport.objects.filter(status=ReportStatus.RUNNING)
    worker.start()
    real.until(lambda: reports.count() >= 5 and in_work.exists(), seconds=150)
    worker.kill()
    in_hand = set(in_work.values_list("pk", flat=True))
    finished = dict(reports.values_list("pk", "file"))
    assert len(finished) < 50
    assert len(in_hand) <= 2

    # Nobody waits two minutes here: the leases of what the dead worker had in hand are ended by the test. What had
    # been sent to it and not taken would be sent again after half a minute; the test moves that moment, too.
    past = timezone.now() - dt.timedelta(minutes=1)
    CertificateReport.objects.filter(pk__in=in_hand).update(lease_until=past)
    Job.objects.filter(status=JobStatus.RUNNING).update(lease_until=past)
    Job.objects.filter(status=JobStatus.QUEUED).update(send_after=past)
    worker.start()
    jobs.send_stale()
    jobs.send_stale()  # what runs twice by mistake of the sender finds nothing to do
    real.until(lambda: Job.objects.filter(status=JobStatus.DONE).count() == 50, seconds=300)

    assert (
        set(reports.values_list("pk", flat=True))
        == asked
        == set(CertificateReport.objects.values_list("pk", flat=True))
    )
    ready = {report.pk: report for report in reports}
    assert {pk: ready[pk].file.name for pk in finished} == finished  # what was ready was left alone
    for report in ready.values():
        with report.file.open("rb") as file:
            data = file.read()
        assert (data[:5], hashlib.sha256(data).hexdigest()) == (b"%PDF-", report.sha256)
    # One file each; only beside a report in hand may lie one that was written when the kill came.
    kept = sorted(name for name in set(report_files()) - others if pk_of(name) not in in_hand)
    assert kept == sorted(r.file.name.rpartition("/")[2] for r in ready.values() if r.pk not in in_hand)
    assert Job.objects.count() == 50
    assert set(Job.objects.filter(attempts__gt=1).values_list("arguments__0", flat=True)) >= in_hand
    assert Job.objects.filter(attempts__gt=1).count() <= 2  # only what was in the worker's two hands


def pk_of(name):
    return int(name.partition("-")[0])


def report_files():
    folder = "reports/certificatereport"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []
