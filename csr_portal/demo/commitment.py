"""Agreements and guideline of the demo company: issued at registration, signed by link or chop, some still open."""

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agreements import workflow
from agreements.models import Acknowledgement, Agreement, Version
from csr_portal.demo.inspections import as_pdf, picture
from csr_portal.demo.relations import Relation
from csr_portal.demo.staff import Staff
from csr_portal.demo.story import Story

TITLES = {"zh-hans": "法定代表人", "ja": "代表取締役", "en": "Legal representative"}
AUTHORITY = {
    "zh-hans": "本人为公司法定代表人，有权签署本文件。",
    "ja": "私は会社の代表者であり、本書に署名する権限を有します。",
    "en": "I am the legal representative of the company and may sign for it.",
}
PEAK_SEASON = {
    "zh-hans": "工时条款与当地旺季排班冲突，请协商。",
    "ja": "労働時間の条項は繁忙期の勤務と両立しません。協議をお願いします。",
    "en": "The clause on working hours conflicts with our peak season.",
}


def plan(story: Story, staff: Staff, relation: Relation, registered: dt.datetime) -> dt.datetime | None:
    """Plan issue, signature and acknowledgement; return when the supplier can be admitted, if it will be."""
    issued = story.after(registered, 1, 3)
    story.at(issued, _issue, relation)
    if relation.stays_open:
        story.at(story.after(issued, 1, 3), _half_way, story, staff, relation)
        return None
    signed = story.after(issued, 3, 14)
    way = "chop" if story.dice.random() < 0.12 else "link"
    story.at(signed, _sign, story, relation, way)
    read = story.after(issued, 2, 12)
    story.at(read, _acknowledge, relation)
    if way == "chop":
        confirmed = story.after(signed, 1, 3)
        story.at(confirmed, _confirm, relation)
        signed = confirmed
    return None if relation.goal == "registered" else story.after(max(signed, read), 1, 4)


def _issue(relation: Relation) -> None:
    supplier = relation.fresh
    for version in Version.objects.filter(status="published").select_related("document"):
        if version.document.kind in {"csr_agreement", "guideline"}:
            workflow.issue(version, supplier, by=supplier.owner)


def _agreement(relation: Relation) -> Agreement:
    rows = Agreement.objects.filter(supplier=relation.supplier, document__kind="csr_agreement")
    return rows.select_related("supplier", "version__document").latest("pk")


def _sign(story: Story, relation: Relation, way: str) -> None:
    """The clerk names the signatory, who signs with link and code; or the chopped paper is photographed."""
    agreement = _agreement(relation)
    workflow.view(agreement, by=relation.clerk)
    if way == "chop":
        scan = SimpleUploadedFile("盖章扫描件.jpg", picture(relation.company.name_latin, relation.place))
        workflow.upload_chop(agreement, [scan], by=relation.clerk)
        return
    signatory, language = _signatory(relation), relation.company.language
    link = workflow.share(
        agreement,
        by=relation.clerk,
        name=signatory.name,
        name_latin=signatory.name_latin,
        title=TITLES[language],
        email="" if story.dice.random() < 0.3 else f"signatory@supplier{relation.place}.example",
    )
    trace = workflow.Trace(ip=f"203.0.113.{relation.place % 250}", user_agent="Android, WeChat")
    if link.email:
        workflow.send_code(link, trace=trace)
        link.refresh_from_db()
    if problem := workflow.enter_code(link, link.code, trace=trace):
        raise ValueError(problem)
    agreement.refresh_from_db()
    workflow.sign(
        link,
        name=signatory.name,
        name_latin=signatory.name_latin,
        title=TITLES[language],
        authority=AUTHORITY[language],
        presented_sha256=agreement.presented_sha256,
        trace=trace,
    )


def _signatory(relation: Relation) -> Any:
    if relation.signatory is None:
        raise ValueError(f"{relation.company.name} has no signatory")
    return relation.signatory


def _confirm(relation: Relation) -> None:
    agreement = _agreement(relation)
    workflow.confirm_chop(agreement, by=agreement.supplier.owner)


def _acknowledge(relation: Relation) -> None:
    row = Acknowledgement.objects.filter(supplier=relation.supplier).select_related("version").latest("pk")
    workflow.view_guideline(row, by=relation.clerk)
    answers = {question.pk: question.right for question in row.version.check_questions.all()}
    if wrong := workflow.acknowledge(row, by=relation.clerk, answers=answers):
        raise ValueError(f"wrong answers: {wrong}")


def _half_way(story: Story, staff: Staff, relation: Relation) -> None:
    """Those without an agreement in force: each stopped somewhere else on the way."""
    agreement = _agreement(relation)
    workflow.view(agreement, by=relation.clerk)
    stops = (_chop_sent, _own_code_offered, _signed_with_reservation, _declined, _link_sent, _link_sent, _only_read)
    stops[relation.place % len(stops)](relation, agreement)


def _only_read(relation: Relation, agreement: Agreement) -> None:
    """Nothing more has happened."""


def _link_sent(relation: Relation, agreement: Agreement) -> Any:
    signatory = _signatory(relation)
    title = TITLES[relation.company.language]
    return workflow.share(agreement, by=relation.clerk, name=signatory.name, title=title)


def _chop_sent(relation: Relation, agreement: Agreement) -> None:
    scan = SimpleUploadedFile("盖章扫描件.jpg", picture(relation.company.name_latin, relation.place))
    workflow.upload_chop(agreement, [scan], by=relation.clerk)


def _declined(relation: Relation, agreement: Agreement) -> None:
    reason = PEAK_SEASON.get(relation.company.language, PEAK_SEASON["en"])
    workflow.decline(agreement, by=relation.clerk, reason=reason, clauses=["working_hours"])


def _own_code_offered(relation: Relation, agreement: Agreement) -> None:
    own = SimpleUploadedFile("Code of conduct.pdf", as_pdf(picture("Code of conduct", relation.place)))
    workflow.offer_own_code(agreement, own, by=relation.clerk)


def _signed_with_reservation(relation: Relation, agreement: Agreement) -> None:
    link, language = _link_sent(relation, agreement), relation.company.language
    if problem := workflow.enter_code(link, link.code):
        raise ValueError(problem)
    agreement.refresh_from_db()
    workflow.sign(
        link,
        name=link.name,
        title=link.title,
        authority=AUTHORITY[language],
        presented_sha256=agreement.presented_sha256,
        reservations={"working_hours": PEAK_SEASON.get(language, PEAK_SEASON["en"])},
    )
