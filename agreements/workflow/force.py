"""From signature to force; recalled before it is signed."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agreements import events
from agreements.models import Agreement
from agreements.reports import draw_sealed, read_file
from agreements.states import AgreementStatus as A
from agreements.tasks import ensure_presented, folder_of, forget_unnamed
from agreements.terms import term_of
from agreements.workflow.evidence import Trace
from agreements.workflow.links import revoke_links
from agreements.workflow.people import tell_both, tell_outside
from agreements.workflow.steps import STEPS
from csr_portal.core import history
from csr_portal.core.drawn_files import keep
from csr_portal.core.jobs import job
from csr_portal.core.seal import LTA, renew_stamp, sha256, verify_pdf
from csr_portal.core.workflow import SYSTEM, Actor, move
from suppliers.workflow import facts_changed, lock


@job("agreements.seal", time_limit=60)
def seal_agreement(agreement_id: int) -> None:
    """Draw and seal the signed agreement, then bring it into force. Run twice, it does nothing the second time."""
    agreement = Agreement.objects.select_related("supplier", "version__document").get(pk=agreement_id)
    if agreement.status != A.SIGNED or agreement.counter_signatures.due().exists():
        return
    ensure_presented(agreement)
    agreement.valid_from, agreement.valid_until = term_of(agreement)
    data = draw_sealed(agreement)
    path = keep(f"{folder_of(agreement)}/sealed-{sha256(data)[:16]}.pdf", data)
    if settings.SEAL_LEVEL == LTA:
        agreement.archived_until = archived_until(data)
    come_into_force(agreement, sealed_file=path, sealed_sha256=sha256(data))
    forget_unnamed(agreement)


def archived_until(pdf: bytes) -> dt.date | None:
    """The last day of the newest archive stamp's certificate."""
    moment = verify_pdf(pdf).archived_until
    return timezone.localdate(moment) if moment else None


@job("agreements.renew_stamp", time_limit=60)
def renew_archive_stamp(agreement_id: int) -> None:
    """Put a new stamp over the archive copy before the old one's certificate runs out. The first file stays."""
    agreement = Agreement.objects.get(pk=agreement_id)
    before = agreement.newest_seal.name
    data = renew_stamp(read_file(agreement.newest_seal))
    path = keep(f"{folder_of(agreement)}/archive-{sha256(data)[:16]}.pdf", data)
    with transaction.atomic():
        current = Agreement.objects.select_for_update().get(pk=agreement_id)
        if current.newest_seal.name == before:
            current.archive_file, current.archive_sha256 = path, sha256(data)
            current.archived_until = archived_until(data)
            current.save(update_fields=["archive_file", "archive_sha256", "archived_until"])
            told = {"archive_sha256": current.archive_sha256, "archived_until": current.archived_until}
            history.record(current, "agreement.renew_stamp", by=SYSTEM, data=told)
            events.sealed(current)
    forget_unnamed(agreement)


@transaction.atomic
def come_into_force(agreement: Agreement, *, sealed_file: str, sealed_sha256: str) -> None:
    """Keep the sealed hash in the history, supersede the agreement in force before, tell both sides."""
    supplier = lock(agreement.supplier_id)
    dates: dict[str, Any] = {"valid_from": agreement.valid_from, "valid_until": agreement.valid_until}
    if not Agreement.objects.select_for_update().filter(pk=agreement.pk, status=A.SIGNED).exists():
        return
    for older in Agreement.objects.filter(supplier=supplier, document=agreement.document_id, status=A.IN_FORCE):
        move(older, STEPS, "agreement.supersede", by=SYSTEM, data={"by_number": agreement.number})
        events.changed(older)
    move(
        agreement, STEPS, "agreement.come_into_force", by=SYSTEM,
        data={"sealed_sha256": sealed_sha256, **dates}, sealed_file=sealed_file, sealed_sha256=sealed_sha256,
        sealed_at=timezone.now(), archived_until=agreement.archived_until, sealed_until=agreement.valid_until, **dates,
    )  # fmt: skip
    events.sealed(agreement)
    events.changed(agreement)
    tell_both(agreement, "agreements/in_force", "in_force")
    tell_outside(agreement, "agreements/in_force", "in_force")
    facts_changed(supplier)


@transaction.atomic
def recall(agreement: Agreement, *, by: Actor, reason: str, campaign: bool = False, trace: Trace | None = None) -> None:
    """Take an agreement back before it is signed. Staff hear of one; with its whole campaign they know already."""
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.recall", by=by, reason=reason, end_reason=reason, due_on=None)
    events.changed(agreement)
    revoke_links(agreement, by=by, trace=trace)
    tell_both(agreement, "agreements/recalled", "recalled", {"reason": reason}, without_staff=campaign)
    facts_changed(supplier)
