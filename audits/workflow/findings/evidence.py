"""The evidence that it is put right, verified or refused."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import EvidenceSubmission, Finding
from audits.states import SubmissionVerdict
from audits.workflow.evidence import keep_file
from audits.workflow.findings.people import tell_judges, tell_supplier
from audits.workflow.findings.steps import STEPS, evidence_blockers
from audits.workflow.reasons import require_reason
from csr_portal.core.models import User
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Blocker, WorkflowError, blocked_message, move
from suppliers.models import Evidence
from suppliers.workflow import facts_changed, lock


@transaction.atomic
def submit_evidence(
    finding: Finding,
    *,
    by: User,
    note: str = "",
    evidence: Iterable[Evidence] = (),
    uploads: Iterable[UploadedFile] = (),
    records_from: dt.date | None = None,
    records_to: dt.date | None = None,
) -> EvidenceSubmission:
    """Files that are there already and new ones. At least one file; the supplier's own only."""
    supplier = lock(finding.supplier_id)
    own = [item for item in evidence if item.supplier_id == finding.supplier_id and item.withdrawn_at is None]
    own += [keep_file(finding.supplier, finding.site, upload, by=by) for upload in uploads]
    if not own:
        url = reverse("portal:finding-detail", args=[finding.pk])
        missing = Blocker("evidence", _("Add at least one file that proves it."), Turn.SUPPLIER, url)
        raise WorkflowError(blocked_message(), [missing, *evidence_blockers(finding)])
    move(finding, STEPS, "submit_evidence", by=by)
    last = finding.submissions.first()
    submission = EvidenceSubmission.objects.create(
        finding=finding,
        number=last.number + 1 if last else 1,
        note=note,
        submitted_by=by,
        records_from=records_from,
        records_to=records_to,
    )
    submission.evidence.set(own)
    tell_judges(finding, "finding_evidence_submitted", f"evidence{submission.number}")
    facts_changed(supplier)
    return submission


@transaction.atomic
def verify(finding: Finding, *, by: User, note: str = "", day: dt.date | None = None) -> None:
    """Close it: the evidence proves that it is put right. Never by who sent it, nor by the supplier."""
    supplier = lock(finding.supplier_id)
    closing: dict[str, Any] = {"due_on": None, "closed_on": day or today(), "verified_by": by}
    move(finding, STEPS, "verify", by=by, reason=note, **closing)
    submission = _judge_evidence(finding, SubmissionVerdict.ACCEPTED, note, by)
    tell_supplier(finding, "finding_closed", f"evidence{submission.number}", note=note)
    facts_changed(supplier)


@transaction.atomic
def reject_evidence(finding: Finding, *, by: User, note: str, verdict: str = SubmissionVerdict.PROGRESS) -> None:
    """Progress made, or not accepted; with the reason. The day of closure stays."""
    require_reason(note)
    supplier = lock(finding.supplier_id)
    move(finding, STEPS, "reject_evidence", by=by, reason=note, data={"verdict": verdict}, due_on=finding.close_due_on)
    submission = _judge_evidence(finding, verdict, note, by)
    tell_supplier(finding, "finding_evidence_rejected", f"evidence{submission.number}", note=note)
    facts_changed(supplier)


def _judge_evidence(finding: Finding, verdict: str, note: str, by: User) -> EvidenceSubmission:
    last = finding.submissions.first()
    if last is None:
        raise WorkflowError(_("No evidence was sent."))
    last.verdict, last.verdict_note, last.verdict_by, last.verdict_at = verdict, note, by, timezone.now()
    last.save(update_fields=["verdict", "verdict_note", "verdict_by", "verdict_at"])
    return last
