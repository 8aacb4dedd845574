"""Site reviews as the supplier sees them: the announcement, the answer to it, the report."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from audits.forms.reviews import WishForm
from audits.models import Finding, SiteReview, SiteReviewReport
from audits.states import SiteReviewStatus
from audits.views.steps import taken, tell_errors
from audits.workflow import reviews as workflow
from csr_portal.core.files import file_response
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of
from csr_portal.core.states import ReportStatus
from csr_portal.core.workflow import available
from suppliers.access import portal_page

REVIEWS = Listing(
    columns=(
        Column("number", gettext_lazy("Number"), "number"),
        Column("site", gettext_lazy("Site"), "site__name"),
        Column("status", gettext_lazy("Status"), "status", lambda row: row.get_status_display()),
        Column("planned_from", gettext_lazy("Dates on site"), "planned_from"),
        Column("planned_to", gettext_lazy("until"), is_beside=True),
        Column("score", gettext_lazy("Score"), "score", is_number=True),
    ),
    filters=(Filter("status", gettext_lazy("Status"), SiteReviewStatus.choices),),
    search=lambda words: Q(number__icontains=words) | Q(site__name__icontains=words),
    default_order="-planned_from",
    file_name="site-reviews",
)


@portal_page
def site_review_list(request: HttpRequest) -> HttpResponseBase:
    rows = SiteReview.objects.visible_to(request.user).filter(supplier=request.supplier).select_related("site")
    if "export" in request.GET:
        return export_response(request, rows, REVIEWS)
    return render(request, "portal/audits/review_list.html", {"page": page_of(request, rows, REVIEWS)})


@portal_page
def site_review_detail(request: HttpRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    is_over = review.status in {"closed", "reported"}
    context = {
        "review": review,
        "offers": {offer.name: offer for offer in available(workflow.STEPS, review, request.user)},
        "lead": review.team.filter(part="lead").select_related("user").first(),
        "reports": SiteReviewReport.objects.visible_to(request.user).filter(review=review, status=ReportStatus.READY),
        "findings": Finding.objects.visible_to(request.user).filter(site_review=review) if is_over else [],
        "form": WishForm(),
    }
    return render(request, "portal/audits/review_detail.html", context)


def _review(request: HttpRequest, pk: int) -> SiteReview:
    rows = SiteReview.objects.visible_to(request.user).filter(supplier=request.supplier)
    return get_object_or_404(rows.select_related("site", "supplier"), pk=pk)


@require_POST
@portal_page
def site_review_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    taken(request, workflow.confirm, _review(request, pk))
    return redirect("portal:site-review-detail", pk=pk)


@require_POST
@portal_page
def site_review_wish(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for another date."""
    review, form = _review(request, pk), WishForm(request.POST)
    if form.is_valid():
        taken(request, workflow.ask_date, review, **form.cleaned_data)
    else:
        tell_errors(request, form)
    return redirect("portal:site-review-detail", pk=pk)


@portal_page
def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    reports = SiteReviewReport.objects.visible_to(request.user).filter(review__supplier=request.supplier)
    report = get_object_or_404(reports.filter(status=ReportStatus.READY), pk=pk)
    return file_response(report.file, name=report.file_name, media_type="application/pdf")
