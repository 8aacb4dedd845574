"""The reference data we ship: three standards with clauses and crosswalk, kinds of evidence, and questionnaires.

Source: `audits/data/*.yaml` (our own wording; clause numbers are references). Loading again changes nothing.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from audits.deadlines import shipped_rules
from audits.models import (
    Choice,
    Clause,
    DeadlineRule,
    EvidenceType,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    Section,
    Standard,
    StandardSection,
    Topic,
)
from audits.scoring import DEFAULT_SCORING
from audits.states import AnswerCode, VersionStatus
from audits.workflow.questionnaires import publish
from csr_portal.core.models import User
from csr_portal.core.workflow import SYSTEM, Actor

DATA = Path(__file__).resolve().parent / "data"
STANDARDS = ["sa8000", "rba", "bsci"]
TITLES = {
    "sa8000": {"en": "Self-inspection by SA8000", "zh-hans": "SA8000自查", "ja": "SA8000自己点検"},
    "rba": {"en": "Self-inspection by the RBA code", "zh-hans": "RBA准则自查", "ja": "RBA行動規範自己点検"},
    "bsci": {"en": "Self-inspection by amfori BSCI", "zh-hans": "amfori BSCI自查", "ja": "amfori BSCI自己点検"},
    "short": {
        "en": "Short self-inspection for small sites",
        "zh-hans": "小型厂区简易自查",
        "ja": "小規模拠点向け簡易自己点検",
    },
}
# The short set (B26): the first question of each zero-tolerance or critical clause of SA8000, without these.
NOT_IN_SHORT_SET = {"sa8000:1.4", "sa8000:5.4", "sa8000:9.6.3", "sa8000:9.7.1"}
LABELS = {
    AnswerCode.YES: {"en": "Yes", "zh-hans": "是", "ja": "はい"},
    AnswerCode.NO: {"en": "No", "zh-hans": "否", "ja": "いいえ"},
    AnswerCode.NA: {"en": "Not applicable", "zh-hans": "不适用", "ja": "該当なし"},
}
VALUES = {AnswerCode.YES: 1, AnswerCode.NO: 0, AnswerCode.NA: None}
HELP = {
    "en": "“Yes” means: {title}. Proof: {evidence}.",
    "zh-hans": "回答“是”的标准：{title}。证据：{evidence}。",
    "ja": "「はい」の基準：{title}。証憑：{evidence}。",
}
SEPARATORS = {"en": "; ", "zh-hans": "；", "ja": "、"}


@transaction.atomic
def load(by: User | None) -> None:
    """Bring the reference data to what the files say, and publish a first version of each questionnaire."""
    files = [read(code) for code in STANDARDS]
    for data in files:
        _load_standard(data)
    _load_crosswalk(files)
    for data in files:
        _load_questionnaire(data["meta"]["id"], data["sections"], data["clauses"], by or SYSTEM)
    _load_short_set(files[0], by or SYSTEM)
    load_deadline_rules()


@cache
def read(code: str) -> dict[str, Any]:
    return yaml.safe_load((DATA / f"{code}.yaml").read_text("utf-8"))


def numeric_parts(number: str) -> list[tuple[str, int]]:
    """What clause numbers are sorted by: 9.2 before 9.10, A9 before A10."""
    return [(letters, int(digits)) for letters, digits in re.findall(r"([A-Za-z]*)(\d+)", number) or [(number, "0")]]


def _load_standard(data: dict[str, Any]) -> None:
    meta = data["meta"]
    for code, name in data["topics"].items():
        Topic.objects.update_or_create(code=code, defaults={"name": name})
    for code, name in data["evidence_types"].items():
        EvidenceType.objects.update_or_create(code=code, defaults={"name": name})
    topics = {topic.code: topic for topic in Topic.objects.all()}
    standard, _new = Standard.objects.update_or_create(
        code=meta["id"],
        defaults={
            "name": meta["name"],
            "edition": meta["edition"],
            "owner": meta["owner"],
            "sources": meta["sources"],
            "note": meta["note"],
            "clause_numbers_confidence": meta["clause_numbers_confidence"],
        },
    )
    sections = {}
    for position, entry in enumerate(sorted(data["sections"], key=lambda s: numeric_parts(s["id"])), start=1):
        sections[entry["id"]], _new = StandardSection.objects.update_or_create(
            standard=standard,
            code=entry["id"],
            defaults={"title": entry["title"], "topic": topics.get(entry.get("topic")), "position": position},
        )
    for position, entry in enumerate(sorted(data["clauses"], key=lambda c: numeric_parts(c["id"])), start=1):
        Clause.objects.update_or_create(
            key=entry["key"],
            defaults={
                "standard": standard,
                "section": sections[entry["section"]],
                "number": entry["id"],
                "position": position,
                "title": entry["title"],
                "topic": topics.get(entry["topic"]),
                "criticality": entry["criticality"],
                "in_csr_agreement": entry["in_csr_agreement"],
                "is_crucial": entry.get("crucial"),
            },
        )


def _load_crosswalk(files: list[dict[str, Any]]) -> None:
    ids = dict(Clause.objects.values_list("key", "pk"))
    pairs = {(ids[c["key"]], ids[other]) for data in files for c in data["clauses"] for other in c["maps_to"]}
    pairs |= {(b, a) for a, b in pairs}
    through = Clause.maps_to.through
    known = set(through.objects.values_list("from_clause_id", "to_clause_id"))
    through.objects.bulk_create(
        [through(from_clause_id=a, to_clause_id=b) for a, b in sorted(pairs - known)], batch_size=500
    )


def _load_short_set(data: dict[str, Any], by: Actor) -> None:
    severe = {"zero-tolerance", "critical"}
    clauses = [
        {**clause, "questions": clause["questions"][:1]}
        for clause in data["clauses"]
        if clause["criticality"] in severe and clause["key"] not in NOT_IN_SHORT_SET
    ]
    _load_questionnaire("short", data["sections"], clauses, by)


def _load_questionnaire(code: str, sections: list[dict[str, Any]], clauses: list[dict[str, Any]], by: Actor) -> None:
    """Make version 1 if there is no version yet; a version that exists is never touched."""
    questionnaire, _new = Questionnaire.objects.update_or_create(code=code, defaults={"title": TITLES[code]})
    if questionnaire.versions.exists():
        return
    version = QuestionnaireVersion.objects.create(
        questionnaire=questionnaire,
        number=1,
        status=VersionStatus.DRAFT,
        turn="csr",
        scoring=DEFAULT_SCORING,
        status_since=timezone.now(),
    )
    used = {clause["section"] for clause in clauses}
    by_section: dict[str, list[dict[str, Any]]] = {}
    for clause in sorted(clauses, key=lambda c: numeric_parts(c["id"])):
        by_section.setdefault(clause["section"], []).append(clause)
    ordered = sorted((s for s in sections if s["id"] in used), key=lambda s: numeric_parts(s["id"]))
    asked = []
    for number, entry in enumerate(ordered, start=1):
        section = Section.objects.create(version=version, title=entry["title"], position=number)
        asked += [(section, clause, question) for clause in by_section[entry["id"]] for question in clause["questions"]]
    _load_questions(version, asked)
    publish(version, by=by)


def _load_questions(version: QuestionnaireVersion, asked: list[tuple[Section, dict[str, Any], dict[str, Any]]]) -> None:
    """All questions of the version in the order given, each with its choices and the evidence it expects."""
    kinds = {kind.code: kind for kind in EvidenceType.objects.all()}
    clauses = dict(Clause.objects.values_list("key", "pk"))
    questions = [
        Question(
            version=version,
            section=section,
            clause_id=clauses[clause["key"]],
            key=entry["id"],
            position=position,
            text=entry["text"],
            help=_help(clause, [kinds[code].name for code in entry["evidence"]]),
            criticality=clause["criticality"],
            allows_na="na" in entry["answers"],
            applies_if=applies_if(clause, entry),
        )
        for position, (section, clause, entry) in enumerate(asked, start=1)
    ]
    Question.objects.bulk_create(questions)
    evidence, choices = [], []
    for question, (_section, _clause, entry) in zip(questions, asked, strict=True):
        evidence += [_expects(question, kinds[code]) for code in dict.fromkeys(entry["evidence"])]
        choices += [
            Choice(question=question, code=code, label=LABELS[code], value=VALUES[code], position=number)
            for number, code in enumerate(entry["answers"], start=1)
        ]
    Question.expected_evidence.through.objects.bulk_create(evidence)
    Choice.objects.bulk_create(choices)


def _expects(question: Question, kind: EvidenceType) -> Any:
    return Question.expected_evidence.through(question=question, evidencetype=kind)


def applies_if(clause: dict[str, Any], entry: dict[str, Any]) -> dict[str, bool]:
    """What may be “not applicable” is asked by the facts of the site; zero tolerance is always asked (B26)."""
    if "na" not in entry["answers"] or clause["criticality"] == "zero-tolerance":
        return {}
    evidence = set(entry["evidence"])
    if "dorm" in evidence:
        return {"has_dormitory": True}
    if clause["topic"] == "chemicals":
        return {"uses_chemicals": True}
    if clause["topic"] == "young_workers" and evidence & {"young_list", "young_reg"}:
        return {"workers_young": True}
    if "agency_contracts" in evidence:
        return {"workers_dispatched": True}
    return {}


def _help(clause: dict[str, Any], names: list[dict[str, str]]) -> dict[str, str]:
    return {
        language: text.format(
            title=clause["title"][language], evidence=SEPARATORS[language].join(name[language] for name in names)
        )
        for language, text in HELP.items()
    }


def load_deadline_rules() -> int:
    """Put the shipped rules in as version 1, once; whoever has changed them keeps the change. Returns how many."""
    if DeadlineRule.objects.exists():
        return 0
    rows = [DeadlineRule(version=1, is_current=True, **rule.__dict__) for rule in shipped_rules()]
    return len(DeadlineRule.objects.bulk_create(rows))
