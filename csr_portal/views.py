"""Pages that span the apps: where a log-in leads, a person's work, a supplier's tasks."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from agreements import verification as agreement_verification
from agreements.views.open import verification_page
from audits import verification as review_verification
from audits.views.open import review_verification_page
from csr_portal import dashboard, indicators, waiting, yearly
from csr_portal.core import charts, palette
from csr_portal.core.access import open_page, person_page, staff_page
from csr_portal.core.badges import badge
from csr_portal.core.codes import code_in
from csr_portal.core.lists import Column, Filter, Listing, export_response, page_of, xlsx_response
from csr_portal.core.models import Notice
from csr_portal.core.roles import Role, has_role, is_procurement, is_staff_member
from csr_portal.core.seal import sha256
from csr_portal.core.states import MailStatus
from csr_portal.core.timezones import today
from csr_portal.figures import yearly_figures
from suppliers.access import portal_page


@person_page
def home(request: HttpRequest) -> HttpResponse:
    """Staff to their work, suppliers to their tasks."""
    return redirect("staff:home" if is_staff_member(request.user) else "portal:home")


@staff_page()
def staff_home(request: HttpRequest) -> HttpResponse:
    """My work: what waits for me, whom I may not buy from, who is late."""
    tasks = waiting.waits_for(request.user)
    numbers = dashboard.numbers(request.user, tasks)
    context = {
        "today": today(),
        "tasks": tasks,
        "shown": tasks[: dashboard.SHOWN],
        "numbers": numbers,
        "counts": _counts(numbers),
        "blocked": dashboard.blocked(request.user),
        "overdue": dashboard.overdue(request.user),
        "next_reviews": dashboard.next_site_reviews(request.user),
        "undelivered": dashboard.undelivered_notices(),
        "may_invite": is_procurement(request.user),
        "may_extend": has_role(request.user, Role.BUYER, Role.CSR_MANAGER, Role.AUDITOR),
        "blocked_url": _suppliers("stopped"),
        "overdue_url": _suppliers("overdue"),
        "gaps_url": _suppliers("gap"),
    }
    return render(request, "staff/home.html", context | _coverage(dashboard.agreement_coverage(request.user)))


@staff_page()
def staff_tasks(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/tasks.html", {"tasks": waiting.waits_for(request.user)})


@staff_page()
def staff_indicators(request: HttpRequest) -> HttpResponse:
    """The figures of a year beside the years before, as charts and tables, or as XLSX."""
    years = indicators.years_until(today().year)
    asked = request.GET.get("year", "")
    content = yearly.yearly_content(int(asked) if asked.isdecimal() and int(asked) in years else years[-1])
    figures = yearly_figures(content)
    if request.GET.get("export") == "xlsx":
        lines = [[figure.title, *row] for figure in figures for row in figure.table.rows]
        return xlsx_response([str(_("Indicator")), str(_("Row")), *[""] * 3], lines, f"indicators-{content['year']}")
    context = {"content": content, "figures": figures, "years": years[::-1], "counts": _key_figures(content)}
    return render(request, "staff/indicators.html", context)


def _key_figures(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The numbers above the charts; each leads to the list behind it."""
    year = content["year"]
    coverage, inspections = content["coverage"][year], content["inspections"][year]
    closure, mean = content["days_to_closure"], content["reviews"][year]["mean"]
    strip = [
        (f"{coverage['per_cent']} %", _("Agreement in force"), reverse("staff:agreement-list")),
        (inspections["accepted"], _("Self-inspections accepted"), reverse("staff:inspection-list")),
        ("–" if mean is None else mean, _("Mean score, site reviews"), reverse("staff:site-review-list")),
        ("–" if closure is None else closure, _("Days to close a major finding"), reverse("staff:finding-list")),
        (content["training"][year]["total"], _("People trained so far"), reverse("staff:training-home")),
        (content["reviews_spared"], _("Site reviews spared"), reverse("staff:reviews-spared") + f"?year={year}"),
    ]
    return [{"number": number, "label": label, "url": url, "tone": ""} for number, label, url in strip]


UNDELIVERED = Listing(
    columns=(
        Column("email", _("To"), "email"),
        Column("recipient", _("Name"), value=lambda notice: notice.recipient or "", is_beside=True),
        Column("subject", _("Subject"), "subject"),
        Column("mail_error", _("What the mail server said"), "mail_error"),
        Column("created_at", _("When"), "created_at"),
    ),
    filters=(
        Filter(
            "to",
            _("To"),
            (("account", _("Somebody with an account")), ("link", _("Somebody without an account"))),
            apply=lambda code: Q(recipient__isnull=code == "link"),
        ),
    ),
    search=lambda words: Q(email__icontains=words) | Q(subject__icontains=words) | Q(mail_error__icontains=words),
    default_order="-pk",
    file_name="undelivered-mail",
)


@staff_page()
def undelivered_mail(request: HttpRequest) -> HttpResponseBase:
    """Mails that did not arrive, newest first, with what the mail server said."""
    notices = Notice.objects.filter(mail_status=MailStatus.FAILED).select_related("recipient")
    if "export" in request.GET:
        return export_response(request, notices, UNDELIVERED)
    return render(request, "staff/undelivered.html", {"page": page_of(request, notices, UNDELIVERED)})


@open_page
def verify(request: HttpRequest) -> HttpResponse:
    """Where anybody enters the code of a document: certificates begin with T, site review reports with REV."""
    code = request.GET.get("code", "").strip().upper()
    if not code:
        return render(request, "open/verify.html")
    page = "training" if code.startswith("T") else "review" if code.startswith("REV") else "agreement"
    return redirect(f"open:{page}-verify", code=code)


@open_page
@require_POST
def verify_file(request: HttpRequest) -> HttpResponse:
    """The document whose file this is, by its hash; or, altered, the one whose code it carries. No file is kept."""
    digest, code = request.POST.get("sha256", ""), request.POST.get("code", "")
    if upload := request.FILES.get("file"):
        data = upload.read()
        digest, code = sha256(data), code_in(data)
    if agreement := agreement_verification.by_file(digest) or agreement_verification.by_code(code):
        comparison = agreement_verification.compare(agreement, digest)
        return verification_page(request, agreement, agreement.verify_code, comparison)
    if report := review_verification.by_file(digest) or review_verification.by_code(code):
        return review_verification_page(request, report, report.verify_code, digest)
    return render(request, "open/verify.html", {"is_unknown": True})


@portal_page
def portal_home(request: HttpRequest) -> HttpResponse:
    """My tasks: what the supplier has to do, what lies with the customer, where the company stands."""
    tasks = waiting.tasks_of(request.supplier)
    context = {
        "tasks": tasks,
        "cards": [_card(task) for task in tasks],
        "late": sum(1 for task in tasks if task.tone == "bad"),
        "waiting": waiting.lies_with_company(request.supplier),
        "supplier": request.supplier,
        "status_icon": badge("supplier", request.supplier.status).icon,
    }
    return render(request, "portal/home.html", context)


def _suppliers(view: str) -> str:
    return f"{reverse('staff:supplier-list')}?view={view}"


def _counts(numbers: dict[str, int]) -> list[dict[str, Any]]:
    """The strip above the lists: each number leads to exactly its rows. Signatures only for who has some to give."""
    signing = f"{reverse('staff:agreement-list')}?sign=mine"
    to_sign = [("to_sign", _("Your signature"), _("for the company"), "brand", signing)] if numbers["to_sign"] else []
    strip = [
        ("waiting", _("Wait for you"), "", "brand", reverse("staff:tasks")),
        *to_sign,
        ("overdue", _("Overdue"), _("at the supplier"), "bad", _suppliers("overdue")),
        ("blocked", _("You may not buy from"), _("gate lost or suspended"), "bad", _suppliers("stopped")),
        ("expiring", _("Expire within 30 days"), _("agreements, self-inspections"), "warn", _suppliers("expiring")),
        ("undelivered", _("Mail did not arrive"), "", "warn", reverse("staff:notice-list")),
    ]
    return [
        {"number": numbers[key], "label": label, "sub": sub, "tone": tone, "url": url}
        for key, label, sub, tone, url in strip
    ]


BEST_FIRST = (
    "in_force",
    "chop_pending",
    "signed",
    "reserved",
    "own_code",
    "viewed",
    "issued",
    "declined",
    "expired",
    "terminated",
    "recalled",
    "",
)


def _place(status: str) -> int:
    """Where a status stands in the bar; one that the order does not know comes last instead of failing the page."""
    return BEST_FIRST.index(status) if status in BEST_FIRST else len(BEST_FIRST)


def _coverage(coverage: dashboard.Coverage) -> dict[str, Any]:
    """The bar of agreement statuses, the best on the left, and its legend."""
    parts = [
        {
            "code": code,
            "number": coverage.by_status[code],
            "label": badge("agreement", code).label if code else _("None"),
        }
        for code in sorted(coverage.by_status, key=_place)
    ]
    colors = {
        "in_force": palette.DONE,
        "chop_pending": palette.ATTENTION,
        "reserved": palette.ATTENTION,
        "own_code": palette.ATTENTION,
        "declined": palette.OPEN,
        "expired": palette.OPEN,
    }
    bar = charts.coverage_bar(
        str(_("CSR agreement")),
        [charts.Part(str(p["label"]), p["number"], colors.get(p["code"], palette.UNDER_WAY)) for p in parts],
    )
    gap = coverage.total - coverage.in_force
    return {"coverage": coverage, "coverage_parts": parts, "coverage_gap": gap, "coverage_bar": bar}


def _card(task: waiting.Task) -> dict[str, Any]:
    return {
        "icon": task.icon,
        "site": task.site,
        "title": task.what,
        "due": task.due,
        "note": task.note,
        "url": task.url,
        "verb": task.verb,
        "done": task.done,
        "total": task.total,
    }


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an old token: nothing was sent; say so and lead back."""
    return render(request, "csrf.html", {"back": request.get_full_path()}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something failed: one plain page that needs neither database nor log-in, with a reference for whom to tell."""
    page = render_to_string("500.html", {"reference": getattr(request, "reference", "")})
    return HttpResponse(page, status=500)
