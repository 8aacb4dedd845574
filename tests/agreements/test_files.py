"""The two files of an agreement: drawn again after a crash they are the same, and no attempt leaves another behind."""

import pytest
from django.core.files.storage import default_storage

from agreements import reports, tasks, workflow
from agreements.workflow import force
from csr_portal.core.models import Organisation
from csr_portal.core.seal import sha256
from tests.factories.agreements import AgreementFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fonts", "gate_policy")]


def names_of(agreement):
    return sorted(default_storage.listdir(tasks.folder_of(agreement))[1])


def test_text_drawn_again_after_a_crash_is_the_same_file(monkeypatch):
    agreement = AgreementFactory(language="zh-hans")
    data = reports.draw_presented(agreement, Organisation.current())
    tasks.keep(f"{tasks.folder_of(agreement)}/text-{sha256(data)[:16]}.pdf", data)  # and then the process died
    tasks.ensure_presented(agreement)
    assert agreement.presented_sha256 == sha256(data)
    assert names_of(agreement) == [agreement.presented_file.name.rpartition("/")[2]]


def test_sealed_file_of_a_dead_attempt_is_removed_by_the_next_one():
    agreement = AgreementFactory(status="signed")
    tasks.keep(f"{tasks.folder_of(agreement)}/sealed-of-a-dead-attempt.pdf", b"%PDF-")
    workflow.seal_agreement(agreement.pk)
    agreement.refresh_from_db()
    assert agreement.status == "in_force"
    assert names_of(agreement) == sorted(
        field.name.rpartition("/")[2] for field in (agreement.presented_file, agreement.sealed_file)
    )


def test_attempt_that_comes_too_late_removes_its_own_file(monkeypatch):
    """Two workers seal the same agreement: the row names one file, and only that one is left."""
    agreement = AgreementFactory(status="signed")
    real = force.come_into_force

    def overtaken(late, **files):
        monkeypatch.setattr(force, "come_into_force", real)
        workflow.seal_agreement(agreement.pk)
        real(late, **files)

    monkeypatch.setattr(force, "come_into_force", overtaken)
    workflow.seal_agreement(agreement.pk)
    agreement.refresh_from_db()
    assert len(names_of(agreement)) == 2
    with agreement.sealed_file.open("rb") as file:
        assert sha256(file.read()) == agreement.sealed_sha256
