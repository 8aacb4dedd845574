"""The company chop on paper: scan uploaded, then confirmed or not accepted by the company."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from agreements import events
from agreements.models import Agreement
from agreements.states import EventKind, Method, Party
from agreements.tasks import ensure_presented
from agreements.workflow.company import ask_company, turn_after_supplier
from agreements.workflow.evidence import Trace, keep_event
from agreements.workflow.links import revoke_links
from agreements.workflow.people import people_of, staff_of
from agreements.workflow.steps import STEPS
from csr_portal.core.files import EVIDENCE_TYPES, IMAGE_TYPES, receive
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.workflow import move
from suppliers.workflow import facts_changed, lock

CHOP_TYPES = IMAGE_TYPES | ({"application/pdf"} & EVIDENCE_TYPES)


@transaction.atomic
def upload_chop(agreement: Agreement, upload: UploadedFile, *, by: User, trace: Trace | None = None) -> None:
    """Keep the scan of the printed, chopped text; the company then looks at it."""
    ensure_presented(agreement)
    supplier = lock(agreement.supplier_id)
    scan = receive(upload, by=by, accepted=CHOP_TYPES)
    move(agreement, STEPS, "agreement.upload_chop", by=by, data={"scan_sha256": scan.sha256}, chop_scan=scan)
    revoke_links(agreement, by=by)
    keep_event(
        agreement, EventKind.CHOP_UPLOADED, name=by.name, name_latin=by.name_latin, title=by.job_title,
        method=Method.CHOP, text_sha256=agreement.presented_sha256, trace=trace, data={"scan_sha256": scan.sha256},
    )  # fmt: skip
    url = reverse("staff:agreement-detail", args=[agreement.pk])
    tell(staff_of(agreement), "agreements/chop_uploaded", about=agreement, event=f"chop:{scan.pk}", url=url)
    facts_changed(supplier, by=by)


@transaction.atomic
def confirm_chop(agreement: Agreement, *, by: User, reason: str = "") -> None:
    """The scan shows our text, complete, with the supplier's chop: it counts as a signature."""
    supplier = lock(agreement.supplier_id)
    turn = turn_after_supplier(agreement)
    move(agreement, STEPS, "agreement.confirm_chop", by=by, reason=reason, due_on=None, turn=turn)
    events.changed(agreement)
    keep_event(agreement, EventKind.CHOP_CONFIRMED, party=Party.COMPANY, name=by.name, title=by.job_title)
    ask_company(agreement)
    facts_changed(supplier, by=by)


@transaction.atomic
def refuse_chop(agreement: Agreement, *, by: User, reason: str) -> None:
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.refuse_chop", by=by, reason=reason)
    data = {"reason": reason}
    event = keep_event(agreement, EventKind.CHOP_REFUSED, party=Party.COMPANY, name=by.name, data=data)
    url = reverse("portal:agreement-detail", args=[agreement.pk])
    context = {"reason": reason}
    tell(people_of(supplier), "agreements/chop_refused", about=agreement, event=f"{event.pk}", url=url, context=context)
    facts_changed(supplier, by=by)
