"""Files behind answers: sent, given before, taken away."""

import datetime as dt
import uuid

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import Answer, AnswerEvidence, Question, SelfInspection
from audits.states import AnswerVerdict
from audits.states import InspectionStatus as S
from audits.workflow.evidence import keep_file
from audits.workflow.inspections.answering import require_editable, start
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Evidence


@transaction.atomic
def attach_upload(
    inspection: SelfInspection,
    question: Question,
    upload: UploadedFile,
    *,
    by: User,
    client_id: uuid.UUID | None = None,
    effective_on: dt.date | None = None,
) -> AnswerEvidence:
    """Keep a file behind an answer. The same `client_id` gives the first link again (B2)."""
    require_editable(inspection, by)
    if client_id and (known := _link_known(inspection, client_id)):
        return known
    evidence = keep_file(
        inspection.supplier, inspection.site, upload, by=by, client_id=client_id, effective_on=effective_on
    )
    return _attach(inspection, question, evidence, by=by, client_id=client_id)


@transaction.atomic
def attach_known(inspection: SelfInspection, question: Question, evidence: Evidence, *, by: User) -> AnswerEvidence:
    """A file the supplier has given before, without sending it again (B17)."""
    require_editable(inspection, by)
    if evidence.supplier_id != inspection.supplier_id or evidence.withdrawn_at:
        raise WorkflowError(_("This file cannot be used here."))
    return _attach(inspection, question, evidence, by=by, client_id=None)


@transaction.atomic
def detach(link: AnswerEvidence, *, by: User) -> None:
    """Take the file from the answer; the file itself stays."""
    require_editable(link.answer.inspection, by)
    AnswerEvidence.objects.filter(pk=link.pk, removed_at=None).update(removed_at=timezone.now())
    history.record(link.answer.inspection, "inspection.detach", by=by, data={"evidence": link.evidence_id})


def _link_known(inspection: SelfInspection, client_id: uuid.UUID) -> AnswerEvidence | None:
    return AnswerEvidence.objects.filter(client_id=client_id, answer__inspection=inspection).first()


def _attach(
    inspection: SelfInspection, question: Question, evidence: Evidence, *, by: User, client_id: uuid.UUID | None
) -> AnswerEvidence:
    if inspection.status == S.ASSIGNED:
        start(inspection, by=by)
    answer, _is_new = Answer.objects.get_or_create(
        inspection=inspection, question=question, defaults={"answered_by": by, "revision": 0}
    )
    Answer.objects.filter(pk=answer.pk, verdict=AnswerVerdict.RETURNED).update(verdict="")
    link, is_new = AnswerEvidence.objects.get_or_create(
        answer=answer,
        evidence=evidence,
        removed_at=None,
        defaults={"client_id": client_id or uuid.uuid4(), "added_by": by},
    )
    if is_new:
        kept = {"question": question.key, "file": evidence.file.original_name, "sha256": evidence.file.sha256}
        history.record(inspection, "inspection.attach", by=by, data=kept)
    return link
