"""Everything that lies with one colleague, kind by kind: what it is, who may take it over, and how it goes over.

A further kind adds a row to `HOLDINGS`. Tasks of a role need none: they follow the supplier and the role.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.models import Campaign, CompanySigner, CounterSignature, Delegation
from agreements.states import AgreementStatus, CampaignStatus
from agreements.workflow import handing_over as agreement_steps
from audits.models import InspectionCampaign, TeamMember
from audits.states import REVIEW_AHEAD
from audits.workflow.reviews.team import name_member, remove_member
from csr_portal.core import history
from csr_portal.core.models import User
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from csr_portal.core.webhooks.models import Webhook
from csr_portal.core.workflow import Blocker, WorkflowError
from suppliers.models import Decision, Review, Supplier, SupplierImport, Waiver
from suppliers.states import ImportStatus, Outcome, ReviewStatus, SupplierStatus, WaiverStatus

PROCUREMENT = (Role.BUYER, Role.CSR_MANAGER)
COMPANY = tuple(Role)
OVER = (SupplierStatus.ENDED, SupplierStatus.DECLINED)
GOING_ON = (CampaignStatus.DRAFT, CampaignStatus.PLANNED, CampaignStatus.RUNNING, CampaignStatus.PAUSED)
IMPORT_OPEN = (ImportStatus.UPLOADED, ImportStatus.CHECKING, ImportStatus.PLANNED, ImportStatus.APPLYING)


@dataclass
class Outcomes:
    """What went over, and what could not, with every reason."""

    moved: dict[str, int] = field(default_factory=dict)
    left: list[Blocker] = field(default_factory=list)


@dataclass(frozen=True)
class Holding:
    """One kind of thing a person holds: its words, the roles that may take it over, its rows, and the step for one.

    `rows(person)` are exactly what the preview counts and the hand-over moves; a step that is refused leaves its row.
    """

    code: str
    label: Any
    roles: tuple[str, ...]
    rows: Callable[[User], QuerySet]
    step: Callable[[Any, User, User, User], None]
    url_name: str = ""

    def move(self, person: User, successor: User, by: User, outcomes: Outcomes) -> int:
        """Row by row, because one that is refused must not keep the others."""
        moved = 0
        for row in self.rows(person):
            try:
                with transaction.atomic():
                    self.step(row, person, successor, by)
            except WorkflowError as error:
                text = " ".join([error.message, *(str(blocker.text) for blocker in error.blockers)])
                outcomes.left.append(Blocker(self.code, f"{_words(row)}: {text}", url=_url(self, row)))
            else:
                moved += 1
        return moved


def _words(row: Any) -> str:
    return str(getattr(row, "review", row))


def _url(holding: Holding, row: Any) -> str:
    return reverse(holding.url_name, args=[getattr(row, "review_id", row.pk)]) if holding.url_name else ""


def _note(row: Model, action: str, person: User, successor: User, by: User) -> None:
    history.record(row, action, by=by, data={"person": str(person), "successor": str(successor)})


def _set(column: str, action: str) -> Callable[[Any, User, User, User], None]:
    """A step that writes the successor into a column and notes it."""

    def step(row: Any, person: User, successor: User, by: User) -> None:
        type(row)._base_manager.filter(pk=row.pk).update(**{column: successor})
        _note(row, action, person, successor, by)

    return step


def _suppliers(person: User) -> QuerySet:
    return Supplier.objects.filter(owner=person).exclude(status__in=OVER).order_by("pk")


def _conditions(person: User) -> QuerySet:
    rows = Decision.objects.filter(conditions_owner=person, outcome=Outcome.CONDITIONAL, conditions_met_on=None)
    return rows.select_related("review").order_by("pk")


def _followed(model: Any, opener: str, person: User) -> QuerySet:
    """Who began it, while nobody has taken it over; or who has."""
    return model.objects.filter(Q(successor=person) | Q(successor=None, **{opener: person})).order_by("pk")


def _cases(person: User) -> QuerySet:
    rows = _followed(Review, "opened_by", person)
    return rows.filter(status__in=[ReviewStatus.OPENED, ReviewStatus.PREPARED])


def _waivers(person: User) -> QuerySet:
    rows = _followed(Waiver, "requested_by", person)
    return rows.filter(status__in=[WaiverStatus.REQUESTED, WaiverStatus.APPROVED])


def _seats(person: User) -> QuerySet:
    rows = TeamMember.objects.filter(user=person, review__status__in=REVIEW_AHEAD)
    return rows.select_related("review__supplier", "review__site").order_by("pk")


def _signers(person: User) -> QuerySet:
    return CompanySigner.objects.filter(person=person).select_related("document", "person").order_by("pk")


def _signatures(person: User) -> QuerySet:
    rows = CounterSignature.objects.filter(person=person, signed_by=None, agreement__status=AgreementStatus.SIGNED)
    return rows.select_related("agreement__document", "agreement__supplier", "person").order_by("pk")


def _delegations(person: User) -> QuerySet:
    rows = Delegation.objects.filter(Q(grantor=person) | Q(delegate=person), revoked_at=None, ends_on__gte=today())
    return rows.select_related("grantor", "delegate").order_by("pk")


def _campaigns(person: User) -> QuerySet:
    return Campaign.objects.filter(created_by=person, status__in=GOING_ON).select_related("created_by").order_by("pk")


def _inspection_campaigns(person: User) -> QuerySet:
    return InspectionCampaign.objects.filter(created_by=person, sent_at=None).order_by("pk")


def _imports(person: User) -> QuerySet:
    return SupplierImport.objects.filter(owner=person, status__in=IMPORT_OPEN).order_by("pk")


def _webhooks(person: User) -> QuerySet:
    return Webhook.objects.filter(owner=person).order_by("pk")


def _take_seat(seat: Any, person: User, successor: User, by: User) -> None:
    """A lead must be qualified and independent (R-AUD-1)."""
    name_member(seat.review, successor, by=by, part=seat.part)
    remove_member(seat.review, TeamMember.objects.get(pk=seat.pk), by=by)


def _take_signer(row: Any, person: User, successor: User, by: User) -> None:
    agreement_steps.replace_signer(row, successor, by=by)


def _take_signature(row: Any, person: User, successor: User, by: User) -> None:
    agreement_steps.replace_countersigner(row, successor, by=by)


def _take_delegation(row: Any, person: User, successor: User, by: User) -> None:
    agreement_steps.replace_delegate(row, person, successor, by=by)


def _take_campaign(row: Any, person: User, successor: User, by: User) -> None:
    agreement_steps.replace_campaigner(row, successor, by=by)


HOLDINGS = (
    Holding("suppliers", _("Suppliers in care"), PROCUREMENT, _suppliers, _set("owner", "supplier.hand_over"),
            "staff:supplier-detail"),
    Holding("cases", _("Open CSR reviews"), PROCUREMENT, _cases, _set("successor", "review.hand_over"),
            "staff:review-detail"),
    Holding("conditions", _("Conditions of decisions to watch"), PROCUREMENT, _conditions,
            _set("conditions_owner", "decision.hand_over")),
    Holding("waivers", _("Waivers asked for"), PROCUREMENT, _waivers, _set("successor", "waiver.hand_over"),
            "staff:waiver-detail"),
    Holding("seats", _("Seats in coming site reviews"), (Role.AUDITOR, Role.CSR_MANAGER), _seats, _take_seat,
            "staff:site-review-detail"),
    Holding("signers", _("Places among those who sign for the company"), COMPANY, _signers, _take_signer),
    Holding("signatures", _("Signatures for the company that wait"), COMPANY, _signatures, _take_signature),
    Holding("delegations", _("Delegations given and received"), COMPANY, _delegations, _take_delegation),
    Holding("campaigns", _("Campaigns that are not over"), PROCUREMENT, _campaigns, _take_campaign),
    Holding("inspection_campaigns", _("Self-inspection campaigns being sent"), PROCUREMENT, _inspection_campaigns,
            _set("created_by", "campaign.hand_over")),
    Holding("imports", _("Imports not finished"), PROCUREMENT, _imports, _set("owner", "import.hand_over")),
    Holding("webhooks", _("Webhooks"), (Role.ADMINISTRATOR, Role.CSR_MANAGER), _webhooks,
            _set("owner", "webhook.hand_over")),
)  # fmt: skip
