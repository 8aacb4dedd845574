"""A list takes the same queries whatever the number of its rows; each list that can grow has a line in `MAKERS`."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.models import Campaign, CampaignTarget, Delegation
from agreements.views.delegations import state_of
from audits.models import InspectionCampaign
from csr_portal.core import lists
from csr_portal.core.models import Notice
from csr_portal.core.timezones import today
from suppliers.models import GateDrop, Supplier, SupplierReport
from tests.factories.agreements import AcknowledgementFactory, AgreementFactory, CampaignFactory, DocumentFactory
from tests.factories.audits import FindingFactory, QuestionnaireVersionFactory, SelfInspectionFactory, SiteReviewFactory
from tests.factories.core import UserFactory
from tests.factories.suppliers import (
    CategoryFactory,
    CertificateFactory,
    ContactFactory,
    EvidenceFactory,
    InvitationFactory,
    SiteFactory,
    SupplierFactory,
)
from tests.factories.training import EnrolmentFactory, TrainingCertificateFactory
from tests.test_exports import LISTS

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 21)


def colleague(number, me):
    UserFactory(roles=["buyer", "auditor"])


def undelivered(number, me):
    Notice.objects.create(
        key=f"n{number}", email="x@example.com", language="en", recipient=UserFactory(), mail_status="failed"
    )


def delegation(number, me):
    people = {"grantor": UserFactory(), "delegate": UserFactory(), "created_by": me}
    row = Delegation.objects.create(starts_on=DAY, ends_on=DAY, **people)
    row.documents.set(DocumentFactory.create_batch(2))


def questionnaires_sent(number, me):
    version = QuestionnaireVersionFactory()
    row = InspectionCampaign.objects.create(name=f"{number}", year=2026, version=version, due_on=DAY, created_by=me)
    SelfInspectionFactory.create_batch(2, campaign=row, version=version)


def site_of_campaign(number, me):
    row, _new = InspectionCampaign.objects.get_or_create(
        name="One", year=2026, due_on=DAY, created_by=me, defaults={"version": QuestionnaireVersionFactory()}
    )
    SelfInspectionFactory(campaign=row, version=row.version, due_on=DAY)


def texts_issued(number, me):
    row = CampaignFactory(created_by=UserFactory())
    for supplier in SupplierFactory.create_batch(2):
        CampaignTarget.objects.create(campaign=row, supplier=supplier)


def file_for_purchasing(number, me):
    GateDrop.objects.create(day=DAY + dt.timedelta(number), requested_by=UserFactory(), status="ready")


def dossier(number, me):
    SupplierReport.objects.create(
        supplier=SupplierFactory(), language="en", fingerprint=f"{number}", requested_by=me, status="ready"
    )


def target(number, me):
    row = CampaignFactory() if number == 0 else Campaign.objects.get()
    CampaignTarget.objects.create(campaign=row, supplier=SupplierFactory(), note="left out")


def company(me):
    return me.contacts.get().supplier


def evidence(number, me):
    EvidenceFactory(supplier=company(me), site=SiteFactory(supplier=company(me)))


def trained(number, me):
    TrainingCertificateFactory(enrolment=EnrolmentFactory(supplier=company(me), status="passed"))


def finding(status, turn):
    def made(number, me):
        site = SiteFactory(supplier=company(me))
        FindingFactory(supplier=company(me), site=site, status=status, turn=turn, due_on=DAY, closed_on=DAY)

    return made


def inspection(status):
    def made(number, me):
        SelfInspectionFactory(supplier=company(me), site=SiteFactory(supplier=company(me)), status=status, due_on=DAY)

    return made


def visit(number, me):
    SiteReviewFactory(supplier=company(me), site=SiteFactory(supplier=company(me)), status="announced")


def certificate(number, me):
    CertificateFactory(supplier=company(me), sites=SiteFactory.create_batch(2, supplier=company(me)))


def the_supplier():
    return Supplier.objects.filter(number="S-1").first() or SupplierFactory(number="S-1")


def the_suppliers_site(number, me):
    site = SiteFactory(supplier=the_supplier())
    site.categories.set([CategoryFactory(), CategoryFactory()])


def the_suppliers_contact(number, me):
    ContactFactory(supplier=the_supplier(), ended_at=timezone.now() if number % 2 else None)


def the_suppliers_invitation(number, me):
    InvitationFactory(supplier=the_supplier())


def four_tasks_of_a_supplier(number, me):
    """One of each kind, so that the list grows by four."""
    site = SiteFactory(supplier__status="cooperating")
    waiting = {"turn": "supplier", "due_on": today() + dt.timedelta(number - 2)}
    SelfInspectionFactory(site=site, status="assigned", **waiting)
    AgreementFactory(supplier=site.supplier, status="issued", **waiting)
    AcknowledgementFactory(supplier=site.supplier, status="issued", **waiting)
    FindingFactory(site=site, **waiting)


def own_site(number, me):
    SiteFactory(supplier=company(me)).categories.set([CategoryFactory(), CategoryFactory()])


def own_colleague(number, me):
    ContactFactory(supplier=company(me))


def own_invitation(number, me):
    InvitationFactory(supplier=company(me), invited_by=UserFactory())


MAKERS = {
    "staff:supplier-sites": the_suppliers_site,
    "staff:supplier-people": the_suppliers_contact,
    "staff:invitation-list": the_suppliers_invitation,
    "staff:due-list": four_tasks_of_a_supplier,
    "portal:site-list": own_site,
    "portal:people": own_colleague,
    "portal:invitation-list": own_invitation,
    "portal:certificate-list": certificate,
    "portal:documents": evidence,
    "portal:training-list": trained,
    "portal:finding-list": finding("open", "supplier"),
    "portal:finding-list?view=ours": finding("plan_submitted", "csr"),
    "portal:finding-list?view=closed": finding("verified_closed", ""),
    "portal:inspection-list": inspection("assigned"),
    "portal:inspection-list?view=done": inspection("submitted"),
    "portal:site-review-list": visit,
    "staff:campaign-detail": target,
    "staff:colleague-list": colleague,
    "staff:notice-list": undelivered,
    "staff:delegation-list": delegation,
    "staff:inspection-campaign-list": questionnaires_sent,
    "staff:inspection-campaign-detail": site_of_campaign,
    "staff:document-list": texts_issued,
    "staff:drop-list": file_for_purchasing,
    "staff:report-kind-list": dossier,
}
ARGUMENTS = {
    "staff:supplier-sites": lambda: {"pk": the_supplier().pk},
    "staff:supplier-people": lambda: {"pk": the_supplier().pk},
    "staff:invitation-list": lambda: {"pk": the_supplier().pk},
    "staff:campaign-detail": lambda: {"pk": Campaign.objects.get().pk},
    "staff:inspection-campaign-detail": lambda: {"pk": InspectionCampaign.objects.get().pk},
    "staff:report-kind-list": lambda: {"kind": "dossier"},
}


def test_every_list_here_is_a_list_with_an_export():
    assert {name.partition("?")[0] for name in MAKERS} - LISTS == set()


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_list_takes_the_same_queries_for_two_and_for_nine_rows(name, csr_manager, alice, gate_policy, login):
    me = alice if name.startswith("portal:") else csr_manager
    client = login(me)
    rows, queries = [], []
    for numbers in (range(2), range(2, 9)):
        for number in numbers:
            MAKERS[name](number, me)
        route, mark, query = name.partition("?")
        address = reverse(route, kwargs=ARGUMENTS.get(route, dict)()) + mark + query
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address).context["page"]
        rows.append(len(page.rows))
        queries.append(len(asked))
    assert rows[1] - rows[0] == (28 if name == "staff:due-list" else 7)
    assert queries[0] == queries[1]


def test_page_of_a_campaign_counts_all_its_sites_also_those_that_the_filter_hides(csr_manager, login):
    for number in range(3):
        site_of_campaign(number, csr_manager)
    address = reverse("staff:inspection-campaign-detail", kwargs={"pk": InspectionCampaign.objects.get().pk})
    whole, none = login(csr_manager).get(address).context, login(csr_manager).get(f"{address}?status=accepted").context
    assert [len(context["page"].rows) for context in (whole, none)] == [3, 0]
    assert [(c["asked"], c["suppliers"], c["accepted"]) for c in (whole, none)] == [(3, 3, 0)] * 2
    assert dict(none["counts"]) | {"assigned": 0, "overdue": 0} == dict.fromkeys(dict(none["counts"]), 0)


def test_reports_of_one_kind_are_ones_own(csr_manager, buyer, login):
    for number, person in enumerate((csr_manager, buyer, buyer)):
        dossier(number, person)
    address = reverse("staff:report-kind-list", kwargs={"kind": "dossier"})
    assert [row.requested_by for row in login(buyer).get(address).context["page"].rows] == [buyer, buyer]
    assert login(buyer).get(reverse("staff:report-kind-list", kwargs={"kind": "x"})).status_code == 404


def test_delegations_are_filtered_by_whether_they_hold(csr_manager, login):
    rows = {}
    for code, begins, ends, revoked in [
        ("holds", -1, 1, None),
        ("coming", 1, 2, None),
        ("expired", -2, -1, None),
        ("revoked", -1, 1, timezone.now()),
    ]:
        days = {"starts_on": today() + dt.timedelta(begins), "ends_on": today() + dt.timedelta(ends)}
        people = {"grantor": UserFactory(), "delegate": UserFactory(), "created_by": csr_manager}
        rows[code] = [Delegation.objects.create(revoked_at=revoked, **days, **people)]
    address, client = reverse("staff:delegation-list"), login(csr_manager)
    assert {code: client.get(address, {"state": code}).context["page"].rows for code in rows} == rows
    assert {code: state_of(row) for code, [row] in rows.items()} == {code: code for code in rows}


def test_supplier_reaches_every_file_of_its_own_page_by_page_and_nobody_elses(alice, acme, login, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    sites = SiteFactory.create_batch(2, supplier=acme)
    own = [EvidenceFactory(supplier=acme, site=sites[number % 2]) for number in range(5)]
    EvidenceFactory()
    client, address, seen = login(alice), reverse("portal:documents"), []
    page = client.get(address).context["page"]
    while page.rows:
        seen += page.rows
        page = client.get(address + page.next_url).context["page"] if page.next_url else replace(page, rows=[])
    assert seen == own[::-1]
    assert client.get(address, {"site": sites[1].pk}).context["page"].rows == [own[3], own[1]]
