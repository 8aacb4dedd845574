"""Site reviews as the supplier sees them: the announcement, the answer to it, the report."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audits.forms.reviews import WishForm
from audits.models import Finding, SiteReview, SiteReviewReport
from audits.views.steps import taken, tell_errors
from audits.workflow import reviews as workflow
from csr_portal.core.files import file_response
from csr_portal.core.states import ReportStatus
from csr_portal.core.workflow import available
from suppliers.access import portal_page


@portal_page
def site_review_list(request: HttpRequest) -> HttpResponse:
    rows = SiteReview.objects.visible_to(request.user).filter(supplier=request.supplier).select_related("site")
    return render(request, "portal/audits/review_list.html", {"reviews": rows.order_by("-planned_from")[:100]})


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
