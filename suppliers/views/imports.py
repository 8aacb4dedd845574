"""Pages of the import of suppliers: upload, match columns, look at the plan, confirm, correct, undo (B32)."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from csr_portal.core import lists
from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing
from csr_portal.core.models import HistoryEntry, User
from suppliers.countries import COUNTRIES
from suppliers.forms.fields import ReasonForm
from suppliers.imports import files, workflow
from suppliers.imports.columns import FIELDS
from suppliers.imports.following import to_invite
from suppliers.imports.forms import AcceptForm, ColumnsForm, UploadForm
from suppliers.imports.matching import category_names
from suppliers.imports.words import said_all, trouble
from suppliers.models import ImportRow, SupplierImport
from suppliers.states import ImportStatus, RowOutcome, Spend
from suppliers.views.staff import procurement_page, run

IMPORTS = Listing(
    columns=[
        Column("number", gettext_lazy("Import"), order="pk"),
        Column("file", gettext_lazy("File"), order="file__original_name"),
        Column("status", gettext_lazy("Status"), order="status", value=lambda row: row.get_status_display()),
        Column("lines", gettext_lazy("Lines")),
        Column("by", gettext_lazy("By"), order="uploaded_by__name"),
    ],
    filters=[Filter("status", gettext_lazy("Status"), ImportStatus.choices)],
    search=lambda words: Q(file__original_name__icontains=words) | Q(uploaded_by__name__icontains=words),
    default_order="-pk",
    file_name="imports",
)
IN_THE_ROW = {"name", "registration_number"}  # stand in a column of their own
ROWS = Listing(
    columns=[
        Column("line", gettext_lazy("Line"), order="line"),
        Column("name", gettext_lazy("Supplier"), order="name"),
        Column("what", gettext_lazy("What")),
    ],
    search=lambda words: Q(name__icontains=words) | Q(number__icontains=words),
    default_order="line",
)

ROWS_EXPORT = replace(
    ROWS,
    columns=[
        *ROWS.columns[:2],
        Column("number", gettext_lazy("Number")),
        Column("outcome", gettext_lazy("What"), value=lambda row: row.get_outcome_display()),
        Column("reason", gettext_lazy("Reason"), value=lambda row: said_all(row.problems)),
        Column("accepted", gettext_lazy("Accepted because")),
    ],
    file_name="import-lines",
)


def find_import(request: HttpRequest, pk: int) -> SupplierImport:
    rows = SupplierImport.objects.visible_to(request.user).select_related("file", "uploaded_by", "owner")
    return get_object_or_404(rows, pk=pk)


@procurement_page
def import_list(request: HttpRequest) -> HttpResponseBase:
    """The files so far, and the place to upload one."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            imported = workflow.upload(form.cleaned_data["file"], by=_person(request))
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("staff:supplier-import-columns", imported.pk)
    rows = SupplierImport.objects.visible_to(request.user).select_related("file", "uploaded_by")
    if request.GET.get("export"):
        return lists.export_response(request, rows, IMPORTS)
    context = {"form": form, "page": lists.page_of(request, rows, IMPORTS)}
    return render(request, "staff/suppliers/imports.html", context, status=422 if form.errors else 200)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (procurement_page has seen to it)
    return request.user


@procurement_page
def import_template(request: HttpRequest) -> HttpResponse:
    return files.template()


@procurement_page
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column of the file is which field; POST checks the file."""
    imported = find_import(request, pk)
    if imported.status not in {ImportStatus.UPLOADED, ImportStatus.PLANNED}:
        return redirect("staff:supplier-import-detail", pk)
    form = ColumnsForm(request.POST or None, instance=imported, sample=workflow.sample(imported))
    if request.method == "POST" and form.is_valid():
        choices = form.choices()
        return run(
            request,
            lambda: workflow.check(find_import(request, pk), by=_person(request), **choices),
            _("The file is being checked. Nothing is written to your suppliers yet."),
            "staff:supplier-import-detail",
            pk,
        )
    context = {"imported": imported, "form": form, "trouble": trouble(imported.trouble)}
    return render(request, "staff/suppliers/import_columns.html", context, status=422 if form.errors else 200)


@procurement_page
def import_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The plan before the word, the result after it: line by line, by what becomes of each."""
    imported = find_import(request, pk)
    if imported.status == ImportStatus.UPLOADED:
        return redirect("staff:supplier-import-columns", pk)
    outcome = _outcome_of(request, imported)
    rows = imported.rows.filter(outcome=outcome)
    if request.GET.get("export"):
        return lists.export_response(request, rows, ROWS_EXPORT)
    page = lists.page_of(request, rows, ROWS)
    labels = _labels(page.rows)
    context = {
        "imported": imported,
        "trouble": trouble(imported.trouble),
        "outcome": outcome,
        "tabs": _tabs(imported, outcome),
        "page": page,
        "rows": [{"row": row, "lines": _lines_of(row, labels), "said": said_all(row.problems)} for row in page.rows],
        "plan": workflow.plan_key(imported),
        "writes": imported.count("create") + imported.count("update") + imported.count("accepted"),
        "stay_out": imported.count("error") + imported.count("question") - imported.count("accepted"),
        "to_invite": to_invite(imported).count() if imported.status == ImportStatus.APPLIED else 0,
        "accept_form": AcceptForm(),
        "undo_form": ReasonForm(),
        "entries": HistoryEntry.objects.about(imported).select_related("by"),
    }
    return render(request, "staff/suppliers/import.html", context)


def _outcome_of(request: HttpRequest, imported: SupplierImport) -> str:
    """The tab the URL names; otherwise the first that holds anything."""
    wanted = request.GET.get("outcome", "")
    if wanted in RowOutcome.values:
        return wanted
    return next((code for code in RowOutcome.values if imported.count(code)), RowOutcome.CREATE)


def _tabs(imported: SupplierImport, current: str) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "label": label,
            "count": imported.count(code),
            "here": code == current,
            "bad": code == RowOutcome.ERROR,
        }
        for code, label in RowOutcome.choices
    ]


def _labels(rows: list[ImportRow]) -> dict[str, dict[Any, str]]:
    """The names behind the keys that the lines of a page hold: two queries, whatever the lines."""
    owners = {pair for row in rows for pair in _all_values(row, "owner_id")}
    return {
        "owner_id": dict(User.objects.filter(pk__in=owners).values_list("pk", "name")),
        "categories": category_names(),  # type: ignore[dict-item]
        "spend": {code: str(label) for code, label in Spend.choices},
        "language": dict(settings.LANGUAGES),
        "country": {code: str(name) for code, name in COUNTRIES},
    }


def _all_values(row: ImportRow, name: str) -> list[Any]:
    if name not in row.values:
        return []
    return [row.values[name]] if row.is_new else row.values[name]


def _lines_of(row: ImportRow, labels: dict[str, dict[Any, str]]) -> list[dict[str, Any]]:
    """The fields of a new supplier, or what changes from what to what, in words."""
    shown = []
    found = {"owner" if name == "owner_id" else name: (name, value) for name, value in row.values.items()}
    for field in FIELDS:
        if field.name not in found or (row.is_new and field.name in IN_THE_ROW):
            continue
        label, (name, value) = field.label, found[field.name]
        before, after = (None, value) if row.is_new else value
        words = {"label": label, "after": _word(name, after, labels)}
        shown.append(words if row.is_new else words | {"before": _word(name, before, labels), "changes": True})
    return shown


def _word(name: str, value: Any, labels: dict[str, dict[Any, str]]) -> str:
    known = labels.get(name, {})
    if isinstance(value, list):
        return ", ".join(known.get(item, str(item)) for item in value)
    return known.get(value, "" if value is None else str(value))


@procurement_page
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone, for htmx; when the worker is done the page loads itself anew."""
    imported = find_import(request, pk)
    response = render(request, "staff/suppliers/import_progress.html", {"imported": imported})
    if not imported.is_working:
        response["HX-Refresh"] = "true"
    return response


@procurement_page
@require_POST
def import_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Doubtful lines that are right all the same: the ticked ones, or all of them."""
    imported = find_import(request, pk)
    lines = [int(line) for line in request.POST.getlist("line") if line.isdecimal()]
    if "all" in request.POST:
        lines = list(imported.rows.filter(outcome=RowOutcome.QUESTION).values_list("line", flat=True))
    return run(
        request,
        lambda: workflow.accept(imported, lines, by=_person(request), reason=request.POST.get("reason", "")),
        _("The accepted lines come in with the plan."),
        "staff:supplier-import-detail",
        pk,
    )


@procurement_page
@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    imported = find_import(request, pk)
    return run(
        request,
        lambda: workflow.apply(imported, by=_person(request), plan=request.POST.get("plan", "")),
        _("The import runs: all of the plan, or nothing."),
        "staff:supplier-import-detail",
        pk,
    )


@procurement_page
@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    imported = find_import(request, pk)
    return run(
        request,
        lambda: workflow.discard(imported, by=_person(request)),
        _("Discarded. Nothing of the file was written."),
        "staff:supplier-import-list",
    )


@procurement_page
@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    imported = find_import(request, pk)
    return run(
        request,
        lambda: workflow.undo(imported, by=_person(request), reason=request.POST.get("reason", "")),
        _("The import is being undone: all of it, or nothing."),
        "staff:supplier-import-detail",
        pk,
    )


@procurement_page
@require_POST
def import_invite(request: HttpRequest, pk: int) -> HttpResponse:
    imported = find_import(request, pk)
    number = to_invite(imported).count()
    text = ngettext("%(number)s invitation goes out.", "%(number)s invitations go out.", number)
    return run(
        request,
        lambda: workflow.invite_all(imported, by=_person(request)),
        text % {"number": number},
        "staff:supplier-import-detail",
        pk,
    )


@procurement_page
def import_to_correct(request: HttpRequest, pk: int) -> HttpResponseBase:
    return files.to_correct(find_import(request, pk), request.GET.get("as", "xlsx"))


@procurement_page
def import_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded."""
    file = find_import(request, pk).file
    return file_response(file.file, name=file.original_name, media_type=file.media_type)
