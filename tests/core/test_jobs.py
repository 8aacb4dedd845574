import datetime as dt

import pytest
from django.utils import timezone

from csr_portal.core import jobs
from csr_portal.core.models import Job
from csr_portal.core.states import JobStatus

done = []


@jobs.job("tests.note")
def note(number):
    done.append(number)


@jobs.job("tests.break")
def break_down(number):
    raise ValueError(f"number {number}")


@pytest.fixture(autouse=True)
def nothing_done_yet(settings):
    settings.CELERY_TASK_EAGER_PROPAGATES = False
    done.clear()


@pytest.mark.django_db
def test_enqueue_runs_after_the_commit_and_once_per_key(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        note.enqueue(7, key="seven")
        note.enqueue(7, key="seven")
        assert done == []
    assert done == [7]
    assert Job.objects.get().status == JobStatus.DONE


@pytest.mark.django_db
def test_second_delivery_does_nothing(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        row = note.enqueue(7)
    note.run(row.pk)
    assert done == [7]


@pytest.mark.django_db
def test_failed_job_waits_longer_each_time_and_gives_up_with_its_reason():
    row = break_down.enqueue(1)
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        before = timezone.now()
        break_down.run(row.pk)
        row.refresh_from_db()
        assert row.attempts == attempt
        if attempt < jobs.MAX_ATTEMPTS:
            assert row.status == JobStatus.QUEUED
            assert row.send_after >= before + dt.timedelta(minutes=2 ** (attempt - 1))
    assert (row.status, row.error) == (JobStatus.FAILED, "ValueError: number 1")


@pytest.mark.django_db
def test_sweeper_sends_what_the_broker_lost_and_what_died_running():
    lost, died = note.enqueue(1), note.enqueue(2)
    alive = note.enqueue(3)
    now = timezone.now()
    Job.objects.filter(pk=lost.pk).update(send_after=now - dt.timedelta(minutes=5))
    Job.objects.filter(pk=died.pk).update(status=JobStatus.RUNNING, lease_until=now - dt.timedelta(seconds=1))
    Job.objects.filter(pk=alive.pk).update(status=JobStatus.RUNNING, lease_until=now + dt.timedelta(seconds=50))
    assert jobs.send_stale() == 2
    assert sorted(done) == [1, 2]
    assert Job.objects.get(pk=alive.pk).status == JobStatus.RUNNING


@pytest.mark.django_db
def test_running_job_is_not_claimed_twice():
    row = note.enqueue(1)
    lease = dt.timedelta(seconds=60)
    assert jobs.claim(row.pk, lease=lease)
    assert not jobs.claim(row.pk, lease=lease)
