"""Sites are asked for a self-inspection: one, or all of a campaign."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audits.models import (
    FACTS,
    Answer,
    AnswerEvidence,
    InspectionCampaign,
    Question,
    QuestionnaireVersion,
    SelfInspection,
)
from audits.permissions import can_assign_inspections
from audits.reports.inspections import counts
from audits.states import OPEN, VersionStatus
from audits.states import InspectionStatus as S
from audits.workflow.inspections.people import tell_supplier
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import Actor, Blocker, WorkflowError, blocked_message
from suppliers.models import Evidence, Site, Supplier
from suppliers.states import SupplierStatus
from suppliers.workflow import facts_changed, lock


def open_inspection(site_id: int, version_id: int) -> SelfInspection | None:
    return SelfInspection.objects.filter(site_id=site_id, version_id=version_id, status__in=OPEN).first()


def assign_blockers(site: Site, version: QuestionnaireVersion) -> list[Blocker]:
    blockers = []
    if version.status != VersionStatus.PUBLISHED:
        blockers.append(Blocker("not_published", _("This version of the questionnaire is not published."), "csr"))
    if not site.is_active:
        blockers.append(Blocker("site_inactive", _("The site is not active."), "buyer"))
    if site.supplier.status in {SupplierStatus.ENDED, SupplierStatus.DECLINED}:
        text = _("The supplier is “%(status)s”.") % {"status": site.supplier.get_status_display()}
        blockers.append(Blocker("supplier_left", text, "buyer"))
    if found := open_inspection(site.pk, version.pk):
        text = _("The site already has an open self-inspection of this version.")
        blockers.append(
            Blocker("open_inspection", text, found.turn, reverse("staff:inspection-detail", args=[found.pk]))
        )
    return blockers


@transaction.atomic
def assign(
    site: Site,
    version: QuestionnaireVersion,
    *,
    due_on: dt.date,
    by: Actor,
    campaign: InspectionCampaign | None = None,
    at: dt.datetime | None = None,
) -> SelfInspection:
    """Ask a site. Last time's answers come along, each to be confirmed; nothing counts before that (B5)."""
    supplier = lock(site.supplier_id)
    if isinstance(by, User) and not can_assign_inspections(by, supplier):
        raise PermissionDenied
    if blockers := assign_blockers(site, version):
        raise WorkflowError(blocked_message(), blockers)
    facts = {name: bool(getattr(site, name)) for name in FACTS}
    inspection = SelfInspection.objects.create(
        supplier=supplier,
        site=site,
        version=version,
        campaign=campaign,
        assigned_by=by if isinstance(by, User) else None,
        assigned_at=at or timezone.now(),
        status=S.ASSIGNED,
        turn="supplier",
        due_on=due_on,
        facts=facts,
    )
    carry_over(inspection)
    inspection.answered, inspection.total = counts(inspection)
    inspection.save(update_fields=["answered", "total"])
    history.record(inspection, "inspection.assign", by=by, to_status=S.ASSIGNED, data={"due_on": due_on})
    tell_supplier(inspection, "inspection_assigned", event="assign")
    facts_changed(supplier)
    return inspection


def carry_over(inspection: SelfInspection) -> int:
    """Copy the answers of the site's last accepted self-inspection of this questionnaire, unconfirmed; return how many.

    Files come along unless they have expired or were withdrawn.
    """
    last = (
        SelfInspection.objects.accepted()
        .filter(site=inspection.site, version__questionnaire=inspection.version.questionnaire)
        .order_by("-accepted_at")
        .first()
    )
    if last is None:
        return 0
    day = today(inspection.site.time_zone)
    questions = {
        q.key: q for q in Question.objects.filter(version_id=inspection.version_id).prefetch_related("choices")
    }
    attached = Prefetch("files", AnswerEvidence.objects.attached().select_related("evidence"))
    known = last.answers.answered().select_related("question").prefetch_related(attached)
    copied = 0
    for old in known:
        question = questions.get(old.question.key)
        if question is None or question.text != old.question.text:
            continue
        if old.choice not in {c.code for c in question.choices.all()}:
            continue
        answer = Answer.objects.create(
            inspection=inspection,
            question=question,
            choice=old.choice,
            note=old.note,
            na_reason=old.na_reason,
            confirmed=False,
            answered_by=old.answered_by,
            answered_at=old.answered_at,
        )
        fresh = [link.evidence for link in old.files.all() if _is_usable(link.evidence, day)]
        AnswerEvidence.objects.bulk_create([AnswerEvidence(answer=answer, evidence=evidence) for evidence in fresh])
        copied += 1
    return copied


def _is_usable(evidence: Evidence, day: dt.date) -> bool:
    return evidence.withdrawn_at is None and (evidence.expires_on is None or evidence.expires_on >= day)


@dataclass(frozen=True)
class Planned:
    """One line of a campaign's dry run: the site, and why it would be left out."""

    site: Site
    blockers: list[Blocker]


def campaign_plan(version: QuestionnaireVersion, suppliers: QuerySet[Supplier]) -> list[Planned]:
    """Who would be asked: every active supplying site of these suppliers; two queries. Nothing is written."""
    sites = (
        Site.objects.filter(supplier__in=suppliers, is_active=True, is_supplying=True)
        .select_related("supplier")
        .order_by("supplier__name", "name")
    )
    waiting = set(SelfInspection.objects.unfinished().filter(version=version).values_list("site_id", flat=True))
    text = _("The site already has an open self-inspection of this version.")
    return [Planned(s, [Blocker("open_inspection", text, "supplier")] if s.pk in waiting else []) for s in sites]


def send_campaign(campaign: InspectionCampaign, sites: Iterable[Site], *, by: User) -> int:
    """Ask every site of the plan that is not already asked; return how many. Safe to repeat."""
    sent = 0
    for site in sites:
        if not assign_blockers(site, campaign.version):
            assign(site, campaign.version, due_on=campaign.due_on, by=by, campaign=campaign)
            sent += 1
    return sent
