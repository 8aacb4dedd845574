"""What is read from an inspection in one piece: its questions with answers and score, for pages and for the PDF."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from audits import scoring
from audits.models import Answer, AnswerEvidence, Choice, Question, SelfInspection
from audits.states import AnswerCode, Criticality, InspectionStatus
from csr_portal.core.models import Organisation
from csr_portal.core.templatetags.reports import printed_day
from csr_portal.core.translated import in_language
from suppliers.models import Site


@dataclass
class Row:
    """A question as asked in one inspection, with its answer and files."""

    number: int
    question: Question
    choices: list[Choice]
    answer: Answer | None = None
    files: list[AnswerEvidence] = field(default_factory=list)
    line: scoring.Line | None = None

    @property
    def is_answered(self) -> bool:
        return self.answer is not None and self.answer.is_answered

    @property
    def is_to_confirm(self) -> bool:
        return self.answer is not None and bool(self.answer.choice) and not self.answer.confirmed

    @property
    def lacks_na_reason(self) -> bool:
        return self.is_answered and self.answer.choice == AnswerCode.NA and not self.answer.na_reason.strip()

    @property
    def is_returned(self) -> bool:
        return self.answer is not None and self.answer.verdict == "returned"

    @property
    def choice(self) -> Choice | None:
        """The chosen choice, also before it was confirmed."""
        return next((c for c in self.choices if self.answer and c.code == self.answer.choice), None)

    @property
    def help(self) -> str:
        return in_language(self.question.help)

    @property
    def lacks_proof(self) -> bool:
        return bool(self.line and self.line.is_unproven)


@dataclass
class SectionRows:
    pk: int
    title: str
    rows: list[Row]
    result: scoring.SectionResult | None = None

    @property
    def answered(self) -> int:
        return sum(row.is_answered for row in self.rows)

    @property
    def is_complete(self) -> bool:
        return self.answered == len(self.rows)

    @property
    def returned(self) -> int:
        return sum(row.is_returned for row in self.rows)

    @property
    def first_open(self) -> Row | None:
        return next((row for row in self.rows if not row.is_answered), None)


@dataclass
class Sheet:
    """The whole inspection: sections, rows and the score of the answers as they are now."""

    inspection: SelfInspection
    sections: list[SectionRows]
    result: scoring.Result

    @property
    def rows(self) -> list[Row]:
        return [row for section in self.sections for row in section.rows]

    @property
    def answered(self) -> int:
        return sum(row.is_answered for row in self.rows)

    @property
    def open_rows(self) -> list[Row]:
        return [row for row in self.rows if not row.is_answered]

    @property
    def to_confirm(self) -> list[Row]:
        return [row for row in self.rows if row.is_to_confirm]

    @property
    def returned(self) -> list[Row]:
        return [row for row in self.rows if row.is_returned]

    @property
    def refused(self) -> list[Row]:
        """Answered “no”: where findings may be opened."""
        return [row for row in self.rows if row.answer and row.answer.choice == AnswerCode.NO]

    @property
    def dearest(self) -> list[Row]:
        """What costs points, dearest first (B18)."""
        return sorted((row for row in self.rows if row.line and row.line.cost), key=lambda r: -r.line.cost)

    def row(self, question_id: int) -> Row | None:
        return next((row for row in self.rows if row.question.pk == question_id), None)


def sheet_of(inspection: SelfInspection) -> Sheet:
    """Everything about one inspection in six queries, whatever its size. Only questions that apply at the site."""
    questions = list(
        Question.objects.filter(version_id=inspection.version_id)
        .select_related("section", "clause")
        .prefetch_related("choices", "expected_evidence")
        .order_by("position")
    )
    asked = [question for question in questions if question.applies_to(inspection.facts)]
    answers = {a.question_id: a for a in inspection.answers.select_related("answered_by", "verdict_by")}
    files: dict[int, list[AnswerEvidence]] = {}
    attached = AnswerEvidence.objects.attached().filter(answer__inspection=inspection)
    for link in attached.select_related("evidence__file", "answer"):
        files.setdefault(link.answer.question_id, []).append(link)
    rows = [
        Row(number, q, list(q.choices.all()), answers.get(q.pk), files.get(q.pk, []))
        for number, q in enumerate(asked, start=1)
    ]
    result = scoring.self_inspection(
        [_item(row) for row in rows], inspection.version.scoring or scoring.DEFAULT_SCORING
    )
    lines = {line.key: line for line in result.lines}
    for row in rows:
        row.line = lines[row.question.key]
    return Sheet(inspection, _by_section(rows, result), result)


def _item(row: Row) -> scoring.Item:
    choice = row.choice if row.is_answered else None
    return scoring.Item(
        key=row.question.key,
        clause=f"clause:{row.question.clause_id}" if row.question.clause_id else row.question.key,
        section=str(row.question.section_id),
        criticality=row.question.criticality,
        choice=choice.code if choice else "",
        value=choice.value if choice else None,
        expects_evidence=bool(row.question.expected_evidence.all()),
        has_evidence=any(link.verdict != "refused" for link in row.files),
    )


def _by_section(rows: list[Row], result: scoring.Result) -> list[SectionRows]:
    results = {section.section: section for section in result.sections}
    sections: dict[int, SectionRows] = {}
    for row in rows:
        section = row.question.section
        if section.pk not in sections:
            sections[section.pk] = SectionRows(section.pk, str(section), [], results[str(section.pk)])
        sections[section.pk].rows.append(row)
    return list(sections.values())


def inspection_content(inspection: SelfInspection) -> dict[str, Any]:
    """What the self-inspection report prints, in the language that is active (R-PDF-1, B36)."""
    sheet = sheet_of(inspection)
    company, supplier = Organisation.current(), inspection.supplier
    content = {
        "kind": "self_inspection",
        "number": inspection.number,
        "questionnaire": str(inspection.version.questionnaire),
        "version": inspection.version.number,
        "company": {"name": company.name, "name_latin": company.name_latin},
        "supplier": {"name": supplier.name, "name_latin": supplier.name_latin, "number": supplier.number},
        "site": _site_content(inspection.site),
        "standards": len({row.question.clause.standard_id for row in sheet.rows if row.question.clause}),
        **_course_content(inspection),
        **_result_content(inspection, sheet),
        "sections": [_section_content(section) for section in sheet.sections],
        "dearest": [_row_content(row) for row in sheet.dearest[:10]],
    }
    content["unanswered"] = len(sheet.rows) - sheet.answered
    content["questions_out"] = sum(len(section["rows"]) for section in content["sections"])
    return content


def _site_content(site: Site) -> dict[str, Any]:
    return {
        "name": site.name,
        "name_latin": site.name_latin,
        "address": site.address,
        "country": site.country,
        "women": site.workers_women,
        "men": site.workers_men,
        "young": site.workers_young,
        "dispatched": site.workers_dispatched,
        "migrant": site.workers_migrant,
        "temporary": site.workers_temporary,
        "workers": site.workers,
        "time_zone": site.time_zone,
    }


def _course_content(inspection: SelfInspection) -> dict[str, Any]:
    """Where it stands, and when who did what."""
    return {
        "status": inspection.status,
        "status_label": str(InspectionStatus(inspection.status).label),
        "assigned_at": inspection.assigned_at,
        "due_on": inspection.due_on,
        "submitted_at": inspection.submitted_at,
        "submitted_by": str(inspection.submitted_by or ""),
        "accepted_at": inspection.accepted_at,
        "accepted_by": str(inspection.accepted_by or ""),
        "valid_until": inspection.valid_until,
        "is_final": inspection.status == InspectionStatus.ACCEPTED,
    }


def _result_content(inspection: SelfInspection, sheet: Sheet) -> dict[str, Any]:
    """Score and letter: those kept with the acceptance, before it those of the answers so far."""
    result = sheet.result
    return {
        "is_blocked": result.is_blocked,
        "score": result.score if inspection.score is None else inspection.score,
        "letter": inspection.letter or result.letter,
        "uncapped_letter": result.uncapped_letter,
        "formula": result.formula,
        "earned": result.earned,
        "possible": result.possible,
        "questions_in": len(sheet.rows),
        "answered": sheet.answered,
    }


def printed(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with its tables as the PDF lays them out, in the language that is active."""
    site, supplier = content["site"], content["supplier"]
    score = "–" if content["score"] is None else content["score"]
    return {
        **content,
        "site_line": " · ".join(part for part in (site["name"], site["name_latin"], site["address"]) if part),
        "outcome_tone": "bad" if content["is_blocked"] else "ok" if content["letter"] in {"A", "B"} else "warn",
        "outcome": [
            {"label": _("Result"), "value": content["status_label"], "small": ""},
            {"label": _("Score"), "value": score, "small": ""},
            {"label": _("Letter"), "value": content["letter"] or "–", "small": ""},
            {"label": _("Counts until"), "value": _day(content["valid_until"]), "small": ""},
        ],
        "facts": [
            (_("Supplier"), supplier["name"]),
            (_("Site"), site["name"]),
            (_("Workers"), site["workers"]),
            (_("Women and men"), f"{site['women']} / {site['men']}"),
            (_("Aged 16 or 17"), str(site["young"])),
            (_("Dispatched by an agency"), str(site["dispatched"])),
            (_("From abroad"), str(site["migrant"])),
            (_("With a temporary contract"), str(site["temporary"])),
            (_("Asked"), _day(content["assigned_at"])),
            (_("Submitted"), " · ".join(p for p in (_day(content["submitted_at"]), content["submitted_by"]) if p)),
            (_("Accepted"), " · ".join(p for p in (_day(content["accepted_at"]), content["accepted_by"]) if p)),
        ],
        "section_columns": [(_("Section"), ""), (_("Answered"), "r"), (_("Points"), "r"), (_("Share"), "r")],
        "section_rows": [
            [
                section["title"],
                f"{sum(bool(row['choice']) for row in section['rows'])} / {len(section['rows'])}",
                f"{section['points']} / {section['possible']}",
                "–" if section["percent"] is None else f"{section['percent']} %",
            ]
            for section in content["sections"]
        ],
    }


def _day(value: dt.date | None) -> str:
    return printed_day(value)


def _section_content(section: SectionRows) -> dict[str, Any]:
    return {
        "title": section.title,
        "points": section.result.points if section.result else Decimal(0),
        "possible": section.result.possible if section.result else Decimal(0),
        "percent": section.result.percent if section.result else None,
        "rows": [_row_content(row) for row in section.rows],
    }


def _row_content(row: Row) -> dict[str, Any]:
    answer = row.answer
    return {
        "number": row.number,
        "text": str(row.question),
        "clause": row.question.clause.number if row.question.clause else "",
        "criticality": row.question.criticality,
        "criticality_label": str(Criticality(row.question.criticality).label),
        "choice": answer.choice if row.is_answered and answer else "",
        "label": in_language(row.choice.label) if row.is_answered and row.choice else "",
        "note": answer.note if row.is_answered and answer else "",
        "na_reason": answer.na_reason if row.is_answered and answer else "",
        "answered_by": str(answer.answered_by or "") if row.is_answered and answer else "",
        "cost": row.line.cost if row.line else Decimal(0),
        "is_unproven": row.lacks_proof,
        "files": [
            {"name": link.evidence.file.original_name, "sha256": link.evidence.file.sha256, "verdict": link.verdict}
            for link in row.files
        ],
        "verdict_note": answer.verdict_note if answer and row.is_returned else "",
    }


def counts(inspection: SelfInspection, facts: Mapping[str, Any] | None = None) -> tuple[int, int]:
    """Answered and total number of the questions that apply with these facts."""
    facts = inspection.facts if facts is None else facts
    asked = {q.pk for q in Question.objects.filter(version_id=inspection.version_id) if q.applies_to(facts)}
    answered = set(inspection.answers.answered().values_list("question_id", flat=True))
    return len(asked & answered), len(asked)
