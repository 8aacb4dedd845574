"""The signatory's way to the text: a one-time link and a code, without an account."""

import datetime as dt
import hmac

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import events
from agreements.models import MAX_ATTEMPTS, MAX_CODES, Agreement, SigningLink
from agreements.states import READABLE, EventKind
from agreements.states import AgreementStatus as A
from agreements.tasks import mail_code
from agreements.workflow.evidence import Trace, keep_event
from agreements.workflow.people import tell_signatory
from agreements.workflow.steps import STEPS
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Actor, Outsider, WorkflowError, move
from suppliers.recipients import in_charge_of
from suppliers.workflow import facts_changed, lock

CODE_MINUTES = 15
LINK_DAYS = 14


@transaction.atomic
def view(agreement: Agreement, *, by: Actor) -> None:
    """The supplier has opened the text for the first time."""
    supplier = lock(agreement.supplier_id)
    agreement.refresh_from_db()
    if agreement.status == A.ISSUED:
        move(agreement, STEPS, "agreement.view", by=by)
        events.changed(agreement)
        facts_changed(supplier)


@transaction.atomic
def share(
    agreement: Agreement, *, by: User, name: str, title: str, name_latin: str = "", email: str = "",
    language: str = "", trace: Trace | None = None,
) -> SigningLink:  # fmt: skip
    """Name the signatory and make their one-time link; a link made before stops working."""
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.share", by=by, data={"signatory": name, "title": title})
    revoke_links(agreement, by=by, trace=trace)
    link = SigningLink.objects.create(
        agreement=agreement, name=name, name_latin=name_latin, title=title, email=email,
        language=language or agreement.language, created_by=by, expires_on=today() + dt.timedelta(days=LINK_DAYS),
    )  # fmt: skip
    keep_event(agreement, EventKind.LINK_SENT, link=link, name=str(by), trace=trace, data={"delivery": link.delivery})
    if email:
        url = reverse("open:sign", args=[link.token])
        tell_signatory(link, "agreements/sign", f"link:{link.pk}", url=url, context={"signatory": link, "clerk": by})
    else:
        _new_code(link, timezone.now() + dt.timedelta(days=LINK_DAYS))
    facts_changed(supplier)
    return link


def revoke_links(agreement: Agreement, *, by: Actor, trace: Trace | None = None) -> None:
    """Close every link that still works, inside the caller's transaction."""
    for link in agreement.signing_links.filter(used_at=None, revoked_at=None):
        SigningLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())
        keep_event(agreement, EventKind.LINK_REVOKED, link=link, name=getattr(by, "name", ""), trace=trace)


def _new_code(link: SigningLink, expires_at: dt.datetime) -> None:
    link.code_serial += 1
    link.code_hash = SigningLink.hash_of(link.nonce, link.code)
    link.code_expires_at, link.code_sent_at, link.attempts = expires_at, timezone.now(), 0
    link.save(update_fields=["code_serial", "code_hash", "code_expires_at", "code_sent_at", "attempts"])


def link_problem(link: SigningLink | None, day: dt.date | None = None) -> str:
    """Why a link does not work now, in words for who holds it; empty when it works."""
    if link is None:
        return _("This link is not known. Check that it was copied completely.")
    if link.used_at:
        return _("This link has been used. The agreement is signed.")
    if link.agreement.status not in READABLE:
        status = link.agreement.get_status_display()
        return _("This agreement can no longer be signed: %(status)s.") % {"status": status}
    if link.revoked_at:
        return _("This link was withdrawn. Ask your contact person for the newest one.")
    if link.expires_on < (day or today()):
        return _("This link has run out. Ask your contact person for a new one.")
    return ""


def wants_new_link(link: SigningLink, day: dt.date | None = None) -> bool:
    """The link does not work any more, but its agreement can still be signed: by a new one."""
    is_over = link.revoked_at is not None or link.expires_on < (day or today())
    return is_over and link.used_at is None and link.agreement.status in READABLE


def contact_of(link: SigningLink) -> User | None:
    """Who shared the link, if they still act for the supplier."""
    people = link.agreement.supplier.contacts.current().filter(user=link.created_by_id).select_related("user")
    return next((contact.user for contact in people), None)


def ask_for_new_link(link: SigningLink, day: dt.date | None = None) -> None:
    """Tell who shared the link, or else who is in charge at the company; one notice a day, however often asked."""
    if not wants_new_link(link, day):
        return
    agreement, contact, event = link.agreement, contact_of(link), f"{link.pk} {day or today()}"
    context = {"signatory": link, "is_contact": contact is not None}
    if contact:
        url = reverse("portal:agreement-detail", args=[agreement.pk])
        tell([contact], "agreements/new_link_wanted", about=agreement, event=event, url=url, context=context)
        return
    url, people = reverse("staff:agreement-detail", args=[agreement.pk]), in_charge_of(agreement.supplier)
    tell(people, "agreements/new_link_wanted", about=agreement, event=event, url=url, context=context)


@transaction.atomic
def send_code(link: SigningLink, *, trace: Trace | None = None) -> None:
    """Make a new code and mail it to the signatory, or (without an address) show it to the contact person again."""
    link = SigningLink.objects.select_for_update().select_related("agreement").get(pk=link.pk)
    if problem := link_problem(link):
        raise WorkflowError(problem)
    now = timezone.now()
    if link.code_serial >= MAX_CODES:
        raise WorkflowError(_("Too many codes were asked for. Ask your contact person for a new link."))
    if link.code_sent_at and link.email and (now - link.code_sent_at).total_seconds() < 60:
        raise WorkflowError(_("A code was sent less than a minute ago. Look into your mail first."))
    _new_code(link, now + (dt.timedelta(minutes=CODE_MINUTES) if link.email else dt.timedelta(days=LINK_DAYS)))
    keep_event(link.agreement, EventKind.CODE_SENT, link=link, trace=trace, data={"delivery": link.delivery})
    if link.email:
        mail_code.enqueue(link.pk, link.code_serial, key=f"{link.pk}:{link.code_serial}")


def enter_code(link: SigningLink, code: str, *, trace: Trace | None = None) -> str:
    """Check the six digits; return why they do not count, or nothing. At most MAX_ATTEMPTS per code."""
    with transaction.atomic():
        lock(link.agreement.supplier_id)
        link = SigningLink.objects.select_for_update().select_related("agreement__supplier").get(pk=link.pk)
        if problem := link_problem(link):
            return problem
        if link.attempts >= MAX_ATTEMPTS:
            return _("The code was entered wrongly too often. Ask for a new one.")
        if not link.code_hash or link.code_expires_at is None or link.code_expires_at < timezone.now():
            return _("This code has run out. Ask for a new one.")
        digits = "".join(c for c in code if c.isdigit())
        SigningLink.objects.filter(pk=link.pk).update(attempts=link.attempts + 1)
        if not hmac.compare_digest(SigningLink.hash_of(link.nonce, digits), link.code_hash):
            keep_event(link.agreement, EventKind.CODE_WRONG, link=link, trace=trace)
            left = MAX_ATTEMPTS - link.attempts - 1
            return _("This is not the code. Tries left: %(number)s.") % {"number": left}
        SigningLink.objects.filter(pk=link.pk).update(opened_at=link.opened_at or timezone.now(), attempts=0)
        keep_event(link.agreement, EventKind.CODE_ACCEPTED, link=link, name=link.name, trace=trace)
        view(link.agreement, by=Outsider(link.name))
    return ""
