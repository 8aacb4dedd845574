"""The company chop on paper: scan uploaded, then confirmed or not accepted by the company."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import events
from agreements.models import Agreement, ChopFile, ChopPaper, SignatureEvent
from agreements.reports import read_file
from agreements.states import EventKind, Method, Party
from agreements.tasks import ensure_presented, straighten_paper
from agreements.viewing import PDF
from agreements.workflow.company import ask_company, turn_after_supplier
from agreements.workflow.evidence import Trace, keep_event
from agreements.workflow.links import revoke_links
from agreements.workflow.people import people_of, staff_of
from agreements.workflow.steps import STEPS
from csr_portal.core.files import EVIDENCE_TYPES, IMAGE_TYPES, receive
from csr_portal.core.models import StoredFile, User
from csr_portal.core.notices import tell
from csr_portal.core.pdf_pages import page_count
from csr_portal.core.workflow import move
from suppliers.workflow import facts_changed, lock

CHOP_TYPES = IMAGE_TYPES | ({"application/pdf"} & EVIDENCE_TYPES)
MAX_PAGES = 40


@transaction.atomic
def upload_chop(
    agreement: Agreement, uploads: Iterable[UploadedFile], *, by: User, trace: Trace | None = None
) -> ChopPaper:
    """Keep the scan or the photos of the printed, chopped text as they are; the company then looks at them."""
    ensure_presented(agreement)
    supplier = lock(agreement.supplier_id)
    scans = [receive(upload, by=by, accepted=CHOP_TYPES) for upload in uploads]
    _check_pages(scans)
    data = {"scans_sha256": [scan.sha256 for scan in scans]}
    move(agreement, STEPS, "agreement.upload_chop", by=by, data=data)
    events.changed(agreement)
    paper = ChopPaper.objects.create(agreement=agreement, sent_by=by)
    ChopFile.objects.bulk_create(ChopFile(paper=paper, position=n, file=scan) for n, scan in enumerate(scans, 1))
    revoke_links(agreement, by=by, trace=trace)
    keep_event(
        agreement, EventKind.CHOP_UPLOADED, name=by.name, name_latin=by.name_latin, title=by.job_title,
        method=Method.CHOP, text_sha256=agreement.presented_sha256, trace=trace, data=data,
    )  # fmt: skip
    straighten_paper.enqueue(paper.pk, key=str(paper.pk))
    url = reverse("staff:agreement-paper", args=[agreement.pk])
    tell(staff_of(agreement), "agreements/chop_uploaded", about=agreement, event=f"chop:{paper.pk}", url=url)
    facts_changed(supplier)
    return paper


def _check_pages(scans: list[StoredFile]) -> None:
    """At least one page, at most as many as somebody can compare; every PDF can be read."""
    pages = 0
    for scan in scans:
        try:
            pages += page_count(read_file(scan.file)) if scan.media_type == PDF else 1
        except ValidationError as error:
            raise ValidationError(f"{scan.original_name}: {error.message}") from error
    if not pages:
        raise ValidationError(_("Choose a scan or a photo."))
    if pages > MAX_PAGES:
        raise ValidationError(
            _("These are %(pages)s pages; at most %(limit)s are accepted.") % {"pages": pages, "limit": MAX_PAGES}
        )


@transaction.atomic
def confirm_chop(agreement: Agreement, *, by: User, reason: str = "", trace: Trace | None = None) -> None:
    """The scan shows our text, complete, with the supplier's chop: it counts as a signature."""
    supplier = lock(agreement.supplier_id)
    turn = turn_after_supplier(agreement)
    move(agreement, STEPS, "agreement.confirm_chop", by=by, reason=reason, due_on=None, turn=turn)
    events.changed(agreement)
    _decided(agreement, EventKind.CHOP_CONFIRMED, by=by, reason=reason, trace=trace)
    ask_company(agreement)
    facts_changed(supplier)


@transaction.atomic
def refuse_chop(agreement: Agreement, *, by: User, reason: str, trace: Trace | None = None) -> None:
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.refuse_chop", by=by, reason=reason)
    events.returned(agreement)
    event = _decided(agreement, EventKind.CHOP_REFUSED, by=by, reason=reason, trace=trace)
    url = reverse("portal:agreement-detail", args=[agreement.pk])
    context = {"reason": reason}
    tell(people_of(supplier), "agreements/chop_refused", about=agreement, event=f"{event.pk}", url=url, context=context)
    facts_changed(supplier)


def _decided(agreement: Agreement, kind: str, *, by: User, reason: str, trace: Trace | None) -> SignatureEvent:
    return keep_event(
        agreement, kind, party=Party.COMPANY, name=by.name, name_latin=by.name_latin, title=by.job_title, trace=trace,
        data={"reason": reason} if reason else {},
    )  # fmt: skip
