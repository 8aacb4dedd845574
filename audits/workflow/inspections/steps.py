"""The table of a self-inspection's steps, and what must be there before each."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from audits.models import SelfInspection
from audits.permissions import can_answer_inspection, can_review_inspection
from audits.reports.inspections import sheet_of
from audits.states import EDITABLE, AnswerVerdict
from audits.states import InspectionStatus as S
from audits.workflow.inspections.asking import open_inspection
from csr_portal.core.workflow import Blocker, Step

REVIEW_TIME = dt.timedelta(days=14)  # our time to review, and the supplier's to correct when nothing else is said


def submit_blockers(inspection: SelfInspection) -> list[Blocker]:
    """All that is missing, each with a link to its question."""
    blockers = []
    for row in sheet_of(inspection).rows:
        url = reverse("portal:inspection-question", args=[inspection.pk, row.question.pk])
        values = {"number": row.number, "question": str(row.question)}
        if row.is_to_confirm:
            text = _("Question %(number)s is not confirmed: %(question)s")
            blockers.append(Blocker("to_confirm", text % values, "supplier", url))
        elif not row.is_answered:
            text = _("Question %(number)s is not answered: %(question)s")
            blockers.append(Blocker("unanswered", text % values, "supplier", url))
        elif row.lacks_na_reason:
            text = _("Question %(number)s is “not applicable” without a reason: %(question)s")
            blockers.append(Blocker("na_reason", text % values, "supplier", url))
        elif row.is_returned:
            text = _("Question %(number)s was returned and is unchanged: %(question)s")
            blockers.append(Blocker("returned", text % values, "supplier", url))
    return blockers


def return_blockers(inspection: SelfInspection) -> list[Blocker]:
    if inspection.answers.filter(verdict=AnswerVerdict.RETURNED).exists():
        return []
    return [Blocker("no_verdict", _("Mark at least one answer that is to be corrected."), "csr")]


def accept_blockers(inspection: SelfInspection) -> list[Blocker]:
    url = reverse("staff:inspection-detail", args=[inspection.pk])
    return [
        Blocker(
            "returned",
            _("Question %(number)s is marked to be corrected: %(question)s")
            % {"number": row.number, "question": str(row.question)},
            "csr",
            f"{url}#q{row.question.pk}",
        )
        for row in sheet_of(inspection).returned
    ]


def reopen_blockers(inspection: SelfInspection) -> list[Blocker]:
    if open_inspection(inspection.site_id, inspection.version_id) is None:
        return []
    return [Blocker("open_inspection", _("The site already has an open self-inspection of this version."), "csr")]


STEPS = {
    "inspection.start": Step((S.ASSIGNED,), S.IN_PROGRESS, can_answer_inspection, "supplier"),
    "inspection.submit": Step(EDITABLE, S.SUBMITTED, can_answer_inspection, "csr", submit_blockers),
    "inspection.return": Step((S.SUBMITTED,), S.RETURNED, can_review_inspection, "supplier", return_blockers),
    "inspection.accept": Step((S.SUBMITTED,), S.ACCEPTED, can_review_inspection, "", accept_blockers),
    "inspection.reopen": Step((S.ACCEPTED,), S.IN_PROGRESS, can_review_inspection, "supplier", reopen_blockers),
}
