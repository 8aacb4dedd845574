"""What auditors may do: qualifications and their standing, ties to suppliers."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from csr_portal.core import history
from csr_portal.core.files import EVIDENCE_TYPES, receive
from csr_portal.core.models import User
from csr_portal.core.workflow import WorkflowError
from training.models import AuditorQualification, AuditorTie
from training.permissions import can_run


@transaction.atomic
def record_qualification(
    qualification: AuditorQualification, *, by: User, upload: UploadedFile | None = None
) -> AuditorQualification:
    """Add an auditor certificate; the one that it renews stays, as superseded."""
    if not can_run(by, qualification):
        raise WorkflowError(_("Only the training coordinator records qualifications."))
    qualification.recorded_by = by
    if upload is not None:
        qualification.file = receive(upload, by=by, accepted=EVIDENCE_TYPES)
    qualification.save()
    data = {"certificate": str(qualification), "expires_on": qualification.expires_on}
    history.record(qualification, "qualification.recorded", by=by, data=data)
    return qualification


@transaction.atomic
def change_standing(qualification: AuditorQualification, standing: str, *, by: User, reason: str) -> None:
    """Note that the scheme's owner lapsed, suspended or restored a certificate."""
    if not can_run(by, qualification):
        raise WorkflowError(_("Only the training coordinator records qualifications."))
    data = {"certificate": str(qualification), "before": qualification.standing, "after": standing}
    qualification.standing = standing
    qualification.clean_fields(exclude={f.name for f in qualification._meta.fields} - {"standing"})
    qualification.save(update_fields=["standing"])
    history.record(qualification, "qualification.standing", by=by, reason=reason, data=data)


@transaction.atomic
def record_tie(tie: AuditorTie, *, by: User) -> AuditorTie:
    """Note why somebody is not independent of a supplier."""
    if not can_run(by, tie):
        raise WorkflowError(_("Only the training coordinator records ties."))
    tie.recorded_by = by
    tie.save()
    data = {"supplier": tie.supplier.number, "kind": tie.kind, "from": tie.from_on, "to": tie.to_on}
    history.record(tie, "tie.recorded", by=by, data=data)
    return tie
