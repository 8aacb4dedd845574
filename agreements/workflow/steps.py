"""What can happen to an agreement, in which order."""

from agreements.permissions import acts_for_or_signatory, can_issue, is_signatory
from agreements.states import READABLE, RECALLABLE
from agreements.states import AgreementStatus as A
from csr_portal.core.workflow import Step
from suppliers.permissions import acts_for, is_system

STEPS = {
    "agreement.view": Step((A.ISSUED,), A.VIEWED, acts_for_or_signatory, "supplier"),
    "agreement.share": Step(READABLE, A.VIEWED, acts_for, "signatory"),
    "agreement.sign": Step(READABLE, A.SIGNED, is_signatory),
    "agreement.decline": Step(READABLE, A.DECLINED, acts_for_or_signatory, "buyer"),
    "agreement.upload_chop": Step(READABLE, A.CHOP_PENDING, acts_for, "buyer"),
    "agreement.confirm_chop": Step((A.CHOP_PENDING,), A.SIGNED, can_issue),
    "agreement.refuse_chop": Step((A.CHOP_PENDING,), A.VIEWED, can_issue, "supplier"),
    "agreement.recall": Step(RECALLABLE, A.RECALLED, can_issue),
    "agreement.come_into_force": Step((A.SIGNED,), A.IN_FORCE, is_system),
    "agreement.supersede": Step((A.IN_FORCE,), A.SUPERSEDED, is_system),
    "agreement.expire": Step((A.IN_FORCE,), A.EXPIRED, is_system, "buyer"),
    "agreement.terminate": Step((A.IN_FORCE,), A.TERMINATED, can_issue),
}
