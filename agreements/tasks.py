"""Work that follows a step: draw the text as presented, mail a code."""

import datetime as dt
import logging
from collections.abc import Iterable
from contextlib import suppress

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from agreements import events
from agreements.models import Agreement, ChopPaper, SigningLink
from agreements.reports import draw_presented
from agreements.viewing import make_viewing_copy
from csr_portal.core.drawn_files import forget_others, keep
from csr_portal.core.jobs import job
from csr_portal.core.models import Organisation, User
from csr_portal.core.seal import sha256
from csr_portal.core.workflow import WorkflowError
from suppliers.gates import EXPIRING_DAYS
from suppliers.models import Supplier
from suppliers.workflow.supplier import remind

log = logging.getLogger(__name__)

REMIND_AT_ONCE = 25
DAYS_MISSED = 7  # a longer standstill is not made up for
FILE_FIELDS = (
    "presented_file", "presented_sha256", "sealed_file", "sealed_sha256", "archive_file", "archive_sha256",
)  # fmt: skip


@job("agreements.present")
def present(agreement_id: int) -> None:
    ensure_presented(Agreement.objects.select_related("supplier", "version__document").get(pk=agreement_id))


@job("agreements.present_some")
def present_some(ids: str) -> None:
    """Draw the texts of these agreements and keep them together; one that fails gets a job of its own."""
    rows = Agreement.objects.filter(pk__in=[int(pk) for pk in ids.split(",")], presented_sha256="").order_by("pk")
    company, drawn = Organisation.current(), []
    for row in rows.select_related("supplier", "version__document").prefetch_related("version__clauses"):
        try:
            drawn.append((row, draw_presented(row, company)))
        except Exception:
            log.exception("agreement %s was not drawn together with others", row.pk)
            present.enqueue(row.pk, key=str(row.pk))
    _keep_presented(drawn)


def ensure_presented(agreement: Agreement) -> Agreement:
    """The file to be signed, drawn once: whoever comes first keeps it, everybody else uses that one."""
    if not agreement.presented_sha256:
        _keep_presented([(agreement, draw_presented(agreement, Organisation.current()))])
    return agreement


def _keep_presented(drawn: Iterable[tuple[Agreement, bytes]]) -> None:
    """The files first, then in one transaction the rows that name them, but for rows that name one already."""
    kept = []
    for agreement, data in drawn:
        digest = sha256(data)
        kept.append((agreement, keep(f"{folder_of(agreement)}/text-{digest[:16]}.pdf", data), digest))
    with transaction.atomic():
        for agreement, path, digest in kept:
            unnamed = Agreement.objects.filter(pk=agreement.pk, presented_sha256="")
            unnamed.update(presented_file=path, presented_sha256=digest)
    forget_unnamed(*(agreement for agreement, _path, _digest in kept))


@job("agreements.straighten", time_limit=600)
def straighten_paper(paper_id: int) -> None:
    """The copy of a paper with the company chop that people look at; what was received stays as it is."""
    make_viewing_copy(ChopPaper.objects.select_related("agreement").get(pk=paper_id))


def folder_of(agreement: Agreement) -> str:
    return f"agreements/{agreement.pk}"


def forget_unnamed(*agreements: Agreement) -> None:
    """Read anew which files these rows name, and remove drawn files of attempts that died before theirs was named."""
    fresh = Agreement.objects.only(*FILE_FIELDS).in_bulk([agreement.pk for agreement in agreements])
    for agreement in agreements:
        for name in FILE_FIELDS:
            setattr(agreement, name, getattr(fresh[agreement.pk], name))
        files = (agreement.presented_file, agreement.sealed_file, agreement.archive_file)
        forget_others(folder_of(agreement), {file.name for file in files})


@job("agreements.remind_suppliers", time_limit=240)
def remind_suppliers(by_id: int, day: str, ids: str) -> None:
    """Remind these suppliers; whoever was reminded today already or cannot be reached is left out."""
    by = User.objects.get(pk=by_id)
    for supplier in Supplier.objects.filter(pk__in=[int(pk) for pk in ids.split(",")]).order_by("pk"):
        with suppress(WorkflowError):
            remind(supplier, by=by, day=dt.date.fromisoformat(day))


@job("agreements.tell_expiring", time_limit=600)
def tell_expiring(day: str) -> None:
    """Once a day: other systems hear which agreements have come into their days of notice, also of days missed."""
    last = dt.date.fromisoformat(day) + dt.timedelta(days=EXPIRING_DAYS)
    rows = Agreement.objects.in_force_until(last - dt.timedelta(days=DAYS_MISSED), last)
    for agreement in rows.select_related("supplier").order_by("pk"):
        events.expiring(agreement)


@job("agreements.mail_code", time_limit=60)
def mail_code(link_id: int, serial: int) -> None:
    """Mail the present code to the signatory. The code is derived here and stored nowhere (no notice, no job)."""
    link = SigningLink.objects.select_related("agreement__supplier").get(pk=link_id)
    if link.code_serial != serial or not link.email:
        return
    with translation.override(link.language):
        content = {"link": link, "code": link.code, "agreement": link.agreement, "organisation": Organisation.current()}
        subject = " ".join(render_to_string("emails/agreements/code_subject.txt", content).split())
        body = render_to_string("emails/agreements/code.txt", content).strip() + "\n"
    EmailMessage(subject, body, to=[link.email]).send()
