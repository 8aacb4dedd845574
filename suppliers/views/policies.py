"""The gate's rules as versions: what is in force, drafts, what a draft would do, putting it in force."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from csr_portal.core import lists
from csr_portal.core.access import staff_page
from csr_portal.core.frame import belongs_to
from csr_portal.core.models import HistoryEntry
from csr_portal.core.roles import Role
from csr_portal.core.workflow import WorkflowError
from suppliers import gates
from suppliers.forms.fields import ReasonForm
from suppliers.forms.rules import ActivateForm, PolicyForm
from suppliers.models import GatePolicy, RuleVersion, Trial, TrialLine
from suppliers.rule_lists import POLICY_TRIAL, RISK_TRIAL
from suppliers.rule_words import policy_lines
from suppliers.workflow import rules

rules_page = staff_page(Role.CSR_MANAGER, Role.ADMINISTRATOR)


@rules_page
def policy_list(request: HttpRequest) -> HttpResponse:
    """What is asked for now, all versions, and who changed what."""
    versions = GatePolicy.objects.visible_to(request.user).select_related("created_by", "activated_by")
    current = gates.current_policy()
    context = {
        "versions": versions.order_by("-number"),
        "current": current,
        "segments": policy_lines(current),
        "entries": HistoryEntry.objects.of_thread("gate policy").select_related("by")[:20],
    }
    return render(request, "staff/rules/policies.html", context)


def find_policy(request: HttpRequest, pk: int) -> GatePolicy:
    return get_object_or_404(GatePolicy.objects.visible_to(request.user), pk=pk)


@rules_page
@require_POST
def policy_draft(request: HttpRequest) -> HttpResponse:
    base = request.POST.get("base", "")
    rows = GatePolicy.objects.visible_to(request.user)
    draft = rules.draft_policy(by=request.user, base=get_object_or_404(rows, pk=base) if base.isdecimal() else None)
    return redirect("staff:policy-edit", draft.pk)


@rules_page
def policy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    policy = find_policy(request, pk)
    if not policy.is_draft:
        messages.warning(request, _("Only drafts are edited. Draft a new version."))
        return redirect("staff:policy-detail", pk)
    form = PolicyForm(request.POST or None, instance=policy)
    blockers: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            rules.save_policy(find_policy(request, pk), by=request.user, **form.values())
        except WorkflowError as error:
            form.add_error(None, error.message)
            blockers = error.blockers
        else:
            messages.success(request, _("Saved. Try it on all suppliers before it is put in force."))
            return redirect("staff:policy-detail", pk)
    context = {"policy": policy, "form": form, "blockers": blockers}
    return render(request, "staff/rules/policy_form.html", context, status=422 if form.errors else 200)


@rules_page
def policy_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version beside the one in force; for a draft what it would do, and putting it in force."""
    policy = find_policy(request, pk)
    current = gates.current_policy()
    base = current if policy.is_draft else None
    context = {
        "policy": policy,
        "current": current,
        "base": base,
        "segments": policy_lines(policy, base),
        **rule_context(policy),
    }
    return render(request, "staff/rules/policy.html", context)


def rule_context(rule: RuleVersion) -> dict[str, Any]:
    """What the page of every kind of rule shows about its trials and its activation."""
    trials = rule.trials.select_related("requested_by")  # type: ignore[attr-defined]
    return {
        "trials": trials[:10],
        "blockers": rules.activation_blockers(rule) if rule.is_draft else [],
        "form": ActivateForm(),
        "discard_form": ReasonForm(auto_id="discard_%s"),
    }


@rules_page
@require_POST
def policy_try(request: HttpRequest, pk: int) -> HttpResponse:
    return try_rule(request, find_policy(request, pk), "staff:policy-detail")


def try_rule(request: HttpRequest, rule: RuleVersion, back: str) -> HttpResponse:
    try:
        trial = rules.try_out(rule, by=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect(back, rule.pk)
    return redirect("staff:trial-detail", trial.pk)


@rules_page
@require_POST
def policy_activate(request: HttpRequest, pk: int) -> HttpResponse:
    return activate_rule(request, find_policy(request, pk), "staff:policy-detail")


def activate_rule(request: HttpRequest, rule: RuleVersion, back: str) -> HttpResponse:
    try:
        rules.activate(rule, reason=request.POST.get("reason", "")[:500], by=request.user)
    except WorkflowError as error:
        messages.error(request, " ".join([error.message, *(str(b.text) for b in error.blockers)]))
    else:
        messages.success(request, _("The version is in force."))
    return redirect(back, rule.pk)


@rules_page
@require_POST
def policy_discard(request: HttpRequest, pk: int) -> HttpResponse:
    return discard_rule(request, find_policy(request, pk), "staff:policy-detail")


def discard_rule(request: HttpRequest, rule: RuleVersion, back: str) -> HttpResponse:
    try:
        rules.discard(rule, reason=request.POST.get("reason", "")[:500], by=request.user)
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The draft is discarded."))
    return redirect(back, rule.pk)


@rules_page
@require_GET
def trial_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change, counted and supplier by supplier; while it is being counted, how far it is."""
    rows = Trial.objects.visible_to(request.user).select_related("policy", "risk_model", "requested_by")
    trial = get_object_or_404(rows, pk=pk)
    if request.htmx:  # type: ignore[attr-defined]
        return trial_progress(request, trial)
    belongs_to(request, reverse("staff:policy-list" if trial.policy_id else "staff:risk-model-list"))
    lines = trial.lines.visible_to(request.user).select_related("supplier")
    listing = POLICY_TRIAL if trial.policy_id else RISK_TRIAL
    if request.GET.get("export"):
        return lists.export_response(request, lines, listing)
    if not ("view" in request.GET or "effect" in request.GET):
        lines = lines.changed()
    context = {
        "trial": trial,
        "page": lists.page_of(request, lines, listing) if trial.is_ready else None,
        "summary": summary_of(trial),
        "reasons": reasons_of(trial),
        "is_outdated": rules.valid_trial(trial.rule) != trial and trial.rule.is_draft,
    }
    template = "staff/rules/trial.html" if trial.policy_id else "staff/rules/risk_trial.html"
    return render(request, template, context)


def trial_progress(request: HttpRequest, trial: Trial) -> HttpResponse:
    """The fragment that the page asks for while suppliers are compared; at the end the page loads once more."""
    response = render(request, "staff/rules/trial_progress.html", {"trial": trial})
    if trial.is_ready:
        response["HX-Refresh"] = "true"
    return response


def summary_of(trial: Trial) -> list[dict[str, Any]]:
    """Per segment how many would lose, gain and keep readiness, and how many of them have the status now: one query."""
    found = trial.lines.values("segment", "effect").annotate(
        number=Count("pk"), holders=Count("pk", filter=Q(has_status=True))
    )
    return [
        {
            "segment": row["segment"],
            "effect": row["effect"],
            "label": TrialLine(effect=row["effect"]).get_effect_display(),
            "number": row["number"],
            "holders": row["holders"],
        }
        for row in found.order_by("segment", "effect")
    ]


def reasons_of(trial: Trial) -> list[dict[str, Any]]:
    """Which condition makes how many lose their readiness: one query over what changes."""
    counts: dict[str, int] = {}
    for reasons in trial.lines.filter(effect="loses").values_list("reasons", flat=True):
        for code in reasons.split():
            counts[code] = counts.get(code, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return [{"code": code, "name": gates.condition_name(code), "number": number} for code, number in ordered]
