"""How what happens in audits reads in the history: key `<model>.<action>`, value (text, tone, icon)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from audits import review_sentences

SENTENCES: dict[str, Any] = {
    "selfinspection.inspection.assign": (_("Self-inspection asked for, until %(due_on)s"), "neutral", "circle-dashed"),
    "selfinspection.inspection.start": (_("First answer"), "info", "pencil-line"),
    "selfinspection.inspection.facts": (_("Facts of the site confirmed"), "info", "factory"),
    "selfinspection.inspection.attach": (_("Evidence added"), "info", "paperclip"),
    "selfinspection.inspection.detach": (_("Evidence taken from an answer"), "neutral", "paperclip"),
    "selfinspection.inspection.submit": (_("Submitted"), "info", "inbox"),
    "selfinspection.inspection.return": (_("Returned to the supplier, until %(due_on)s"), "warn", "undo-2"),
    "selfinspection.inspection.accept": (_("Accepted with %(score)s points (%(letter)s)"), "ok", "circle-check"),
    "selfinspection.inspection.reopen": (_("Opened again"), "warn", "rotate-ccw"),
    "selfinspection.inspection.extend": (_("New date: %(to)s instead of %(from)s"), "neutral", "calendar-plus"),
    "questionnaireversion.questionnaire.publish": (_("Questionnaire published"), "ok", "circle-check"),
    "questionnaireversion.questionnaire.retire": (_("Questionnaire retired"), "neutral", "archive"),
    **review_sentences.SENTENCES,
}
