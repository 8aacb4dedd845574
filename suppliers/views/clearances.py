"""The clearances of one supplier: what stands for each category and site, and closing one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from csr_portal.core.workflow import WorkflowError
from suppliers.forms.decisions import ClearanceForm
from suppliers.views.staff import find, procurement_page
from suppliers.workflow import clearances


@procurement_page
def clearance_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Procurement suspends and ends here; what is approved was decided in a CSR review."""
    supplier = find(request, pk)
    form = ClearanceForm(request.POST or None, supplier=supplier)
    blockers = []
    if request.method == "POST" and form.is_valid():
        try:
            row = clearances.close_clearance(supplier, by=request.user, **form.cleaned_data)
        except WorkflowError as error:
            form.add_error(None, error.message)
            blockers = error.blockers
        else:
            words = {"scope": row, "status": row.get_status_display()}
            messages.success(request, _("%(scope)s: %(status)s. Both sides are told.") % words)
            return redirect("staff:clearance-list", pk)
    context = {
        "supplier": supplier,
        "tab": "clearances",
        "rows": supplier.clearances.select_related("category", "site", "decided_by", "decision__review"),
        "form": form,
        "blockers": blockers,
    }
    return render(request, "staff/suppliers/clearances.html", context, status=422 if form.errors else 200)
