"""What can happen to a text: completed, published, retired. A published text is frozen."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Version
from agreements.permissions import can_publish
from agreements.placeholders import unknown_in
from agreements.states import ALWAYS_PROMISED, ClauseKey, DocumentKind
from agreements.states import VersionStatus as V
from agreements.workflow.guideline import return_to_pending
from csr_portal.core.translated import missing_languages
from csr_portal.core.workflow import Actor, Blocker, Step, move


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
    for part, texts in parts:
        if unknown := {name for words in texts.values() for name in unknown_in(words)}:
            values = {"part": part, "names": ", ".join(sorted(unknown))}
            blockers.append(Blocker("placeholder", _("%(part)s: unknown placeholder %(names)s") % values, "csr"))
    keys = {clause.key for clause in clauses}
    if version.document.kind == DocumentKind.CSR_AGREEMENT:
        text = _("A clause is missing that every supplier promises: %(clause)s")
        blockers += [
            Blocker("promised", text % {"clause": ClauseKey(key).label}, "csr")
            for key in ALWAYS_PROMISED
            if key not in keys
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


@transaction.atomic
def publish(version: Version, *, by: Actor) -> None:
    """Freeze the text and make it the current one; the version before is retired, what was signed on it stays.

    A guideline is to be acknowledged anew by everybody.
    """
    older = Version.objects.select_for_update().filter(document=version.document_id, status=V.PUBLISHED)
    for other in older.exclude(pk=version.pk):
        move(other, VERSION_STEPS, "version.retire", by=by, data={"replaced_by": version.number})
    move(version, VERSION_STEPS, "version.publish", by=by, published_at=timezone.now())
    if version.document.is_guideline:
        return_to_pending.enqueue(version.pk, key=str(version.pk))
