"""Self-inspections of the demo company: answered by clerks, reviewed by CSR managers, some returned, some open."""

import datetime as dt
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from audits.models import Question, QuestionnaireVersion, SelfInspection
from audits.reports.inspections import sheet_of
from audits.workflow import inspections as workflow
from csr_portal.demo.relations import Relation
from csr_portal.demo.staff import Staff
from csr_portal.demo.story import Story
from suppliers.models import Site

FULL_SETS = 8  # so many suppliers answer all questions of SA8000, the others the short set
NOTES = {
    "no": {
        "zh-hans": "尚未落实，计划下季度完成。",
        "ja": "未対応です。来四半期に対応します。",
        "en": "Not yet; planned for next quarter.",
    },
    "na": {
        "zh-hans": "本厂没有此类情况。",
        "ja": "当拠点には該当しません。",
        "en": "There is no such case at this site.",
    },
}


def plan(story: Story, staff: Staff, relation: Relation, asked: dt.datetime, goal: str) -> None:
    """Ask every supplying site; `goal` says how far it comes: accepted, submitted, returned, in_progress, assigned."""
    story.at(asked, _assign, story, staff, relation, goal)


def _assign(story: Story, staff: Staff, relation: Relation, goal: str) -> None:
    code = "sa8000" if relation.place < FULL_SETS else "short"
    version = QuestionnaireVersion.objects.filter(status="published", questionnaire__code=code).latest("pk")
    supplier = relation.fresh
    for site in relation.sites:
        if not site.is_supplying or workflow.assign_blockers(site, version):
            continue
        now = dt.datetime.now(dt.UTC)
        inspection = workflow.assign(site, version, due_on=now.date() + dt.timedelta(days=42), by=supplier.owner)
        if goal == "assigned":
            continue
        begun = story.after(now, 3, 12)
        story.at(begun, _answer, story, relation, inspection.pk, goal)


def _answer(story: Story, relation: Relation, inspection_id: int, goal: str) -> None:
    """The clerk answers all questions, or half of them where it is still in progress."""
    inspection = SelfInspection.objects.select_related("site").get(pk=inspection_id)
    workflow.save_facts(inspection, inspection.facts, by=relation.clerk)
    questions = [row.question for row in sheet_of(inspection).rows if row.is_to_confirm or not row.is_answered]
    if goal == "in_progress":
        questions = questions[: len(questions) * 5 // 8]
    for place, question in enumerate(questions):
        _save(story, relation, inspection, question, place)
    if goal == "in_progress":
        return
    story.at(story.after(dt.datetime.now(dt.UTC), 1, 9), _submit, story, relation, inspection_id, goal)


def _save(story: Story, relation: Relation, inspection: SelfInspection, question: Question, place: int) -> None:
    choice = "yes"
    if question.criticality != "zero-tolerance" and story.dice.random() < relation.notes.get("weakness", 0.02):
        choice = "no"
    elif question.allows_na and story.dice.random() < 0.4:
        choice = "na"
    language = relation.company.language
    workflow.save_answer(
        inspection.pk,
        question.pk,
        supplier=relation.supplier,
        by=relation.clerk,
        choice=choice,
        note=NOTES["no"][language] if choice == "no" else "",
        na_reason=NOTES["na"][language] if choice == "na" else "",
        base_revision=_revision(inspection, question),
    )
    if choice == "yes" and story.dice.random() < 0.9:
        _attach(story, relation, inspection, question, place)


def _revision(inspection: SelfInspection, question: Question) -> int:
    known = inspection.answers.filter(question=question).values_list("revision", flat=True).first()
    return known or 0


def _attach(story: Story, relation: Relation, inspection: SelfInspection, question: Question, place: int) -> None:
    """The first answers bring new files, the further ones point to them again."""
    files = relation.notes.setdefault(f"files {inspection.site_id}", [])
    if len(files) < 2:
        upload = SimpleUploadedFile(f"现场记录-{len(files) + 1}.jpg", picture(relation.company.name_latin, place))
        link = workflow.attach_upload(
            inspection, question, upload, by=relation.clerk, effective_on=dt.datetime.now(dt.UTC).date()
        )
        files.append(link.evidence)
    else:
        workflow.attach_known(inspection, question, story.dice.choice(files), by=relation.clerk)


def picture(words: str, number: int) -> bytes:
    """A plain picture that stands for a photo from the site."""
    image = Image.new("RGB", (640, 480), ("#8aa6b1", "#b1a58a", "#9bb18a")[number % 3])
    draw = ImageDraw.Draw(image)
    for row in range(6):
        draw.rectangle((40 + row * 95, 260 - row * 12, 120 + row * 95, 430), fill="#5b6878")
    draw.text((24, 24), f"{words} #{number + 1}", fill="#17212d")
    output = io.BytesIO()
    image.save(output, "JPEG", quality=70)
    return output.getvalue()


def as_pdf(jpeg: bytes) -> bytes:
    """The picture as a document of one page."""
    output = io.BytesIO()
    Image.open(io.BytesIO(jpeg)).save(output, "PDF")
    return output.getvalue()


def _submit(story: Story, relation: Relation, inspection_id: int, goal: str) -> None:
    inspection = SelfInspection.objects.get(pk=inspection_id)
    workflow.submit(inspection, by=relation.clerk)
    if goal != "submitted":
        story.at(story.after(dt.datetime.now(dt.UTC), 2, 10), _review, story, relation, inspection_id, goal)


def _review(story: Story, relation: Relation, inspection_id: int, goal: str) -> None:
    """A CSR manager goes through the answers; one is sent back, or all are accepted."""
    inspection = SelfInspection.objects.get(pk=inspection_id)
    reviewer = relation.notes["csr"]
    if goal == "returned":
        answer = inspection.answers.order_by("pk")[3]
        workflow.judge(answer, "returned", by=reviewer, note="The photo does not show the date; please add a dated one")
        workflow.return_to_supplier(
            inspection,
            by=reviewer,
            reason="One answer needs newer evidence",
            due_on=dt.datetime.now(dt.UTC).date() + dt.timedelta(days=14),
        )
        return
    for answer in inspection.answers.all():
        workflow.judge(answer, "ok", by=reviewer)
    workflow.accept(inspection, by=reviewer)


def supplying(relation: Relation) -> list[Site]:
    return [site for site in relation.sites if site.is_supplying]
