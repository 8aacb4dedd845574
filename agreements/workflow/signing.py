"""Signed by link and code, or refused with a reason."""

import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import events
from agreements.models import Agreement, SignatureEvent, SigningLink
from agreements.reports import CONSENT_VERSION
from agreements.states import EventKind, Method
from agreements.states import VersionStatus as V
from agreements.workflow.company import ask_company, turn_after_supplier
from agreements.workflow.evidence import Trace, keep_event
from agreements.workflow.links import link_problem, revoke_links
from agreements.workflow.people import deciders, staff_of, tell_both, tell_people, tell_signatory
from agreements.workflow.reservation import reserved_clauses
from agreements.workflow.steps import STEPS
from csr_portal.core.files import receive
from csr_portal.core.states import Turn
from csr_portal.core.workflow import Actor, Outsider, WorkflowError, move
from suppliers.workflow import facts_changed, lock


@transaction.atomic
def sign(
    link: SigningLink, *, name: str, title: str, authority: str, presented_sha256: str, name_latin: str = "",
    drawing: bytes = b"", trace: Trace | None = None, text_language: str = "",
    reservations: Mapping[str, str] | None = None,
) -> SignatureEvent:  # fmt: skip
    """Sign once. Refused if the text is not the one shown, the version was replaced, or the link no longer works.

    With `reservations` (clause key → text) the agreement is signed, but waits for a CSR manager to accept them.
    """
    signer = Outsider(name)
    supplier = lock(link.agreement.supplier_id)
    agreement = Agreement.objects.select_for_update().select_related("version__document").get(pk=link.agreement_id)
    link = SigningLink.objects.select_for_update().select_related("agreement").get(pk=link.pk)
    if problem := link_problem(link):
        raise WorkflowError(problem)
    if agreement.version.status != V.PUBLISHED:
        raise WorkflowError(_("A newer version of this text has been published. Ask your contact person."))
    shown = agreement.presented_sha256
    if not shown or not hmac.compare_digest(shown, presented_sha256):
        raise WorkflowError(_("The text has changed since you opened it. Read it again, then sign."))
    reserved = _reserved(agreement, reservations or {})
    step = "agreement.reserve" if reserved else "agreement.sign"
    turn = Turn.CSR if reserved else turn_after_supplier(agreement)
    data = {"presented_sha256": shown, "title": title} | (reserved_clauses(reserved) if reserved else {})
    due_on = agreement.due_on if reserved else None  # refused, the text is due on its day again
    move(agreement, STEPS, step, by=signer, data=data, due_on=due_on, turn=turn, reservations=reserved)
    events.changed(agreement)
    SigningLink.objects.filter(pk=link.pk).update(used_at=timezone.now())
    kind = EventKind.RESERVED if reserved else EventKind.SIGNED
    event = keep_event(
        agreement, kind, link=link, name=name, name_latin=name_latin, title=title, authority=authority,
        method=Method.DRAWN if drawing else Method.TYPED, text_sha256=shown, consent_version=CONSENT_VERSION,
        trace=trace, drawing=_keep_drawing(drawing, agreement) if drawing else None,
        data={"text_language": text_language or agreement.language, "version": agreement.version.number}
        | ({"reservations": reserved} if reserved else {}),
    )  # fmt: skip
    if reserved:
        url, people = reverse("staff:agreement-detail", args=[agreement.pk]), [*deciders(), *staff_of(agreement)]
        context = {"reservations": reserved, "who": name}
        tell_people(people, agreement, "agreements/reserved", str(event.pk), url=url, context=context)
    else:
        ask_company(agreement)
    facts_changed(supplier)
    return event


def _reserved(agreement: Agreement, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Clause by clause, in the order of the text; empty texts are none, unknown clauses are refused."""
    texts = {key: text.strip() for key, text in texts.items() if text.strip()}
    clauses = {clause.key: clause for clause in agreement.version.clauses.all()}
    if unknown := set(texts) - set(clauses):
        raise WorkflowError(_("Unknown clause: %(clause)s.") % {"clause": ", ".join(sorted(unknown))})
    return [
        {"clause": key, "position": clause.position, "title": clause.title, "text": texts[key]}
        for key, clause in clauses.items()
        if key in texts
    ]


def _keep_drawing(data: bytes, agreement: Agreement) -> Any:
    upload = UploadedFile(ContentFile(data), name=f"{agreement.number}.png", size=len(data))
    return receive(upload, by=None, accepted={"image/png"})


@transaction.atomic
def decline(
    agreement: Agreement, *, by: Actor, reason: str, clauses: Iterable[str] = (), link: SigningLink | None = None,
    trace: Trace | None = None, name_latin: str = "", title: str = "",
) -> None:  # fmt: skip
    """Refuse to sign, with a reason and the clauses it is about; everybody concerned is told."""
    supplier = lock(agreement.supplier_id)
    clauses = list(clauses)
    move(agreement, STEPS, "agreement.decline", by=by, reason=reason, data={"clauses": clauses}, end_reason=reason)
    events.changed(agreement)
    name, data = getattr(by, "name", ""), {"reason": reason, "clauses": clauses}
    keep_event(
        agreement, EventKind.DECLINED, link=link, name=name, name_latin=name_latin,
        title=title or getattr(by, "job_title", ""), text_sha256=agreement.presented_sha256, trace=trace, data=data,
    )  # fmt: skip
    named = agreement.signing_links.filter(used_at=None, revoked_at=None).exclude(email="").last()
    revoke_links(agreement, by=by, trace=trace)
    context = {"reason": reason, "who": name, "clauses": agreement.clauses_named(clauses)}
    tell_both(agreement, "agreements/declined", "declined", context)
    if named:
        tell_signatory(named, "agreements/declined", "declined", context=context)
    facts_changed(supplier)
