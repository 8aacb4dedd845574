"""Risk models as versions: what counts now, drafts, what a draft would do, putting it in force."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from csr_portal.core.models import HistoryEntry
from csr_portal.core.workflow import WorkflowError
from suppliers import risk
from suppliers.forms.rules import RiskModelForm
from suppliers.models import RiskModel
from suppliers.risk_words import model_groups
from suppliers.states import RiskKind
from suppliers.views.policies import activate_rule, discard_rule, rule_context, rules_page, try_rule
from suppliers.workflow import rules


@rules_page
def model_list(request: HttpRequest) -> HttpResponse:
    current = risk.current_model()
    context = {
        "versions": RiskModel.objects.visible_to(request.user).order_by("-number"),
        "current": current,
        "groups": model_groups(current) if current else [],
        "kinds": RiskKind.choices,
        "entries": HistoryEntry.objects.of_thread("risk model").select_related("by")[:20],
    }
    return render(request, "staff/rules/risk_models.html", context)


def find_model(request: HttpRequest, pk: int) -> RiskModel:
    return get_object_or_404(RiskModel.objects.visible_to(request.user), pk=pk)


@rules_page
@require_POST
def model_draft(request: HttpRequest) -> HttpResponse:
    base, kind = request.POST.get("base", ""), request.POST.get("kind", "")
    rows = RiskModel.objects.visible_to(request.user)
    try:
        draft = rules.draft_model(
            by=request.user,
            base=get_object_or_404(rows, pk=base) if base.isdecimal() else None,
            kind=kind if kind in RiskKind.values else "",
        )
    except WorkflowError as error:
        messages.error(request, error.message)
        return redirect("staff:risk-model-list")
    return redirect("staff:risk-model-edit", draft.pk)


@rules_page
def model_edit(request: HttpRequest, pk: int) -> HttpResponse:
    model = find_model(request, pk)
    if not model.is_draft:
        messages.warning(request, _("Only drafts are edited. Draft a new version."))
        return redirect("staff:risk-model-detail", pk)
    form, blockers = RiskModelForm(request.POST or None, instance=model), []
    if request.method == "POST" and form.is_valid():
        try:
            rules.save_model(find_model(request, pk), by=request.user, **form.values())
        except WorkflowError as error:
            form.add_error(None, error.message)
            blockers = error.blockers
        else:
            messages.success(request, _("Saved. Try it on all suppliers before it is put in force."))
            return redirect("staff:risk-model-detail", pk)
    context = {"model": model, "form": form, "blockers": blockers}
    return render(request, "staff/rules/risk_model_form.html", context, status=422 if form.errors else 200)


@rules_page
def model_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, number by number; a draft beside the version in force where both are of one kind."""
    model = find_model(request, pk)
    current = risk.current_model()
    base = current if model.is_draft and current and current.kind == model.kind else None
    context = {"model": model, "base": base, "groups": model_groups(model, base), **rule_context(model)}
    return render(request, "staff/rules/risk_model.html", context)


@rules_page
@require_POST
def model_try(request: HttpRequest, pk: int) -> HttpResponse:
    return try_rule(request, find_model(request, pk), "staff:risk-model-detail")


@rules_page
@require_POST
def model_activate(request: HttpRequest, pk: int) -> HttpResponse:
    return activate_rule(request, find_model(request, pk), "staff:risk-model-detail")


@rules_page
@require_POST
def model_discard(request: HttpRequest, pk: int) -> HttpResponse:
    return discard_rule(request, find_model(request, pk), "staff:risk-model-detail")
