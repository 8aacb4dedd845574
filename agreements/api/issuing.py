"""What a program says when it issues a text: to one supplier, or to many after a dry run."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from agreements import workflow
from agreements.audience import HOLDINGS, narrowed, undeliverable
from agreements.models import Version
from csr_portal.core.models import User
from csr_portal.core.pdf import content_fingerprint
from csr_portal.core.timezones import today
from suppliers.models import Category, Supplier
from suppliers.states import IN_RELATION

MOST_AT_ONCE = 1000


class IssueSerializer(serializers.Serializer):
    """`supplier` by its number, `document` by its code; the published version is issued."""

    supplier = serializers.CharField(max_length=60)
    document = serializers.SlugField()
    due_on = serializers.DateField(required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    dry_run = serializers.BooleanField(default=False, help_text=gettext_lazy("Only say what would happen"))

    def validate_due_on(self, day: dt.date) -> dt.date:
        return after_issue(day, today())


class AudienceSerializer(serializers.Serializer):
    """Who gets the text: `suppliers` by number, or `all`, or what the filters leave of all in relation."""

    document = serializers.SlugField()
    suppliers = serializers.ListField(child=serializers.CharField(max_length=60), max_length=MOST_AT_ONCE, default=list)
    all = serializers.BooleanField(default=False)
    segment = serializers.ChoiceField(choices=[str(code) for code in IN_RELATION], required=False)
    country = serializers.CharField(max_length=2, required=False)
    category = serializers.SlugRelatedField("code", queryset=Category.objects.all(), required=False)
    owner = serializers.SlugRelatedField("email", queryset=User.objects.filter(is_active=True), required=False)
    holding = serializers.ChoiceField(choices=[code for code, _words in HOLDINGS if code], required=False)
    starts_on = serializers.DateField(required=False)
    due_on = serializers.DateField(required=False)

    def validate_starts_on(self, day: dt.date) -> dt.date:
        if day < today():
            raise serializers.ValidationError(_("This day is over."))
        return day

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        filters = [name for name in ("segment", "country", "category", "owner", "holding") if data.get(name)]
        ways = [bool(data["suppliers"]), data["all"], bool(filters)]
        if sum(ways) != 1:
            text = _("Say whom in one way: a list of suppliers, all of them, or filters.")
            raise serializers.ValidationError({"suppliers": [text]})
        if data.get("due_on"):
            try:
                after_issue(data["due_on"], data.get("starts_on") or today())
            except serializers.ValidationError as error:
                raise serializers.ValidationError({"due_on": error.detail}) from error
        return data


class CampaignStartSerializer(AudienceSerializer):
    """The same as in the dry run, and the `plan` that it answered: nothing is issued that nobody has seen."""

    plan = serializers.CharField(max_length=64)


def after_issue(day: dt.date, first_day: dt.date) -> dt.date:
    if day <= first_day:
        raise serializers.ValidationError(
            _("The day to sign by must come after the day of the issue, %(day)s.") % {"day": first_day.isoformat()}
        )
    return day


def version_of(request: Request, code: str) -> Version:
    versions = Version.objects.visible_to(request.user).published().select_related("document")
    found = versions.filter(document__code=code).first()
    if found is None:
        raise NotFound(_("document: no published text has the code “%(code)s”.") % {"code": code})
    return found


def supplier_of(request: Request, number: str) -> Supplier:
    found = Supplier.objects.visible_to(request.user).filter(number=number).first()
    if found is None:
        raise NotFound(_("supplier: no supplier has the number “%(number)s”.") % {"number": number})
    return found


def audience(request: Request, version: Version, asked: dict[str, Any]) -> Iterable[Supplier]:
    """The suppliers that were asked for, by name; a number that is not known is an error that names it."""
    suppliers = Supplier.objects.visible_to(request.user)
    if not (numbers := set(asked["suppliers"])):
        return narrowed(suppliers.in_relation(), version, asked).order_by("name", "pk")
    found = suppliers.filter(number__in=numbers).order_by("name", "pk")
    if unknown := sorted(numbers - {supplier.number for supplier in found}):
        text = _("Not known: %(numbers)s.") % {"numbers": ", ".join(unknown)}
        raise serializers.ValidationError({"suppliers": [text]})
    return found


def planned(version: Version, suppliers: Iterable[Supplier]) -> tuple[workflow.Plan, dict[str, Any]]:
    """The dry run, and how it is answered. `plan` stands for exactly this text and these suppliers."""
    plan = workflow.plan(version, suppliers)
    numbers = [supplier.number for supplier in plan.issued]
    facts = {"version": version.pk, "suppliers": sorted(numbers)}
    return plan, {
        "document": version.document.code,
        "version": version.number,
        "plan": content_fingerprint(facts),
        "issued_to": numbers,
        "left_out": [{"supplier": row.number, "reason": str(reason)} for row, reason in plan.left_out],
        "undeliverable": [{"supplier": row.number, "reason": reason} for row, reason in undeliverable(plan.issued)],
    }


class LeftOutSerializer(serializers.Serializer):
    supplier = serializers.CharField()
    reason = serializers.CharField()


class PlanSerializer(serializers.Serializer):
    """What an issue would do: who gets the text, who does not and why, who gets it but cannot be told."""

    document = serializers.CharField()
    version = serializers.CharField()
    plan = serializers.CharField()
    issued_to = serializers.ListField(child=serializers.CharField())
    left_out = LeftOutSerializer(many=True)
    undeliverable = LeftOutSerializer(many=True)
