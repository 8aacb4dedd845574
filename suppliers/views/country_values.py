"""Published values about countries, each with source, year and confidence; newer ones come in by a table."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from csr_portal.core import lists
from csr_portal.core.workflow import WorkflowError
from suppliers import country_import
from suppliers.forms.fields import ReasonForm
from suppliers.forms.rules import CountryFileForm
from suppliers.models import CountryImport, CountryValue
from suppliers.rule_lists import COUNTRY_VALUES
from suppliers.views.policies import rules_page
from suppliers.workflow import country_values


@rules_page
def value_list(request: HttpRequest) -> HttpResponse:
    rows = CountryValue.objects.visible_to(request.user).current()
    if request.GET.get("export"):
        return lists.export_response(request, rows, COUNTRY_VALUES)
    context = {
        "page": lists.page_of(request, rows, COUNTRY_VALUES),
        "imports": CountryImport.objects.visible_to(request.user).select_related("uploaded_by").defer("content")[:5],
    }
    return render(request, "staff/rules/country_values.html", context)


@rules_page
def value_import(request: HttpRequest) -> HttpResponse:
    """Hand in a table; the next page shows what it would do."""
    form = CountryFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > country_import.MOST_BYTES:
            form.add_error("file", _("%(name)s is larger than 5 MB.") % {"name": file.name})
        else:
            try:
                content = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                form.add_error("file", _("%(name)s is not a text in UTF-8.") % {"name": file.name})
            else:
                table = country_values.upload(file_name=file.name, content=content, by=request.user)
                return redirect("staff:country-import-detail", table.pk)
    context = {"form": form, "columns": country_import.COLUMNS}
    return render(request, "staff/rules/country_upload.html", context, status=422 if form.errors else 200)


@rules_page
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The dry run by line; POST writes it."""
    rows = CountryImport.objects.visible_to(request.user).select_related("uploaded_by", "applied_by", "undone_by")
    table = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        try:
            found = country_values.apply_import(table, by=request.user)
        except WorkflowError as error:
            messages.error(request, error.message)
            return redirect("staff:country-import-detail", pk)
        text = _("%(created)s new and %(updated)s changed values. All suppliers are rated anew in the background.")
        messages.success(request, text % {"created": found["create"], "updated": found["update"]})
        return redirect("staff:country-value-list")
    lines = country_import.plan(table.content)
    counts = country_import.counts(lines)
    shown = [line for line in lines if line.action != "unchanged"][:500]
    context = {
        "table": table,
        "counts": counts,
        "lines": shown,
        "may_write": not counts["error"] and not table.applied_at,
        "undo_form": ReasonForm() if country_values.can_be_undone(table) else None,
    }
    return render(request, "staff/rules/country_import.html", context)


@rules_page
@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    table = get_object_or_404(CountryImport.objects.visible_to(request.user), pk=pk)
    try:
        country_values.undo_import(table, by=request.user, reason=request.POST.get("reason", "")[:500])
    except WorkflowError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Undone: the values before count again. All suppliers are rated anew."))
    return redirect("staff:country-import-detail", pk)
