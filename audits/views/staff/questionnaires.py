"""Questionnaires and their versions as they are asked."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from audits.models import Questionnaire, QuestionnaireVersion
from audits.states import AnswerVerdict
from audits.views.staff.inspections import READERS
from audits.workflow import questionnaires
from csr_portal.core.access import staff_page


@staff_page(*READERS)
@require_GET
def questionnaire_list(request: HttpRequest) -> HttpResponse:
    versions = QuestionnaireVersion.objects.visible_to(request.user).select_related("questionnaire")
    versions = versions.annotate(asked=Count("questions")).order_by("questionnaire__pk", "-number")
    return render(request, "staff/audits/questionnaire_list.html", {"versions": versions})


@staff_page(*READERS)
@require_GET
def questionnaire_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A version as it is asked, three languages side by side."""
    versions = QuestionnaireVersion.objects.visible_to(request.user).select_related("questionnaire")
    version = get_object_or_404(versions, pk=pk)
    questions = version.questions.select_related("section", "clause").prefetch_related("expected_evidence", "choices")
    others = Questionnaire.objects.get(pk=version.questionnaire_id).versions.exclude(pk=pk)
    context = {
        "version": version,
        "questions": questions,
        "others": others,
        "blockers": questionnaires.publish_blockers(version) if version.status == "draft" else [],
        "verdicts": AnswerVerdict.choices,
    }
    return render(request, "staff/audits/questionnaire_detail.html", context)
