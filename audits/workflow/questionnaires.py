"""What can happen to a version of a questionnaire."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audits import scoring
from audits.models import QuestionnaireVersion
from audits.permissions import can_publish_questionnaire
from audits.states import VersionStatus
from csr_portal.core.translated import missing_languages
from csr_portal.core.workflow import Actor, Blocker, Step, move


def publish_blockers(version: QuestionnaireVersion) -> list[Blocker]:
    """All that is missing before suppliers may be asked: texts in each language (B8), a sound scoring (B19)."""
    questions = list(version.questions.prefetch_related("choices"))
    blockers = [] if questions else [Blocker("no_questions", _("There are no questions."), "csr")]
    for section in version.sections.all():
        blockers += _untranslated(_("section %(title)s") % {"title": section}, section.title)
    for question in questions:
        blockers += _untranslated(_("question %(key)s") % {"key": question.key}, question.text)
        blockers += _untranslated(_("help of question %(key)s") % {"key": question.key}, question.help)
        for choice in question.choices.all():
            what = _("choice %(code)s of question %(key)s") % {"code": choice.code, "key": question.key}
            blockers += _untranslated(what, choice.label)
        if not any(choice.value for choice in question.choices.all()):
            text = _("Question %(key)s is not scored: none of its choices has a value.") % {"key": question.key}
            blockers.append(Blocker("not_scored", text, "csr"))
    for problem in scoring.scoring_problems(version.scoring, {q.criticality for q in questions}):
        text = _("The scoring is not usable: %(problem)s.") % {"problem": problem}
        blockers.append(Blocker("scoring", text, "csr"))
    return blockers


def _untranslated(what: str, texts: Mapping[str, str]) -> list[Blocker]:
    return [
        Blocker("translation", _("%(what)s: no text in %(language)s") % {"what": what, "language": code}, "csr")
        for code in missing_languages(dict(texts))
    ]


VERSION_STEPS = {
    "questionnaire.publish": Step(
        (VersionStatus.DRAFT,), VersionStatus.PUBLISHED, can_publish_questionnaire, "", publish_blockers
    ),
    "questionnaire.retire": Step((VersionStatus.PUBLISHED,), VersionStatus.RETIRED, can_publish_questionnaire),
}


@transaction.atomic
def publish(version: QuestionnaireVersion, *, by: Actor) -> None:
    """From now on suppliers may be asked. Drafts of an older version stay where they are (B30)."""
    move(version, VERSION_STEPS, "questionnaire.publish", by=by, published_at=timezone.now())


def retire(version: QuestionnaireVersion, *, by: Actor) -> None:
    move(version, VERSION_STEPS, "questionnaire.retire", by=by)
