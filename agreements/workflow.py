"""What can happen to texts, agreements and acknowledgements, in which order. Statuses change nowhere else.

Every function that changes a supplier's facts locks the supplier first, then takes the step, then calls facts_changed.
"""

import datetime as dt
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import (
    MAX_ATTEMPTS,
    MAX_CODES,
    Acknowledgement,
    Agreement,
    Campaign,
    CheckQuestion,
    SignatureEvent,
    SigningLink,
    Version,
)
from agreements.permissions import acts_for_or_signatory, can_issue, can_publish, is_signatory
from agreements.reports import CONSENT_VERSION, draw_sealed
from agreements.states import READABLE, EventKind, Method, Party
from agreements.states import AcknowledgementStatus as P
from agreements.states import AgreementStatus as A
from agreements.states import VersionStatus as V
from agreements.tasks import ensure_presented, keep, mail_code, present
from csr_portal.core import history
from csr_portal.core.files import EVIDENCE_TYPES, IMAGE_TYPES, receive
from csr_portal.core.jobs import job
from csr_portal.core.models import HistoryEntry, User
from csr_portal.core.notices import tell, tell_address
from csr_portal.core.seal import sha256
from csr_portal.core.timezones import last_valid_day, today
from csr_portal.core.translated import missing_languages
from csr_portal.core.workflow import SYSTEM, Actor, Blocker, Outsider, Step, WorkflowError, move
from suppliers.gates import ConditionState, validity_state
from suppliers.models import Supplier
from suppliers.permissions import acts_for, is_system
from suppliers.states import SupplierStatus
from suppliers.workflow import facts_changed, lock

CODE_MINUTES = 15
LINK_DAYS = 14
DUE_DAYS = 21
CHOP_TYPES = IMAGE_TYPES | ({"application/pdf"} & EVIDENCE_TYPES)


def missing_in_text(version: Version) -> list[Blocker]:
    """Everything that is empty in one of the product's languages, and what a text needs at all (B8)."""
    clauses, questions = list(version.clauses.all()), list(version.check_questions.all())
    parts = [(_("Title"), version.document.title), (_("Preamble"), version.intro)]
    for clause in clauses:
        parts += [(f"{clause.position}. {_('title')}", clause.title), (f"{clause.position}. {_('text')}", clause.text)]
    for question in questions:
        parts += [(_("Question %(number)s") % {"number": question.position}, question.text)]
        parts += [(_("Choice of question %(number)s") % {"number": question.position}, c) for c in question.choices]
    blockers = [
        Blocker("text", _("%(part)s is missing in %(language)s") % {"part": part, "language": language}, "csr")
        for part, texts in parts
        for language in missing_languages(texts)
    ]
    if not clauses:
        blockers.append(Blocker("clauses", _("The text has no clauses."), "csr"))
    if version.document.is_guideline and len(questions) < 3:
        blockers.append(Blocker("questions", _("A guideline needs three check questions."), "csr"))
    return blockers


VERSION_STEPS = {
    "version.publish": Step((V.DRAFT,), V.PUBLISHED, can_publish, "", missing_in_text),
    "version.retire": Step((V.PUBLISHED,), V.RETIRED, can_publish),
}
STEPS = {
    "agreement.view": Step((A.ISSUED,), A.VIEWED, acts_for_or_signatory, "supplier"),
    "agreement.share": Step(READABLE, A.VIEWED, acts_for, "signatory"),
    "agreement.sign": Step(READABLE, A.SIGNED, is_signatory),
    "agreement.decline": Step(READABLE, A.DECLINED, acts_for_or_signatory, "buyer"),
    "agreement.upload_chop": Step(READABLE, A.CHOP_PENDING, acts_for, "buyer"),
    "agreement.confirm_chop": Step((A.CHOP_PENDING,), A.SIGNED, can_issue),
    "agreement.refuse_chop": Step((A.CHOP_PENDING,), A.VIEWED, can_issue, "supplier"),
    "agreement.recall": Step((*READABLE, A.CHOP_PENDING), A.RECALLED, can_issue),
    "agreement.come_into_force": Step((A.SIGNED,), A.IN_FORCE, is_system),
    "agreement.supersede": Step((A.IN_FORCE,), A.SUPERSEDED, is_system),
    "agreement.expire": Step((A.IN_FORCE,), A.EXPIRED, is_system, "buyer"),
    "agreement.terminate": Step((A.IN_FORCE,), A.TERMINATED, can_issue),
}
ACKNOWLEDGEMENT_STEPS = {
    "acknowledgement.view": Step((P.ISSUED,), P.VIEWED, acts_for, "supplier"),
    "acknowledgement.acknowledge": Step((P.ISSUED, P.VIEWED), P.ACKNOWLEDGED, acts_for),
    "acknowledgement.supersede": Step((P.ISSUED, P.VIEWED, P.ACKNOWLEDGED), P.SUPERSEDED, is_system),
}


@dataclass(frozen=True)
class Trace:
    """From where somebody acted."""

    ip: str | None = None
    user_agent: str = ""


@dataclass
class Plan:
    """What an issue would do: who gets it, and who does not and why."""

    issued: list[Supplier] = field(default_factory=list)
    left_out: list[tuple[Supplier, str]] = field(default_factory=list)


@transaction.atomic
def publish(version: Version, *, by: Actor) -> None:
    """Freeze the text and make it the current one; the version before is retired, what was signed on it stays."""
    older = Version.objects.select_for_update().filter(document=version.document_id, status=V.PUBLISHED)
    for other in older.exclude(pk=version.pk):
        move(other, VERSION_STEPS, "version.retire", by=by, data={"replaced_by": version.number})
    move(version, VERSION_STEPS, "version.publish", by=by, published_at=timezone.now())


# Issue


def plan(version: Version, suppliers: Iterable[Supplier]) -> Plan:
    """The dry run of an issue: three queries, whatever the number of suppliers."""
    result = Plan()
    model = Acknowledgement if version.document.is_guideline else Agreement
    rows = model.objects.filter(document=version.document_id)
    if version.document.is_guideline:
        taken = set(rows.filter(version=version).values_list("supplier_id", flat=True))
        reason, holding = _("Already has this version"), set()
    else:
        waiting = rows.open().filter(Q(version=version) | ~Q(status__in=READABLE))
        taken = set(waiting.values_list("supplier_id", flat=True))
        held = Agreement.objects.in_force().filter(version=version).values_list("supplier_id", "valid_until")
        holding = {pk for pk, until in held if validity_state(until, today()) == ConditionState.MET}
        reason = _("An agreement already waits for a signature")
    for supplier in suppliers:
        if supplier.status in (SupplierStatus.INVITED, SupplierStatus.DECLINED, SupplierStatus.ENDED):
            result.left_out.append((supplier, supplier.get_status_display()))
        elif supplier.pk in taken:
            result.left_out.append((supplier, reason))
        elif supplier.pk in holding:
            result.left_out.append((supplier, _("This version is in force")))
        else:
            result.issued.append(supplier)
    return result


@transaction.atomic
def issue(
    version: Version, supplier: Supplier, *, by: Actor, due_on: dt.date | None = None, language: str = "",
    campaign: Campaign | None = None, request_key: str = "",
) -> Agreement | Acknowledgement:  # fmt: skip
    """Issue a published text to one supplier: an agreement to sign, or a guideline to acknowledge.

    A program that asks twice with the same `request_key` gets the row of the first time.
    """
    supplier = lock(supplier.pk)
    if by != SYSTEM and not can_issue(by):
        raise WorkflowError(_("Only procurement may issue texts."))
    if row := issued_before(version, supplier, by=by, request_key=request_key):
        return row
    if version.status != V.PUBLISHED:
        raise WorkflowError(_("Only a published version can be issued."))
    if left_out := plan(version, [supplier]).left_out:
        raise WorkflowError(left_out[0][1])
    make = _issue_guideline if version.document.is_guideline else _issue_agreement
    due_on = due_on or today() + dt.timedelta(days=DUE_DAYS)
    row = make(version, supplier, by, due_on, language or supplier.language, campaign, request_key)
    facts_changed(supplier, by=by)
    return row


def issued_before(
    version: Version, supplier: Supplier, *, by: Actor, request_key: str
) -> Agreement | Acknowledgement | None:
    """What this person's program got with this key the first time; the history remembers it."""
    if not request_key or not isinstance(by, User):
        return None
    action = "acknowledgement.issue" if version.document.is_guideline else "agreement.issue"
    told = HistoryEntry.objects.filter(thread=supplier.history_thread, action=action, by=by)
    entry = told.filter(data__request_key=request_key).first()
    model = Acknowledgement if version.document.is_guideline else Agreement
    row = model.objects.filter(pk=entry.subject_id).first() if entry else None
    if row is not None and row.version_id != version.pk:
        raise WorkflowError(_("This key was used for another text."))
    return row


def _issue_agreement(
    version: Version, supplier: Supplier, by: Actor, due_on: dt.date, language: str, campaign: Campaign | None,
    request_key: str = "",
) -> Agreement:  # fmt: skip
    """A newer version takes the place of what nobody has signed yet; what is in force stays until its date."""
    for older in Agreement.objects.filter(supplier=supplier, document=version.document_id, status__in=READABLE):
        reason = _("A newer version was issued.")
        move(older, STEPS, "agreement.recall", by=SYSTEM, reason=reason, end_reason=reason, due_on=None)
        revoke_links(older, by=by)
    row = Agreement.objects.create(
        supplier=supplier, version=version, document=version.document, campaign=campaign, language=language,
        issued_by=by if isinstance(by, User) else None, status=A.ISSUED, turn="supplier", due_on=due_on,
    )  # fmt: skip
    row.number = f"A-{timezone.localdate().year}-{row.pk:05d}"
    row.save(update_fields=["number"])
    data = {"number": row.number, "version": version.number, "document": version.document.code}
    data |= {"request_key": request_key} if request_key else {}
    history.record(row, "agreement.issue", by=by, data=data, to_status=A.ISSUED)
    present.enqueue(row.pk, key=str(row.pk))
    url = reverse("portal:agreement-detail", args=[row.pk])
    tell(people_of(supplier), "agreements/issued", about=row, event="issued", url=url)
    return row


def _issue_guideline(
    version: Version, supplier: Supplier, by: Actor, due_on: dt.date, language: str, campaign: Campaign | None,
    request_key: str = "",
) -> Acknowledgement:  # fmt: skip
    for older in Acknowledgement.objects.filter(supplier=supplier, document=version.document_id).exclude(
        status=P.SUPERSEDED
    ):
        move(older, ACKNOWLEDGEMENT_STEPS, "acknowledgement.supersede", by=SYSTEM, due_on=None)
    row = Acknowledgement.objects.create(
        supplier=supplier, version=version, document=version.document, campaign=campaign, language=language,
        issued_by=by if isinstance(by, User) else None, status=P.ISSUED, turn="supplier", due_on=due_on,
    )  # fmt: skip
    data = {"version": version.number} | ({"request_key": request_key} if request_key else {})
    history.record(row, "acknowledgement.issue", by=by, data=data, to_status=P.ISSUED)
    url = reverse("portal:guideline-detail", args=[row.pk])
    tell(people_of(supplier), "agreements/guideline_issued", about=row, event="issued", url=url)
    return row


def people_of(supplier: Supplier) -> list[User]:
    return [c.user for c in supplier.contacts.current().select_related("user").order_by("pk")]


def staff_of(agreement: Agreement) -> list[User]:
    """Who at the company is concerned: who issued it and the buyer in charge."""
    people = {p.pk: p for p in (agreement.issued_by, agreement.supplier.owner) if p}
    return list(people.values())


# Reading and the signatory's link


@transaction.atomic
def view(agreement: Agreement, *, by: Actor) -> None:
    """The supplier has opened the text for the first time."""
    supplier = lock(agreement.supplier_id)
    agreement.refresh_from_db()
    if agreement.status == A.ISSUED:
        move(agreement, STEPS, "agreement.view", by=by)
        facts_changed(supplier, by=by)


@transaction.atomic
def share(
    agreement: Agreement, *, by: User, name: str, title: str, name_latin: str = "", email: str = "",
    language: str = "", trace: Trace | None = None,
) -> SigningLink:  # fmt: skip
    """Name the signatory and make their one-time link; a link made before stops working."""
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.share", by=by, data={"signatory": name, "title": title})
    revoke_links(agreement, by=by)
    link = SigningLink.objects.create(
        agreement=agreement, name=name, name_latin=name_latin, title=title, email=email,
        language=language or agreement.language, created_by=by, expires_on=today() + dt.timedelta(days=LINK_DAYS),
    )  # fmt: skip
    _event(agreement, EventKind.LINK_SENT, link=link, name=str(by), trace=trace, data={"delivery": link.delivery})
    if email:
        url = reverse("open:sign", args=[link.token])
        tell_address(
            email, "agreements/sign", language=link.language, about=agreement, event=f"link:{link.pk}", url=url,
            context={"signatory": link, "clerk": by},
        )  # fmt: skip
    else:
        _new_code(link, timezone.now() + dt.timedelta(days=LINK_DAYS))
    facts_changed(supplier, by=by)
    return link


def revoke_links(agreement: Agreement, *, by: Actor) -> None:
    """Close every link that still works, inside the caller's transaction."""
    for link in agreement.signing_links.filter(used_at=None, revoked_at=None):
        SigningLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())
        _event(agreement, EventKind.LINK_REVOKED, link=link, name=getattr(by, "name", ""))


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
    if link.revoked_at:
        return _("This link was withdrawn. Ask your contact person for the newest one.")
    if link.expires_on < (day or today()):
        return _("This link has run out. Ask your contact person for a new one.")
    if link.agreement.status not in READABLE:
        status = link.agreement.get_status_display()
        return _("This agreement can no longer be signed: %(status)s.") % {"status": status}
    return ""


@transaction.atomic
def send_code(link: SigningLink, *, trace: Trace | None = None, by: Actor = SYSTEM) -> None:
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
    _event(link.agreement, EventKind.CODE_SENT, link=link, trace=trace, data={"delivery": link.delivery})
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
            _event(link.agreement, EventKind.CODE_WRONG, link=link, trace=trace)
            left = MAX_ATTEMPTS - link.attempts - 1
            return _("This is not the code. Tries left: %(number)s.") % {"number": left}
        SigningLink.objects.filter(pk=link.pk).update(opened_at=link.opened_at or timezone.now(), attempts=0)
        _event(link.agreement, EventKind.CODE_ACCEPTED, link=link, name=link.name, trace=trace)
        view(link.agreement, by=Outsider(link.name))
    return ""


# Signature


@transaction.atomic
def sign(
    link: SigningLink, *, name: str, title: str, authority: str, presented_sha256: str, name_latin: str = "",
    drawing: bytes = b"", trace: Trace | None = None, text_language: str = "",
) -> SignatureEvent:  # fmt: skip
    """Sign once. Refused if the text is not the one shown, the version was replaced, or the link no longer works."""
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
    move(agreement, STEPS, "agreement.sign", by=signer, data={"presented_sha256": shown, "title": title}, due_on=None)
    SigningLink.objects.filter(pk=link.pk).update(used_at=timezone.now())
    event = _event(
        agreement, EventKind.SIGNED, link=link, name=name, name_latin=name_latin, title=title, authority=authority,
        method=Method.DRAWN if drawing else Method.TYPED, text_sha256=shown, consent_version=CONSENT_VERSION,
        trace=trace, drawing=_keep_drawing(drawing, agreement) if drawing else None,
        data={"text_language": text_language or agreement.language, "version": agreement.version.number},
    )  # fmt: skip
    seal_agreement.enqueue(agreement.pk, key=str(agreement.pk))
    facts_changed(supplier, by=signer)
    return event


def _keep_drawing(data: bytes, agreement: Agreement) -> Any:
    upload = UploadedFile(ContentFile(data), name=f"{agreement.number}.png", size=len(data))
    return receive(upload, by=None, accepted={"image/png"})


@transaction.atomic
def decline(
    agreement: Agreement, *, by: Actor, reason: str, clauses: Iterable[str] = (), link: SigningLink | None = None,
    trace: Trace | None = None,
) -> None:  # fmt: skip
    """Refuse to sign, with a reason and the clauses it is about; everybody concerned is told."""
    supplier = lock(agreement.supplier_id)
    clauses = list(clauses)
    move(agreement, STEPS, "agreement.decline", by=by, reason=reason, data={"clauses": clauses}, end_reason=reason)
    name, data = getattr(by, "name", ""), {"reason": reason, "clauses": clauses}
    _event(agreement, EventKind.DECLINED, link=link, name=name, trace=trace, data=data)
    named = agreement.signing_links.filter(used_at=None, revoked_at=None).exclude(email="").last()
    revoke_links(agreement, by=by)
    context = {"reason": reason, "who": name}
    _tell_both(agreement, "agreements/declined", "declined", context)
    if named:
        tell_address(
            named.email, "agreements/declined", language=named.language, about=agreement, event="declined",
            context=context,
        )  # fmt: skip
    facts_changed(supplier, by=by)


# The company chop


@transaction.atomic
def upload_chop(agreement: Agreement, upload: UploadedFile, *, by: User, trace: Trace | None = None) -> None:
    """Keep the scan of the printed, chopped text; the company then looks at it."""
    ensure_presented(agreement)
    supplier = lock(agreement.supplier_id)
    scan = receive(upload, by=by, accepted=CHOP_TYPES)
    move(agreement, STEPS, "agreement.upload_chop", by=by, data={"scan_sha256": scan.sha256}, chop_scan=scan)
    revoke_links(agreement, by=by)
    _event(
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
    move(agreement, STEPS, "agreement.confirm_chop", by=by, reason=reason, due_on=None)
    _event(agreement, EventKind.CHOP_CONFIRMED, party=Party.COMPANY, name=by.name, title=by.job_title)
    seal_agreement.enqueue(agreement.pk, key=str(agreement.pk))
    facts_changed(supplier, by=by)


@transaction.atomic
def refuse_chop(agreement: Agreement, *, by: User, reason: str) -> None:
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.refuse_chop", by=by, reason=reason)
    data = {"reason": reason}
    event = _event(agreement, EventKind.CHOP_REFUSED, party=Party.COMPANY, name=by.name, data=data)
    url = reverse("portal:agreement-detail", args=[agreement.pk])
    context = {"reason": reason}
    tell(people_of(supplier), "agreements/chop_refused", about=agreement, event=f"{event.pk}", url=url, context=context)
    facts_changed(supplier, by=by)


# Force and end


@job("agreements.seal", time_limit=120)
def seal_agreement(agreement_id: int) -> None:
    """Draw and seal the signed agreement, then bring it into force. Run twice, it does nothing the second time."""
    agreement = Agreement.objects.select_related("supplier", "version__document", "chop_scan").get(pk=agreement_id)
    if agreement.status != A.SIGNED:
        return
    ensure_presented(agreement)
    agreement.valid_from = timezone.localdate(agreement.status_since)
    agreement.valid_until = last_valid_day(agreement.valid_from, months=agreement.version.validity_months)
    data = draw_sealed(agreement)
    path = keep(f"agreements/{agreement.pk}-sealed-{sha256(data)[:16]}.pdf", data)
    come_into_force(agreement, sealed_file=path, sealed_sha256=sha256(data))


@transaction.atomic
def come_into_force(agreement: Agreement, *, sealed_file: str, sealed_sha256: str) -> None:
    """Keep the sealed hash in the history, supersede the agreement in force before, tell both sides."""
    supplier = lock(agreement.supplier_id)
    dates: dict[str, Any] = {"valid_from": agreement.valid_from, "valid_until": agreement.valid_until}
    if not Agreement.objects.select_for_update().filter(pk=agreement.pk, status=A.SIGNED).exists():
        return
    for older in Agreement.objects.filter(supplier=supplier, document=agreement.document_id, status=A.IN_FORCE):
        move(older, STEPS, "agreement.supersede", by=SYSTEM, data={"by_number": agreement.number})
    move(
        agreement, STEPS, "agreement.come_into_force", by=SYSTEM,
        data={"sealed_sha256": sealed_sha256, **dates}, sealed_file=sealed_file, sealed_sha256=sealed_sha256,
        sealed_at=timezone.now(), **dates,
    )  # fmt: skip
    _tell_both(agreement, "agreements/in_force", "in_force")
    link = agreement.signing_links.exclude(used_at=None).exclude(email="").last()
    if link:
        url = reverse("open:sign-done", args=[link.token])
        tell_address(
            link.email, "agreements/in_force", language=link.language, about=agreement, event="in_force", url=url
        )
    facts_changed(supplier)


@transaction.atomic
def recall(agreement: Agreement, *, by: Actor, reason: str) -> None:
    """Take an agreement back before it is signed."""
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.recall", by=by, reason=reason, end_reason=reason, due_on=None)
    revoke_links(agreement, by=by)
    _tell_both(agreement, "agreements/recalled", "recalled", {"reason": reason})
    facts_changed(supplier, by=by)


@transaction.atomic
def terminate(agreement: Agreement, *, by: Actor, reason: str) -> None:
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.terminate", by=by, reason=reason, end_reason=reason)
    _tell_both(agreement, "agreements/terminated", "terminated", {"reason": reason})
    facts_changed(supplier, by=by)


@transaction.atomic
def expire(agreement: Agreement, *, day: dt.date | None = None) -> None:
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.expire", by=SYSTEM)
    _tell_both(agreement, "agreements/expired", "expired")
    facts_changed(supplier, day=day)


# The guideline


@transaction.atomic
def view_guideline(row: Acknowledgement, *, by: User) -> None:
    supplier = lock(row.supplier_id)
    row.refresh_from_db()
    if row.status == P.ISSUED:
        move(row, ACKNOWLEDGEMENT_STEPS, "acknowledgement.view", by=by)
        facts_changed(supplier, by=by)


@transaction.atomic
def acknowledge(row: Acknowledgement, *, by: User, answers: dict[int, int], language: str = "") -> list[CheckQuestion]:
    """Acknowledge with the answers to the check questions (question id → choice). Returns those answered wrongly:
    then nothing is acknowledged, and the reader is shown which clause to read again."""
    supplier = lock(row.supplier_id)
    questions = list(row.version.check_questions.select_related("clause"))
    wrong = [question for question in questions if answers.get(question.pk) != question.right]
    Acknowledgement.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)
    if wrong:
        return wrong
    move(
        row, ACKNOWLEDGEMENT_STEPS, "acknowledgement.acknowledge", by=by, data={"version": row.version.number},
        acknowledged_by=by, acknowledged_at=timezone.now(), language=language or by.language, due_on=None,
    )  # fmt: skip
    facts_changed(supplier, by=by)
    return []


# Evidence and messages


def _event(
    agreement: Agreement, kind: str, *, link: SigningLink | None = None, party: str = Party.SUPPLIER, name: str = "",
    name_latin: str = "", title: str = "", trace: Trace | None = None, **more: Any,
) -> SignatureEvent:  # fmt: skip
    trace = trace or Trace()
    return SignatureEvent.objects.create(
        agreement=agreement, link=link, party=party, kind=kind, actor_name=name, actor_name_latin=name_latin,
        actor_title=title, ip=trace.ip, user_agent=trace.user_agent[:300], **more,
    )  # fmt: skip


def note_event(link: SigningLink, kind: str, *, trace: Trace | None = None, **more: Any) -> None:
    """A step of the signatory that changes no status (named themselves, read to the end)."""
    _event(link.agreement, kind, link=link, trace=trace, **more)


def _tell_both(agreement: Agreement, kind: str, event: str, context: dict[str, Any] | None = None) -> None:
    portal, staff = (reverse(f"{side}:agreement-detail", args=[agreement.pk]) for side in ("portal", "staff"))
    tell(people_of(agreement.supplier), kind, about=agreement, event=event, url=portal, context=context)
    tell(staff_of(agreement), kind, about=agreement, event=event, url=staff, context=context)
