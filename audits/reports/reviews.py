"""What the report of a site review says, with its corrective action plan in two languages (R-PDF-1, B25, B36).

Names of interviewed workers cannot be printed: they are stored nowhere.
"""

import io
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image

from audits import checklist
from audits.models import CheckpointResult, Finding, SiteReview, TeamMember
from audits.states import CheckpointCode, InterviewKind
from csr_portal.core.badges import badge
from csr_portal.core.names import script_language
from csr_portal.core.pdf import language_tag
from csr_portal.core.translated import in_language
from suppliers.models import Evidence

TEMPLATE = "reports/audits/review.html"
PRINTED_SIZE = (640, 640)


def review_content(review: SiteReview, language: str) -> dict[str, Any]:
    """Everything that is printed, as plain data in that language; `other` is the supplier's."""
    other = review.supplier.language if review.supplier.language != language else _second_language(language)
    rows, findings = checklist.rows_of(review), _findings(review)
    shown = {photo.pk for finding in findings for photo in finding.photos.all()}
    with override(language):
        content = {
            "number": review.number,
            "language": language,
            "other_language": other,
            "other_lang": language_tag(other),
            "is_draft": review.status != "reported",
            "who": _who(review),
            "facts": _facts(review),
            "headcount": _headcount(review),
            "sample": _sample(review),
            "team": _team(review),
            "outcome": _outcome(review),
            "summary": review.summary,
            "strengths": review.strengths,
            "limits": review.limits,
            "confidentiality": review.confidentiality or _("Confidential: for the company and the supplier"),
            "sections": [_section(section, other, shown) for section in checklist.by_section(rows)],
            "counts": _counts(rows),
            "findings": [_finding(finding, other) for finding in findings],
        }
    return content | {"headings": _headings(language, other)}


def _second_language(language: str) -> str:
    return "en" if language != "en" else "zh-hans"


def _headings(language: str, other: str) -> list[dict[str, str]]:
    """The numbered sections in both languages."""

    def words() -> list[str]:
        return [
            _("Site review report"),
            _("Scope and people"),
            _("Summary"),
            _("Findings and corrective action plan"),
            _("Checkpoints"),
            _("Limits of the review"),
        ]

    with override(language):
        own = words()
    with override(other):
        theirs = words()
    return [{"text": text, "other": again} for text, again in zip(own, theirs, strict=True)]


def _who(review: SiteReview) -> dict[str, Any]:
    supplier, site = review.supplier, review.site
    return {
        "local": f"{supplier.name} {site.name}",
        "latin": ", ".join(part for part in (supplier.name_latin, site.name_latin) if part),
        "lang": script_language(supplier.name, supplier.country),
        "number": supplier.number,
        "address": site.address or supplier.address,
    }


def _facts(review: SiteReview) -> list[tuple[str, str]]:
    first, last = review.planned_from, review.planned_to
    return [
        (_("Report"), review.number),
        (_("Dates on site"), f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"),
        (_("Announcement"), str(review.get_announcement_display())),
        (_("Auditor days"), str(review.days_required or "")),
        (_("Checklist"), str(review.checklist or "")),
        (_("Standards"), review.standards or _("Own checklist, mapped to SA8000, RBA and amfori BSCI")),
        (_("Scope"), review.scope or _("The whole site")),
        (_("Formula"), review.formula_version),
    ]


def _headcount(review: SiteReview) -> list[tuple[str, Any]]:
    labels = {
        "total": _("Workers"),
        "women": _("Women"),
        "men": _("Men"),
        "young": _("Aged 16 or 17"),
        "dispatched": _("Dispatched by an agency"),
        "migrant": _("From abroad"),
        "temporary": _("With a temporary contract"),
    }
    return [(label, str(review.headcount.get(key, 0))) for key, label in labels.items()]


def _sample(review: SiteReview) -> list[tuple[str, str]]:
    alone = sum(row.people for row in review.interviews.all() if row.kind == InterviewKind.INDIVIDUAL)
    groups = [row for row in review.interviews.all() if row.kind == InterviewKind.GROUP]
    women = sum(row.women for row in review.interviews.all())
    return [
        (_("Interviews required"), str(review.sample_required)),
        (_("People interviewed"), str(review.sample_taken)),
        (_("Of them alone"), str(alone)),
        (_("Of them in groups"), f"{sum(row.people for row in groups)} ({len(groups)})"),
        (_("Of them women"), str(women)),
        (_("Files looked at"), str(review.files_taken)),
    ]


def _team(review: SiteReview) -> list[dict[str, str]]:
    return [
        {
            "local": member.user.name,
            "latin": member.user.name_latin,
            "lang": script_language(member.user.name),
            "part": str(member.get_part_display()),
            "qualification": "; ".join(_certificates(member)),
            "conflict": _("No conflict of interest declared") if member.no_conflict else _("Not declared"),
        }
        for member in review.team.select_related("user")
    ]


def _certificates(member: TeamMember) -> list[str]:
    text = _("%(scheme)s, No. %(number)s, valid until %(until)s")
    return [text % row for row in member.qualification.get("certificates", [])]


def _outcome(review: SiteReview) -> list[dict[str, str]]:
    counts: dict[str, int] = {}
    for finding in review.findings.all():
        counts[finding.grade] = counts.get(finding.grade, 0) + 1
    words = [f"{number} {badge('grade', grade).label}" for grade, number in counts.items()]
    return [
        {"label": _("Result"), "value": review.letter or "–"},
        {"label": _("Score"), "value": str(review.score) if review.score is not None else "–", "small": _(" of 100")},
        {"label": _("Findings"), "value": _(", ").join(words) or "0"},
        {"label": _("Valid until"), "value": f"{review.valid_until:%Y-%m-%d}" if review.valid_until else "–"},
    ]


def _section(section: dict[str, Any], other: str, shown: set[int]) -> dict[str, Any]:
    return {
        "title": in_language(section["section"].title),
        "title_other": in_language(section["section"].title, other),
        "rows": [_row(row, other, shown) for row in section["rows"]],
    }


def _row(row: CheckpointResult, other: str, shown: set[int]) -> dict[str, Any]:
    """A picture that stands with a finding (`shown`) is only named here."""
    return {
        "clause": _clause(row.question.clause),
        "text": in_language(row.question.text),
        "other": in_language(row.question.text, other),
        "result": row.result,
        "label": str(badge("checkpoint", row.result).label),
        "note": row.note,
        "findings": [finding.number for finding in row.findings.all()],
        "evidence": [_file(item, is_shown=item.pk in shown) for item in row.evidence.all()],
    }


def _counts(rows: list[CheckpointResult]) -> dict[str, int]:
    """As many printed as there are in the list; what was not checked is printed as such (B36)."""
    unanswered = sum(row.result == CheckpointCode.NOT_CHECKED for row in rows)
    return {"total": len(rows), "printed": len(rows), "unanswered": unanswered}


def _findings(review: SiteReview) -> list[Finding]:
    return list(
        review.findings.select_related("clause__standard")
        .prefetch_related("plans__actions", "photos__file")
        .order_by("pk")
    )


def _finding(finding: Finding, other: str) -> dict[str, Any]:
    plan = next(iter(finding.plans.all()), None)
    actions = [f"{a.text} ({a.owner}, {a.due_on:%Y-%m-%d})" for a in plan.actions.all()] if plan else []
    if plan and plan.no_action_reason:
        actions = [_("No action, because: %(reason)s") % {"reason": plan.no_action_reason}]
    with override(other):
        grade_other = str(badge("grade", finding.grade).label)
        wanted_other = _("Evidence: %(text)s") % {"text": finding.wanted_evidence} if finding.wanted_evidence else ""
    return {
        "number": finding.number,
        "clause": _clause(finding.clause),
        "grade": finding.grade,
        "grade_label": str(badge("grade", finding.grade).label),
        "grade_other": grade_other,
        "title": finding.title,
        "title_other": finding.title_local or (in_language(finding.clause.title, other) if finding.clause else ""),
        "seen": finding.facts,
        "seen_other": finding.facts_local,
        "root_cause": plan.root_cause if plan else "",
        "actions": actions,
        "wanted": _("Evidence: %(text)s") % {"text": finding.wanted_evidence} if finding.wanted_evidence else "",
        "wanted_other": wanted_other,
        "verification": str(finding.get_verification_display()),
        "plan_due": f"{finding.plan_due_on:%Y-%m-%d}" if finding.plan_due_on else "",
        "until": f"{finding.close_due_on:%Y-%m-%d}" if finding.close_due_on else "",
        "state": str(finding.get_status_display()),
        "is_repeat": finding.is_repeat,
        "photos": [_file(item) for item in finding.photos.all()],
    }


def _file(item: Evidence, *, is_shown: bool = False) -> dict[str, str]:
    """Name and hash of the file as received; `image` where a small picture of it is printed."""
    stored = item.file
    image = f"photo-{item.pk}" if stored.viewing_copy and not is_shown else ""
    return {"name": stored.original_name, "sha256": stored.sha256, "image": image}


def review_images(review: SiteReview) -> dict[str, bytes]:
    """The pictures that `review_content` names, small: 54 mm wide on paper needs no more."""
    shown = Q(findings_shown__site_review=review) | Q(checkpoints__review=review)
    rows = Evidence.objects.filter(shown, file__viewing_copy__gt="").select_related("file").distinct()
    return {f"photo-{item.pk}": _small(item.file.viewing_copy) for item in rows}


def _small(picture: Any) -> bytes:
    with picture.open("rb") as stream:
        image = Image.open(stream).convert("RGB")
        image.thumbnail(PRINTED_SIZE)
    output = io.BytesIO()
    image.save(output, "JPEG", quality=80)
    return output.getvalue()


def _clause(clause: Any) -> str:
    return f"{clause.standard} {clause.number}" if clause else ""


def file_name(review: SiteReview, language: str) -> str:
    return f"{review.number}-{language}.pdf"
