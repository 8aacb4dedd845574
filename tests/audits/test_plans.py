"""The yearly plan: supplements after its approval, the months at a glance, its page with many sites."""

import datetime as dt
import io

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from audits import gates
from audits.models import SiteReview
from audits.workflow import plans
from csr_portal.core.models import HistoryEntry
from csr_portal.core.workflow import WorkflowError
from suppliers.models import GatePolicy, Supplier
from tests.factories.audits import SiteReviewFactory, SiteReviewPlanFactory, TeamMemberFactory
from tests.factories.suppliers import SiteFactory

DAY = dt.date(2026, 11, 21)
QUERIES = 10  # of the page of a plan, however many sites it has


@pytest.fixture
def site(acme):
    return SiteFactory(supplier=acme)


@pytest.fixture
def approved(csr_manager, second_csr_manager):
    return SiteReviewPlanFactory(
        year=2026,
        created_by=csr_manager,
        status="approved",
        approved_by=second_csr_manager,
        approved_at="2026-01-08T01:00Z",
    )


def add(plan, site, by, **more):
    return plans.add_site(
        plan, site, by=by, **{"reason": "other", "first_day": dt.date(2026, 12, 9), "why": "Complaint of 3 May"} | more
    )


def codes(error):
    return [blocker.code for blocker in error.value.blockers]


def test_site_added_to_an_approved_plan_says_who_when_and_why(approved, site, second_csr_manager):
    with time_machine.travel("2026-11-21T03:00Z", tick=False):
        review = add(approved, site, second_csr_manager, announcement="semi")
    review.refresh_from_db()
    assert (review.plan, review.added_because, review.created_by, review.announcement) == (
        approved,
        "Complaint of 3 May",
        second_csr_manager,
        "semi",
    )
    assert review.added_at == dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)
    entry = HistoryEntry.objects.of_thread("plan:2026").get(action="supplement")
    assert (entry.by, entry.reason) == (second_csr_manager, "Complaint of 3 May")
    assert entry.data == {"site": str(site), "supplier": str(site.supplier), "number": review.number}
    assert HistoryEntry.objects.about(review).get(action="plan").reason == "Complaint of 3 May"


def test_site_added_to_a_draft_is_no_supplement(site, csr_manager):
    plan = SiteReviewPlanFactory(year=2026, created_by=csr_manager)
    review = add(plan, site, csr_manager, why="")
    assert (review.added_because, review.added_at) == ("", None)
    assert not HistoryEntry.objects.of_thread("plan:2026").filter(action="supplement").exists()


def test_supplement_needs_a_reason(approved, site, csr_manager):
    with pytest.raises(WorkflowError):
        add(approved, site, csr_manager, why="  ")
    assert SiteReview.objects.count() == 0


def test_closed_plan_takes_no_site(approved, site, csr_manager):
    SiteReviewFactory(site=SiteFactory(supplier=site.supplier), plan=approved)
    plans.close_plan(approved, by=csr_manager)
    with pytest.raises(WorkflowError):
        add(approved, site, csr_manager)
    assert SiteReview.objects.filter(site=site).count() == 0


def test_site_is_in_a_plan_once_and_in_its_year(approved, site, csr_manager):
    SiteReviewFactory(site=site, plan=approved)
    with pytest.raises(WorkflowError) as refusal:
        add(approved, site, csr_manager, first_day=dt.date(2027, 1, 4))
    assert codes(refusal) == ["planned", "year"]


def test_site_whose_review_was_cancelled_may_be_added_again(approved, site, csr_manager):
    SiteReviewFactory(site=site, plan=approved, status="cancelled")
    assert add(approved, site, csr_manager).plan == approved


@pytest.mark.parametrize("who", ["buyer", "auditor", "alice"])
def test_only_csr_managers_add_sites(who, approved, site, request):
    with pytest.raises(PermissionDenied):
        add(approved, site, request.getfixturevalue(who))
    assert SiteReview.objects.count() == 0


def test_database_refuses_a_supplement_without_its_reason(approved, site):
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteReviewFactory(site=site, plan=approved, added_at="2026-11-21T03:00Z")


# The form


def form_data(site, **more):
    return {"site": site.pk, "reason": "other", "first_day": "2026-12-09", "announcement": "announced"} | more


def test_form_starts_with_the_site_and_the_plan_of_the_year(approved, site, rival, csr_manager, login):
    SiteFactory(supplier=rival)
    page = login(csr_manager).get(reverse("staff:site-review-new"), {"site": site.pk})
    form = page.context["form"]
    assert (form["site"].value(), form["plan"].value()) == (str(site.pk), approved.pk)
    assert {choice.supplier_id for choice in form.fields["site"].queryset} == {site.supplier_id}


def test_form_for_a_coming_plan_starts_in_its_year(csr_manager, login):
    SiteReviewPlanFactory(year=2031, created_by=csr_manager)
    form = login(csr_manager).get(reverse("staff:site-review-new"), {"plan": "2031"}).context["form"]
    assert form["first_day"].value() == dt.date(2031, 1, 10)


def test_form_supplements_an_approved_plan(approved, site, csr_manager, login):
    with time_machine.travel("2026-11-21T03:00Z", tick=False):
        client = login(csr_manager)
        refused = client.post(reverse("staff:site-review-new"), form_data(site, plan=approved.pk))
        assert refused.context["form"].errors == {"why": ["Give a reason."]}
        client.post(reverse("staff:site-review-new"), form_data(site, plan=approved.pk, why="Bad news"))
    assert SiteReview.objects.get().added_because == "Bad news"


def test_form_adds_to_a_draft_without_a_reason(site, csr_manager, login):
    plan = SiteReviewPlanFactory(year=2026, created_by=csr_manager)
    with time_machine.travel("2026-11-21T03:00Z", tick=False):
        login(csr_manager).post(reverse("staff:site-review-new"), form_data(site, plan=plan.pk))
    assert (SiteReview.objects.get().plan, SiteReview.objects.get().added_at) == (plan, None)


def test_form_says_that_the_site_is_in_the_plan_already(approved, site, csr_manager, login):
    known = SiteReviewFactory(site=site, plan=approved)
    with time_machine.travel("2026-11-21T03:00Z", tick=False):
        page = login(csr_manager).post(
            reverse("staff:site-review-new"), form_data(site, plan=approved.pk, why="Bad news")
        )
    assert known.number in page.context["form"].non_field_errors()[0]
    assert SiteReview.objects.count() == 1


def test_form_offers_no_closed_plan_and_no_closed_site(approved, site, csr_manager, login):
    SiteReviewFactory(site=SiteFactory(supplier=site.supplier, is_active=False), plan=approved)
    plans.close_plan(approved, by=csr_manager)
    form = login(csr_manager).get(reverse("staff:site-review-new"), {"supplier": site.supplier_id}).context["form"]
    assert list(form.fields["plan"].queryset) == []
    assert list(form.fields["site"].queryset) == [site]


# The page


@pytest.fixture
def year(approved, site):
    """A plan in which every progress occurs, seen on 21 November 2026."""

    def review(month, status, **more):
        own = SiteFactory(supplier=site.supplier)
        first = dt.date(2026, month, 10)
        return SiteReviewFactory(
            site=own, plan=approved, status=status, planned_from=first, planned_to=first, days_required=2, **more
        )

    reported = {"score": 82, "letter": "B", "valid_until": "2027-05-01", "closing_at": "2026-05-11T08:00Z"}
    review(5, "reported", **reported)
    review(5, "planned")
    review(5, "postponed", postponed_because="Flood")
    review(11, "closed")
    review(12, "announced", added_because="Complaint", added_at="2026-11-02T01:00Z")
    review(12, "cancelled")
    return approved


@pytest.fixture
def in_november():
    with time_machine.travel("2026-11-21T03:00Z", tick=False):
        yield


def shown(client, year, **query):
    return client.get(reverse("staff:plan-detail", args=[year.year]), query)


def test_months_say_how_far_their_reviews_are(in_november, year, login, buyer):
    months = shown(login(buyer), year).context["months"]
    keys = ("code", "sites", "done", "under_way", "late", "ahead", "postponed", "days")
    assert [tuple(month[key] for key in keys) for month in months] == [
        ("2026-05", 3, 1, 0, 1, 0, 1, 6),
        ("2026-11", 1, 0, 1, 0, 0, 0, 2),
        ("2026-12", 1, 0, 0, 0, 1, 0, 2),
    ]


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ({}, ["reported", "planned", "postponed", "closed", "announced"]),
        ({"month": "2026-05"}, ["reported", "planned", "postponed"]),
        ({"month": "2026-13"}, ["reported", "planned", "postponed", "closed", "announced"]),
        ({"progress": "late"}, ["planned"]),
        ({"progress": "done"}, ["reported"]),
        ({"progress": "added"}, ["announced"]),
        ({"month": "2026-05", "progress": "ahead"}, []),
    ],
)
def test_rows_of_a_month_or_of_a_progress(query, statuses, in_november, year, login, buyer):
    rows = shown(login(buyer), year, **query).context["page"].rows
    assert [row.status for row in rows] == statuses


def test_page_marks_what_is_late_and_what_was_added(in_november, year, login, buyer):
    page = shown(login(buyer), year)
    assert page.content.decode().count('<span class="sub late">overdue</span>') == 1
    assert "Complaint</span>" in page.content.decode()
    assert [row.is_late for row in page.context["page"].rows] == [False, True, False, False, False]


def test_export_names_every_site_with_its_supplement(in_november, year, login, buyer):
    answer = shown(login(buyer), year, export="xlsx")
    rows = list(load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True))
    assert rows[0] == (
        "Number",
        "Supplier",
        "Site",
        "Reason",
        "Dates on site",
        "Days",
        "Team",
        "Status",
        "Late",
        "Added after approval",
        "Why",
    )
    assert [(row[7], row[8], row[10]) for row in rows[1:]] == [
        ("Reported", None, None),
        ("Planned", "Yes", None),
        ("Postponed", None, None),
        ("Closed on site", None, None),
        ("Announced", None, "Complaint"),
    ]


@pytest.mark.parametrize("sites", [1, 60])
def test_page_asks_the_database_as_often_for_one_site_as_for_many(
    sites, approved, site, login, buyer, auditor, django_assert_num_queries
):
    for _number in range(sites):
        TeamMemberFactory(
            review=SiteReviewFactory(site=SiteFactory(supplier=site.supplier), plan=approved), user=auditor
        )
    client = login(buyer)
    shown(client, approved)
    with django_assert_num_queries(QUERIES):
        assert len(shown(client, approved).context["page"].rows) == min(sites, 50)


def test_steps_of_the_plan_on_its_page(site, csr_manager, second_csr_manager, login):
    Supplier.objects.update(risk_band="high")
    client = login(csr_manager)
    client.post(reverse("staff:plan-create"), {"year": "2027"})
    SiteFactory(supplier=site.supplier)
    url = reverse("staff:plan-step", args=[2027, "propose"])
    assert str(list(client.post(url, follow=True).context["messages"])[-1]) == "1 site was added."
    removed = SiteReview.objects.latest("pk")
    client.post(reverse("staff:plan-remove", args=[2027, removed.pk]))
    removed.refresh_from_db()
    assert removed.status == "cancelled"
    login(second_csr_manager).post(reverse("staff:plan-step", args=[2027, "approve"]))
    answer = client.post(url, follow=True)
    assert "not possible" in str(list(answer.context["messages"])[-1])
    assert client.post(reverse("staff:plan-remove", args=[2027, removed.pk])).status_code == 404
    client.post(reverse("staff:plan-step", args=[2027, "close"]))
    plan = removed.plan
    plan.refresh_from_db()
    assert (plan.status, plan.approved_by) == ("closed", second_csr_manager)


def test_plan_of_a_year_is_made_once_and_only_of_a_real_year(csr_manager, login):
    client = login(csr_manager)
    client.post(reverse("staff:plan-create"), {"year": "2027"})
    client.post(reverse("staff:plan-create"), {"year": "2027"})
    answer = client.post(reverse("staff:plan-create"), {"year": "1999"}, follow=True)
    assert "Year" in str(list(answer.context["messages"])[-1])
    assert [plan.year for plan in answer.context["plans"]] == [2027]


# From the gate and from the supplier to the form


def test_missing_review_leads_csr_managers_to_the_form(site, csr_manager):
    second = SiteFactory(supplier=site.supplier, is_supplying=True)
    remedy = gates.site_review_valid(site.supplier, "strategic", {}, DAY).remedy
    assert (remedy.url, remedy.rule) == (
        f"{reverse('staff:site-review-new')}?site={site.pk}",
        "audits.can_plan_reviews",
    )
    SiteReviewFactory(site=site)
    remedy = gates.site_review_valid(site.supplier, "strategic", {}, DAY).remedy
    assert remedy.url == f"{reverse('staff:site-review-new')}?site={second.pk}"
    SiteReviewFactory(site=second)
    assert gates.site_review_valid(site.supplier, "strategic", {}, DAY).remedy is None


@pytest.mark.parametrize(("who", "links"), [("csr_manager", 2), ("buyer", 0)])
def test_supplier_page_links_to_the_form_for_whoever_may_plan(who, links, site, login, request):
    Supplier.objects.filter(pk=site.supplier_id).update(status="cooperating")
    GatePolicy.objects.update(conditions={"strategic": [{"condition": "site_review"}]})
    page = login(request.getfixturevalue(who)).get(reverse("staff:supplier-detail", args=[site.supplier_id]))
    assert page.content.decode().count(f"{reverse('staff:site-review-new')}?site={site.pk}") == links
