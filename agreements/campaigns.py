"""One text to many suppliers: a campaign keeps who is to get it, jobs issue it 25 at a time, pages show how far it is.

A batch is issued and ticked off in one transaction, so that one that dies is simply begun again.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements import events, workflow
from agreements.models import Acknowledgement, Agreement, Campaign, CampaignTarget, Version
from agreements.permissions import can_issue
from agreements.states import READABLE, RECALLABLE, AcknowledgementStatus, CampaignStatus, VersionStatus
from agreements.tasks import present_some
from csr_portal.core import history
from csr_portal.core.bulk import batches
from csr_portal.core.jobs import job
from csr_portal.core.models import User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import SYSTEM, Actor, Step, WorkflowError, move
from suppliers.models import Supplier
from suppliers.permissions import is_system
from suppliers.standing import refreshed_at_the_end
from suppliers.workflow import lock_all
from suppliers.workflow.supplier import remind

BATCH = 25
DRAWN_TOGETHER = 10  # files per job: few enough that little is drawn again after a crash
C = CampaignStatus
STEPS = {
    "campaign.begin": Step((C.PLANNED,), C.RUNNING, can_issue),
    "campaign.pause": Step((C.RUNNING,), C.PAUSED, can_issue),
    "campaign.resume": Step((C.PAUSED,), C.RUNNING, can_issue),
    "campaign.recall": Step((C.PLANNED, C.RUNNING, C.PAUSED, C.CLOSED), C.CANCELLED, can_issue),
    "campaign.close": Step((C.RUNNING,), C.CLOSED, is_system),
}


@transaction.atomic
def start(
    version: Version, suppliers: Iterable[Supplier], *, by: User, due_on: dt.date | None = None,
    starts_on: dt.date | None = None,
) -> Campaign:  # fmt: skip
    """Write down who is to get the text and begin to issue it in the background, now or on a later day."""
    if not can_issue(by):
        raise WorkflowError(_("Only procurement may issue texts."))
    if version.status != VersionStatus.PUBLISHED:
        raise WorkflowError(_("Only a published version can be issued."))
    is_later = starts_on is not None and starts_on > today()
    first_day = starts_on if starts_on and is_later else today()
    due_on = due_on or first_day + dt.timedelta(days=workflow.DUE_DAYS)
    if due_on <= first_day:
        raise WorkflowError(_("The day to sign by must come after the day of the issue."))
    campaign = Campaign.objects.create(
        version=version, name=str(version)[:120], created_by=by, status=C.PLANNED if is_later else C.RUNNING,
        due_on=due_on, starts_on=first_day,
    )  # fmt: skip
    targets = [CampaignTarget(campaign=campaign, supplier=supplier) for supplier in suppliers]
    CampaignTarget.objects.bulk_create(targets, batch_size=500)
    data = {"version": version.number, "suppliers": len(targets), "starts_on": first_day}
    action = "campaign.plan" if is_later else "campaign.start"
    history.record(campaign, action, by=by, data=data, to_status=campaign.status)
    _go_on(campaign)
    return campaign


@transaction.atomic
def begin(campaign: Campaign, *, by: Actor) -> None:
    """Begin a planned issue, on its day or by hand before; without its text in force any more it is called off."""
    if campaign.version.status != VersionStatus.PUBLISHED:
        reason = _("The text was replaced before the day of the issue.")
        move(campaign, STEPS, "campaign.recall", by=SYSTEM, reason=reason, end_reason=reason)
        events.campaign_changed(campaign)
        return
    move(campaign, STEPS, "campaign.begin", by=by)
    _go_on(campaign)


@transaction.atomic
def pause(campaign: Campaign, *, by: User) -> None:
    """Stop issuing; what has been issued stays. The supplier in work is finished first."""
    move(campaign, STEPS, "campaign.pause", by=by)


@transaction.atomic
def resume(campaign: Campaign, *, by: User) -> None:
    move(campaign, STEPS, "campaign.resume", by=by)
    _go_on(campaign)


@transaction.atomic
def recall(campaign: Campaign, *, by: User, reason: str) -> None:
    """Stop the issue for good and take back what nobody has signed. An acknowledged guideline stays acknowledged."""
    move(campaign, STEPS, "campaign.recall", by=by, reason=reason, end_reason=reason)
    events.campaign_changed(campaign)
    recall_batch.enqueue(campaign.pk, by.pk, key=f"{campaign.pk}:first")


def _go_on(campaign: Campaign, attempt: str = "") -> None:
    """Ask for the next batch; after the last one close the campaign. A batch is known by its first supplier and by
    the moment since which the campaign runs, so that a campaign resumed after a pause gets a batch of its own."""
    if not Campaign.objects.running().filter(pk=campaign.pk).exists():
        return
    first = campaign.targets.pending().first()
    if first is not None:
        since = campaign.status_since.timestamp()
        issue_batch.enqueue(campaign.pk, key=f"{campaign.pk}:{since}:{first.pk}{attempt}")
    else:
        left_out = campaign.targets.left_out().count()
        data = {"issued": campaign.targets.count() - left_out, "left_out": left_out}
        move(campaign, STEPS, "campaign.close", by=SYSTEM, data=data)
        events.campaign_changed(campaign)


@job("agreements.issue_batch", time_limit=90)
def issue_batch(campaign_id: int) -> None:
    """Issue to the next suppliers that wait. Run twice, it issues to nobody twice."""
    campaign = Campaign.objects.select_related("version__document", "created_by").get(pk=campaign_id)
    with history.sealed_at_the_end():
        _issue_next(campaign)
    _go_on(campaign)


@transaction.atomic
def _issue_next(campaign: Campaign) -> None:
    """Locks the suppliers, then the campaign: who pauses or recalls waits for this batch, and none comes after it."""
    next_ones = list(campaign.targets.pending().values_list("supplier_id", flat=True)[:BATCH])
    suppliers = {supplier.pk: supplier for supplier in lock_all(next_ones)}
    if not list(Campaign.objects.running().select_for_update().filter(pk=campaign.pk).values_list("pk")):
        return
    targets = list(campaign.targets.pending().filter(supplier_id__in=next_ones))
    by = campaign.created_by or SYSTEM
    with refreshed_at_the_end(), translation.override(by.language if isinstance(by, User) else None):
        rows, notes = _issue_to([suppliers[target.supplier_id] for target in targets], campaign, by)
    _tick_off(targets, notes)
    _have_drawn([row.pk for row in rows if isinstance(row, Agreement)])


def _issue_to(suppliers: list[Supplier], campaign: Campaign, by: Actor) -> tuple[Sequence[Any], dict[int, str]]:
    """What they got, and per supplier that got nothing why not."""
    order = workflow.IssueOrder(campaign.version, by, campaign.due_on, campaign=campaign)
    try:
        rows, left_out = workflow.issue_to_all(order, suppliers)
    except WorkflowError as error:  # the person has lost the right meanwhile, or the text was replaced
        return [], {supplier.pk: error.message for supplier in suppliers}
    return rows, {supplier.pk: str(reason) for supplier, reason in left_out}


def _tick_off(targets: list[CampaignTarget], notes: dict[int, str]) -> None:
    alike = defaultdict(list)
    for target in targets:
        alike[notes.get(target.supplier_id, "")[:300]].append(target.pk)
    for note, keys in alike.items():
        CampaignTarget.objects.filter(pk__among=keys).update(done_at=timezone.now(), note=note)


def _have_drawn(keys: list[int]) -> None:
    """The agreements were just made, so nobody has asked for their files."""
    present_some.enqueue_all({few[0]: (",".join(few),) for few in batches(map(str, keys), DRAWN_TOGETHER)})


@job("agreements.recall_batch", time_limit=90)
def recall_batch(campaign_id: int, by_id: int) -> None:
    """Take back the next open agreements of a recalled campaign; one that was signed meanwhile is left alone."""
    campaign, by = Campaign.objects.get(pk=campaign_id), User.objects.get(pk=by_id)
    rows = list(campaign.agreements.filter(status__in=RECALLABLE).select_related("supplier").order_by("pk")[:BATCH])
    with history.sealed_at_the_end(), translation.override(by.language):
        for row in rows:
            try:
                workflow.recall(row, by=by, reason=campaign.end_reason, campaign=True)
            except WorkflowError:
                continue
    if len(rows) == BATCH:
        recall_batch.enqueue(campaign_id, by_id, key=f"{campaign_id}:{rows[-1].pk}")


def begin_due(day: dt.date | None = None) -> int:
    """Every hour: begin what is planned for today or before; return how many. Safe to run twice."""
    rows = list(Campaign.objects.to_begin(day or today()).select_related("version"))
    for campaign in rows:
        begin(campaign, by=SYSTEM)
    return len(rows)


def ask_again(day: dt.date | None = None) -> int:
    """Every night: ask once more for campaigns whose jobs were given up; return how many. Safe to run twice."""
    rows = list(Campaign.objects.running())
    for campaign in rows:
        _go_on(campaign, attempt=f":{day or today()}")
    return len(rows)


def progress(campaign: Campaign) -> dict[str, Any]:
    """How far the issue is and what came of it: two queries."""
    numbers = campaign.targets.aggregate(
        total=Count("pk"), done=Count("pk", filter=~Q(done_at=None)), left_out=Count("pk", filter=~Q(note=""))
    )
    model = Acknowledgement if campaign.version.document.is_guideline else Agreement
    counts = model.objects.filter(campaign=campaign).values_list("status").annotate(Count("pk")).order_by("status")
    return {**numbers, "issued": numbers["done"] - numbers["left_out"], "statuses": list(counts)}


# Reminding


def waiting(campaign: Campaign) -> Any:
    """Suppliers of the campaign that have not signed or acknowledged yet."""
    model = Acknowledgement if campaign.version.document.is_guideline else Agreement
    codes = [*READABLE, AcknowledgementStatus.ISSUED, AcknowledgementStatus.VIEWED]
    rows: Any = model.objects.filter(campaign=campaign, status__in=codes)
    return Supplier.objects.filter(pk__in=rows.values("supplier_id")).order_by("pk")


@transaction.atomic
def remind_all(campaign: Campaign, *, by: User, day: dt.date | None = None) -> None:
    """Remind everybody who has not signed yet, in the background; asked twice on a day it happens once."""
    if not can_issue(by):
        raise WorkflowError(_("Only procurement may issue texts."))
    _remind_after(campaign.pk, by.pk, (day or today()).isoformat(), 0)


def _remind_after(campaign_id: int, by_id: int, day: str, after: int) -> None:
    remind_batch.enqueue(campaign_id, by_id, day, after, key=f"{campaign_id}:{day}:{after}")


@job("agreements.remind_batch", time_limit=240)
def remind_batch(campaign_id: int, by_id: int, day: str, after: int) -> None:
    """Remind the next suppliers. Whoever was reminded today already, or cannot be reached, is left out."""
    campaign = Campaign.objects.select_related("version__document").get(pk=campaign_id)
    by = User.objects.get(pk=by_id)
    suppliers = list(waiting(campaign).filter(pk__gt=after)[:BATCH])
    for supplier in suppliers:
        try:
            remind(supplier, by=by, day=dt.date.fromisoformat(day))
        except WorkflowError:
            continue
    if len(suppliers) == BATCH:
        _remind_after(campaign_id, by_id, day, suppliers[-1].pk)
