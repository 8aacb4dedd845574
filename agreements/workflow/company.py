"""The signatures for the company: after the supplier's, in their order, by the person or by a delegate."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, CompanySigner, CounterSignature, Delegation, Document
from agreements.permissions import can_decide, signing_for
from agreements.reports import CONSENT_VERSION
from agreements.states import EventKind, Method, Party
from agreements.workflow.evidence import Trace, keep_event
from agreements.workflow.force import seal_agreement
from agreements.workflow.people import tell_people
from agreements.workflow.steps import STEPS
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.roles import is_staff_member
from csr_portal.core.states import Turn
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError, move
from suppliers.workflow import facts_changed, lock

MAX_SIGNERS = 5


@transaction.atomic
def set_company_signers(document: Document, people: Iterable[User], *, by: User) -> None:
    """Who signs the document for the company, in this order. Agreements that wait for signatures keep their own."""
    if not can_decide(by):
        raise PermissionDenied
    people = list(people)
    if len(people) > MAX_SIGNERS:
        raise WorkflowError(_("At most %(limit)s people sign for the company.") % {"limit": MAX_SIGNERS})
    if len({person.pk for person in people}) < len(people):
        raise WorkflowError(_("Each person signs once."))
    if outsiders := [str(person) for person in people if not is_staff_member(person)]:
        raise WorkflowError(_("Not of the company: %(people)s.") % {"people": ", ".join(outsiders)})
    document.company_signers.all().delete()
    CompanySigner.objects.bulk_create(
        CompanySigner(document=document, position=position, person=person) for position, person in enumerate(people, 1)
    )
    history.record(document, "document.set_signers", by=by, data={"people": ", ".join(map(str, people)) or "–"})


def turn_after_supplier(agreement: Agreement) -> str:
    return Turn.COMPANY if agreement.document.company_signers.exists() else Turn.NOBODY


def ask_company(agreement: Agreement) -> None:
    """The supplier has done its part: ask the company's signatories, or seal at once where there is none."""
    signers = agreement.document.company_signers.select_related("person")
    CounterSignature.objects.bulk_create(
        CounterSignature(agreement=agreement, position=signer.position, person=signer.person) for signer in signers
    )
    _ask_next(agreement)


def _ask_next(agreement: Agreement) -> None:
    due = agreement.counter_signatures.due().select_related("person").first()
    if due is None:
        seal_agreement.enqueue(agreement.pk, key=str(agreement.pk))
        return
    given = Delegation.objects.holding(today()).filter(grantor=due.person, documents=agreement.document_id)
    people = [due.person, *(delegation.delegate for delegation in given.select_related("delegate"))]
    url = reverse("staff:agreement-detail", args=[agreement.pk])
    tell_people(people, agreement, "agreements/countersign", f"countersign:{due.position}", url=url)


@transaction.atomic
def countersign(agreement: Agreement, *, by: User, presented_sha256: str, trace: Trace | None = None) -> None:
    """Sign for the company when it is one's turn. After the last signature the agreement is sealed."""
    supplier = lock(agreement.supplier_id)
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("document").get(pk=agreement.pk)
    if presented_sha256 != agreement.presented_sha256:
        raise WorkflowError(_("The text has changed since you opened it. Read it again, then sign."))
    turn = signing_for(by, agreement)
    is_last = agreement.counter_signatures.due().count() <= 1
    data = {"title": by.job_title, "in_place_of": str(turn[0].person) if turn and turn[1] else ""}
    next_turn = Turn.NOBODY if is_last else Turn.COMPANY
    move(agreement, STEPS, "agreement.countersign", by=by, data=data, turn=next_turn)
    if turn is None:
        raise PermissionDenied
    due, delegation = turn
    due.signed_by, due.delegation, due.signed_at = by, delegation, timezone.now()
    due.save(update_fields=["signed_by", "delegation", "signed_at"])
    keep_event(
        agreement, EventKind.COUNTERSIGNED, party=Party.COMPANY, name=by.name, name_latin=by.name_latin,
        title=by.job_title, authority=_authority(delegation), method=Method.TYPED, text_sha256=presented_sha256,
        consent_version=CONSENT_VERSION, trace=trace, data={"position": due.position, "person": str(due.person)},
    )  # fmt: skip
    _ask_next(agreement)
    facts_changed(supplier)


def _authority(delegation: Delegation | None) -> str:
    if delegation is None:
        return _("Named signatory of the company")
    return _("In place of %(person)s, by delegation no. %(number)s until %(date)s") % {
        "person": delegation.grantor,
        "number": delegation.pk,
        "date": delegation.ends_on.isoformat(),
    }
