"""A supplier's own code of conduct instead of our text: offered, compared clause by clause, accepted or refused."""

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import events
from agreements.models import Agreement, OwnCode, OwnCodeClause, SignatureEvent, SigningLink
from agreements.permissions import can_decide
from agreements.reports import comparison
from agreements.states import AgreementStatus, Cover, EventKind, Method, Party
from agreements.tasks import ensure_presented
from agreements.workflow.company import ask_company, turn_after_supplier
from agreements.workflow.evidence import Trace, keep_event
from agreements.workflow.links import revoke_links
from agreements.workflow.people import deciders, people_of, staff_of, tell_colleagues, tell_people, tell_signatory
from agreements.workflow.steps import STEPS
from csr_portal.core.files import receive
from csr_portal.core.models import User
from csr_portal.core.workflow import Actor, WorkflowError, move, not_now_message
from suppliers.workflow import facts_changed, lock

ACCEPTED = {"application/pdf"}


@transaction.atomic
def offer_own_code(
    agreement: Agreement, upload: UploadedFile, *, by: Actor, note: str = "", link: SigningLink | None = None,
    trace: Trace | None = None,
) -> OwnCode:  # fmt: skip
    """Keep the supplier's code and ask a CSR manager to compare it with every clause of our text."""
    ensure_presented(agreement)
    supplier = lock(agreement.supplier_id)
    stored = receive(upload, by=by if isinstance(by, User) else None, accepted=ACCEPTED)
    move(agreement, STEPS, "agreement.offer_own_code", by=by, data={"file": stored.original_name})
    events.changed(agreement)
    revoke_links(agreement, by=by, trace=trace)
    code = OwnCode.objects.create(agreement=agreement, file=stored, note=note, offered_by=by.name)
    OwnCodeClause.objects.bulk_create(
        OwnCodeClause(own_code=code, clause=clause) for clause in agreement.version.clauses.all()
    )
    keep_event(
        agreement, EventKind.OWN_CODE_OFFERED, link=link, name=by.name, title=getattr(by, "job_title", ""),
        method=Method.OWN_CODE, text_sha256=stored.sha256, trace=trace, data={"file": stored.original_name},
    )  # fmt: skip
    url = reverse("staff:agreement-own-code", args=[agreement.pk])
    people = [*deciders(), *staff_of(agreement)]
    tell_people(people, agreement, "agreements/own_code_offered", f"code:{code.pk}", url=url)
    facts_changed(supplier)
    return code


@transaction.atomic
def compare_clause(row: OwnCodeClause, *, by: User, cover: str, place: str = "", quote: str = "") -> None:
    """Note whether the code covers a clause; “covered” says where: the page or the section."""
    if not can_decide(by):
        raise PermissionDenied
    agreement = Agreement.objects.select_for_update().get(pk=row.own_code.agreement_id)
    if agreement.status != AgreementStatus.OWN_CODE:
        raise WorkflowError(not_now_message(agreement))
    if cover == Cover.COVERED and not place.strip():
        message = _("%(clause)s: say on which page or in which section the code covers it.")
        raise WorkflowError(message % {"clause": row.clause})
    row.cover, row.place, row.quote, row.checked_by = cover, place.strip(), quote.strip(), by
    row.save(update_fields=["cover", "place", "quote", "checked_by"])


@transaction.atomic
def accept_own_code(agreement: Agreement, *, by: User, reason: str = "", trace: Trace | None = None) -> None:
    """The code counts as the supplier's agreement for the term of our text; what it does not cover stays named."""
    supplier = lock(agreement.supplier_id)
    turn, lines = turn_after_supplier(agreement), comparison(agreement)
    data = {"not_covered": [line["clause"] for line in lines if line["cover"] == Cover.NOT_COVERED]}
    move(
        agreement, STEPS, "agreement.accept_own_code", by=by, reason=reason, data=data, is_own_code=True, due_on=None,
        turn=turn,
    )  # fmt: skip
    events.changed(agreement)
    _decided(agreement, EventKind.OWN_CODE_ACCEPTED, "agreements/own_code_accepted", by=by, reason=reason, trace=trace)
    ask_company(agreement)
    facts_changed(supplier)


@transaction.atomic
def refuse_own_code(agreement: Agreement, *, by: User, reason: str, trace: Trace | None = None) -> None:
    """The text goes back to the supplier with the reason and the clauses that are not covered."""
    supplier = lock(agreement.supplier_id)
    move(agreement, STEPS, "agreement.refuse_own_code", by=by, reason=reason)
    events.returned(agreement)
    event = _decided(
        agreement, EventKind.OWN_CODE_REFUSED, "agreements/own_code_refused", by=by, reason=reason, trace=trace
    )
    context = {"reason": reason, "who": by}
    tell_colleagues(agreement, "agreements/own_code_refused", str(event.pk), by=by, context=context)
    facts_changed(supplier)


def _decided(
    agreement: Agreement, kind: str, mail: str, *, by: User, reason: str, trace: Trace | None
) -> SignatureEvent:  # fmt: skip
    """Keep the comparison with the decision, and tell the supplier."""
    event = keep_event(
        agreement, kind, party=Party.COMPANY, name=by.name, name_latin=by.name_latin, title=by.job_title,
        trace=trace, method=Method.OWN_CODE, data={"reason": reason, "clauses": comparison(agreement)},
    )  # fmt: skip
    url = reverse("portal:agreement-detail", args=[agreement.pk])
    context = {"reason": reason, "who": by}
    tell_people(people_of(agreement.supplier), agreement, mail, str(event.pk), url=url, context=context)
    offered = agreement.events.filter(kind=EventKind.OWN_CODE_OFFERED).select_related("link").last()
    if offered and offered.link:
        tell_signatory(offered.link, mail, str(event.pk), context=context)
    return event
