"""Who is how far from strategic: the conditions of every supplier beside each other."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from csr_portal.core import lists
from csr_portal.core.access import staff_page
from csr_portal.core.roles import Role
from suppliers import gates
from suppliers.models import Supplier
from suppliers.rule_lists import READINESS, readiness_export, split_states
from suppliers.rule_words import demands_of
from suppliers.states import Segment


@staff_page(Role.BUYER, Role.CSR_MANAGER, Role.ADMINISTRATOR)
def readiness_list(request: HttpRequest) -> HttpResponse:
    """Read from the suppliers' rows, which every step keeps up to date: as many queries for ten as for ten thousand."""
    rows = Supplier.objects.visible_to(request.user).active()
    codes = list(demands_of(gates.current_policy().conditions, Segment.STRATEGIC))
    if request.GET.get("export"):
        return lists.export_response(request, rows, readiness_export(codes))
    page = lists.page_of(request, rows.defer("search_text", "address", "website"), READINESS)
    context = {
        "page": page,
        "lines": [(row, *split_states(row)) for row in page.rows],
    }
    return render(request, "staff/rules/readiness.html", context)
