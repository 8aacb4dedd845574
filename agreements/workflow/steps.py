"""What can happen to an agreement, in which order."""

from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.permissions import acts_for_or_signatory, can_decide, can_issue, is_signatory, may_countersign
from agreements.states import ALWAYS_PROMISED, READABLE, RECALLABLE, Cover
from agreements.states import AgreementStatus as A
from csr_portal.core.workflow import Blocker, Step
from suppliers.permissions import acts_for, is_system


def own_code_blockers(agreement: Agreement) -> list[Blocker]:
    """A code counts when every clause was looked at and the clauses that every supplier must promise are covered."""
    code = agreement.own_codes.first()
    rows = list(code.clauses.select_related("clause")) if code else []
    blockers = [
        Blocker("unchecked", _("%(clause)s has not been compared.") % {"clause": row.clause}, "csr")
        for row in rows
        if not row.cover
    ]
    blockers += [
        Blocker("not_covered", _("%(clause)s is not covered; every supplier promises it.") % {"clause": row.clause})
        for row in rows
        if row.cover == Cover.NOT_COVERED and row.clause.key in ALWAYS_PROMISED
    ]
    return blockers if rows else [Blocker("no_code", _("No code of conduct was uploaded."), "supplier")]


def given_blockers(agreement: Agreement) -> list[Blocker]:
    return [Blocker("noticed", _("Notice has been given already."))] if agreement.notice_until else []


def not_given_blockers(agreement: Agreement) -> list[Blocker]:
    return [] if agreement.notice_until else [Blocker("not_noticed", _("No notice has been given."))]


STEPS = {
    "agreement.view": Step((A.ISSUED,), A.VIEWED, acts_for_or_signatory, "supplier"),
    "agreement.share": Step(READABLE, A.VIEWED, acts_for, "signatory"),
    "agreement.sign": Step(READABLE, A.SIGNED, is_signatory),
    "agreement.decline": Step(READABLE, A.DECLINED, acts_for_or_signatory, "buyer"),
    "agreement.answer": Step((A.DECLINED,), A.DECLINED, is_system),
    "agreement.upload_chop": Step(READABLE, A.CHOP_PENDING, acts_for, "buyer"),
    "agreement.confirm_chop": Step((A.CHOP_PENDING,), A.SIGNED, can_issue),
    "agreement.refuse_chop": Step((A.CHOP_PENDING,), A.VIEWED, can_issue, "supplier"),
    "agreement.recall": Step(RECALLABLE, A.RECALLED, can_issue),
    "agreement.reserve": Step(READABLE, A.RESERVED, is_signatory, "csr"),
    "agreement.accept_reservation": Step((A.RESERVED,), A.SIGNED, can_decide),
    "agreement.refuse_reservation": Step((A.RESERVED,), A.VIEWED, can_decide, "supplier"),
    "agreement.offer_own_code": Step(READABLE, A.OWN_CODE, acts_for_or_signatory, "csr"),
    "agreement.accept_own_code": Step((A.OWN_CODE,), A.SIGNED, can_decide, "", own_code_blockers),
    "agreement.refuse_own_code": Step((A.OWN_CODE,), A.VIEWED, can_decide, "supplier"),
    "agreement.countersign": Step((A.SIGNED,), A.SIGNED, may_countersign),
    "agreement.come_into_force": Step((A.SIGNED,), A.IN_FORCE, is_system),
    "agreement.supersede": Step((A.IN_FORCE,), A.SUPERSEDED, is_system),
    "agreement.expire": Step((A.IN_FORCE,), A.EXPIRED, is_system, "buyer"),
    "agreement.terminate": Step((A.IN_FORCE,), A.TERMINATED, can_issue),
    "agreement.give_notice": Step((A.IN_FORCE,), A.IN_FORCE, can_issue, "", given_blockers),
    "agreement.withdraw_notice": Step((A.IN_FORCE,), A.IN_FORCE, can_issue, "", not_given_blockers),
    "agreement.end_by_notice": Step((A.IN_FORCE,), A.TERMINATED, is_system),
}
