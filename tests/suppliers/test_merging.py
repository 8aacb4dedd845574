"""Two suppliers become one, and two again: what moves, what stays, what nobody may lose."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.utils.translation import override

from agreements.models import Agreement
from audits.models import Finding, SelfInspection
from csr_portal.core.models import HistoryEntry
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Contact, DuplicatePair, Invitation, Merge, Site, Supplier
from suppliers.parts import Rule, all_parts
from suppliers.workflow import invitations, merging, people
from tests.factories.agreements import AgreementFactory
from tests.factories.audits import FindingFactory, SelfInspectionFactory
from tests.factories.suppliers import (
    CategoryFactory,
    CertificateFactory,
    ContactFactory,
    DecisionFactory,
    DuplicatePairFactory,
    EvidenceFactory,
    InvitationFactory,
    JoinRequestFactory,
    ReviewFactory,
    SiteFactory,
    SupplierFactory,
    WaiverFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(acme):
    return SupplierFactory(
        number="S-10500", name="宏达五金", name_latin="Hongda", owner=acme.owner, phone="0769-85112233",
        registration_number="91441900MA4UW5N12C", registration_kind="uscc",
    )  # fmt: skip


def supplier_of(row):
    return type(row).objects.get(pk=row.pk).supplier


def test_every_kind_of_row_of_a_supplier_is_spoken_for():
    assert merging.unspoken_models() == set()
    for part in all_parts():
        names = {field.name for field in apps.get_model(part.model)._meta.get_fields()}
        assert "supplier" in names
        assert part.rule is not Rule.WITH_SITE or "site" in names


def test_kind_of_row_that_nobody_speaks_for_stops_every_merge(acme, twin, buyer, settings):
    settings.MERGE_PARTS = ["suppliers.merge_parts.PARTS"]
    with pytest.raises(WorkflowError) as refused:
        merging.merge(acme, twin, by=buyer)
    assert [blocker.code for blocker in refused.value.blockers] == ["unspoken"]
    assert "audits.Finding" in refused.value.blockers[0].text


def test_what_lives_moves_and_what_was_signed_or_decided_stays(acme, twin, buyer):
    site = SiteFactory(supplier=twin)
    inspection = SelfInspectionFactory(supplier=twin, site=site)
    moving = [
        site,
        inspection,
        FindingFactory(supplier=twin, site=site),
        CertificateFactory(supplier=twin, sites=[site]),
        EvidenceFactory(supplier=twin, site=site),
        EvidenceFactory(supplier=twin),
        InvitationFactory(supplier=twin),
        JoinRequestFactory(supplier=twin),
    ]
    staying = [
        AgreementFactory(supplier=twin, status="in_force"),
        DecisionFactory(review__supplier=twin),
        InvitationFactory(supplier=twin, status="revoked"),
        WaiverFactory(supplier=twin, status="approved", approved_by=None),
    ]
    merging.merge(acme, twin, by=buyer)
    assert [supplier_of(row) for row in moving] == [acme] * len(moving)
    assert [supplier_of(row) for row in staying] == [twin] * len(staying)


def test_site_that_the_survivor_has_stays_with_everything_seen_there(acme, twin, buyer):
    SiteFactory(supplier=acme, name="虎门 厂", name_latin="Humen", address="")
    site = SiteFactory(supplier=twin, name="虎门厂", name_latin="", address="")
    inspection = SelfInspectionFactory(supplier=twin, site=site)
    plan = merging.plan(acme, twin)
    assert plan.sites == [(site, False)]
    merging.merge(acme, twin, by=buyer)
    assert (supplier_of(site), supplier_of(inspection)) == (twin, twin)


@pytest.mark.parametrize("name", ["主厂区", "Main site", "本社工場"])
def test_two_main_sites_are_two_sites_told_apart_by_city_or_supplier(acme, twin, buyer, name):
    SiteFactory(supplier=acme, name=name, name_latin="", address="虎门镇1号", city="东莞")
    elsewhere = SiteFactory(supplier=twin, name=name, name_latin="", address="工业路2号", city="惠州")
    unknown = SiteFactory(supplier=twin, name=name, name_latin="", address="", city="")
    same = SiteFactory(supplier=twin, name=name, name_latin="", address="虎门镇1号")
    plan = merging.plan(acme, twin)
    assert plan.sites == [(elsewhere, True), (unknown, True), (same, False)]
    assert [site.name_after for site, _moves in plan.sites] == [f"{name} (惠州)", f"{name} (S-10500)", ""]
    merge = merging.merge(acme, twin, by=buyer)
    names = Site.objects.filter(supplier=acme).order_by("pk").values_list("name", flat=True)
    assert list(names) == [name, f"{name} (惠州)", f"{name} (S-10500)"]
    merging.undo(merge, by=buyer, reason="x")
    assert list(Site.objects.filter(supplier=twin).order_by("pk").values_list("name", flat=True)) == [name] * 3


def test_listed_supplier_of_an_import_can_be_merged(acme, buyer, login):
    listed = SupplierFactory(number="S-10600", status="listed", owner=buyer)
    pair = DuplicatePairFactory(first=acme, second=listed, reasons=[])
    assert login(buyer).get(f"/staff/suppliers/duplicates/{pair.pk}/").context["survivor"] == acme
    merging.undo(merging.merge(acme, listed, by=buyer), by=buyer, reason="x")
    listed.refresh_from_db()
    assert listed.status == "listed"


def test_merged_supplier_ends_points_to_the_survivor_and_both_histories_tell(acme, twin, buyer):
    merge = merging.merge(acme, twin, by=buyer, reason="Same licence")
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into, twin.survivor, acme.survivor) == ("ended", acme, acme, acme)
    told = HistoryEntry.objects.filter(action__in=["supplier.merge", "supplier.merge_in"]).order_by("action")
    assert [(entry.subject_id, entry.reason) for entry in told] == [
        (twin.pk, "Same licence"),
        (acme.pk, "Same licence"),
    ]
    assert told[0].data == {"survivor": f"{acme.number} {acme.name}", "merge": merge.pk}
    assert merging.threads_of(acme) == [f"supplier:{pk}" for pk in sorted([acme.pk, twin.pk])]
    assert merging.threads_of(twin) == [f"supplier:{twin.pk}"]


def test_history_of_the_merged_supplier_is_read_from_the_survivor(acme, twin, buyer, login):
    entry = HistoryEntry.objects.create(
        subject_type="suppliers.supplier", subject_id=twin.pk, thread=twin.history_thread, action="supplier.admit"
    )
    merging.merge(acme, twin, by=buyer)
    page = login(buyer).get(f"/staff/suppliers/{acme.pk}/history/")
    assert entry in page.context["page"].rows


# Values


def test_own_values_win_unless_they_are_empty(acme, twin):
    values = {value.name: value for value in merging.plan(acme, twin).values}
    assert [name for name, value in values.items() if value.takes_other] == [
        "phone",
        "registration_kind",
        "registration_number",
    ]
    assert (values["name"].kept, values["name"].other, values["name"].differs) == (acme.name, twin.name, True)
    assert not values["country"].differs


def test_number_and_its_key_go_over_with_the_values(acme, twin, buyer):
    merge = merging.merge(acme, twin, by=buyer)
    acme.refresh_from_db()
    twin.refresh_from_db()
    assert (acme.registration_key, acme.registration_kind, acme.phone) == (
        "CN:91441900MA4UW5N12C",
        "uscc",
        "0769-85112233",
    )
    assert (twin.registration_key, twin.registration_number) == (None, "91441900MA4UW5N12C")
    twin.save()
    assert twin.registration_key is None
    assert merge.values["phone"] == ["", "0769-85112233"]


@pytest.mark.parametrize(
    ("language", "country"),
    [("en", "China"), ("zh-hans", "中国"), ("ja", "中国")],
)
def test_preview_says_words_and_no_codes(acme, twin, language, country):
    with override(language):
        words = {value.name: (value.kept_words, value.other_words) for value in merging.plan(acme, twin).values}
    assert words["country"] == (country, country)
    assert words["language"] == ("简体中文", "简体中文")
    assert "uscc" not in words["registration_kind"]
    assert "minor" not in words["spend"]


def test_chosen_values_win(acme, twin, buyer):
    merging.merge(acme, twin, by=buyer, take=frozenset({"name_latin"}))
    acme.refresh_from_db()
    twin.refresh_from_db()
    assert (acme.name_latin, acme.phone, acme.registration_key) == ("Hongda", "", None)
    assert twin.registration_key == "CN:91441900MA4UW5N12C"


def test_who_registers_with_the_number_of_a_merged_company_is_led_to_the_survivor(acme, twin, buyer):
    merging.merge(acme, twin, by=buyer, take=frozenset())
    stranger = InvitationFactory(supplier=SupplierFactory(status="invited"))
    assert invitations.same_company(stranger, "CN", "91441900MA4UW5N12C") == acme
    own = InvitationFactory(supplier=acme)
    assert invitations.same_company(own, "CN", "91441900MA4UW5N12C") is None


# People


def test_people_are_let_in_and_keep_reading_what_stayed(acme, twin, alice, buyer, login):
    newcomer = ContactFactory(supplier=twin, user__name="王芳")
    ContactFactory(supplier=twin, user=alice)
    merge = merging.merge(acme, twin, by=buyer)
    assert list(Contact.objects.filter(pk__in=merge.let_in).values_list("user", "supplier", "role")) == [
        (newcomer.user_id, acme.pk, newcomer.role)
    ]
    page = login(newcomer.user).get("/portal/company/")
    assert page.context["supplier"] == acme
    page = login(newcomer.user).get("/portal/company/choose/")
    assert {contact.supplier for contact in page.context["contacts"]} == {acme, twin}


def test_ending_access_ends_it_for_everything_merged_in(acme, twin, buyer, login):
    newcomer = ContactFactory(supplier=twin)
    merging.merge(acme, twin, by=buyer)
    people.end_access(Contact.objects.get(supplier=acme, user=newcomer.user), by=buyer)
    assert not Contact.objects.filter(user=newcomer.user, ended_at=None).exists()
    assert login(newcomer.user).get("/portal/company/").status_code == 403


# What stands against it


def test_everything_that_is_open_is_listed_with_its_place(acme, twin, buyer):
    review, waiver = ReviewFactory(supplier=twin), WaiverFactory(supplier=twin)
    agreement = AgreementFactory(supplier=twin, status="viewed")
    with pytest.raises(WorkflowError) as refused:
        merging.merge(acme, twin, by=buyer)
    assert [blocker.url for blocker in refused.value.blockers] == [
        f"/staff/csr-reviews/{review.pk}/",
        f"/staff/waivers/{waiver.pk}/",
        f"/staff/agreements/{agreement.pk}/",
    ]
    assert not Merge.objects.exists()


@pytest.mark.parametrize(
    ("survivor", "merged", "codes"),
    [
        ("ended", "cooperating", ["gone"]),
        ("declined", "cooperating", ["gone"]),
        ("cooperating", "suspended", ["suspended"]),
        ("suspended", "cooperating", []),
        ("cooperating", "strategic", []),
    ],
)
def test_a_merge_never_hides_a_suspension_nor_revives_who_has_left(survivor, merged, codes, gate_policy):
    left, right = SupplierFactory(status=survivor), SupplierFactory(status=merged)
    assert [blocker.code for blocker in merging.blockers(left, right)] == codes
    assert merging.plan(left, right).loses_status == (merged == "strategic")


def test_merging_twice_or_with_itself_is_refused(acme, rival, twin, buyer):
    merging.merge(acme, twin, by=buyer)
    for pair in [(rival, twin), (twin, rival)]:
        with pytest.raises(WorkflowError) as refused:
            merging.merge(*pair, by=buyer)
        assert "merged" in [blocker.code for blocker in refused.value.blockers]
    with pytest.raises(WorkflowError, match="two different"):
        merging.merge(acme, acme, by=buyer)


def test_only_procurement_merges_and_undoes(acme, twin, buyer, auditor, alice):
    for person in (auditor, alice):
        with pytest.raises(WorkflowError, match="Only buyers"):
            merging.merge(acme, twin, by=person)
    merge = merging.merge(acme, twin, by=buyer)
    for person in (auditor, alice):
        with pytest.raises((WorkflowError, PermissionDenied)):
            merging.undo(merge, by=person, reason="x")


# Undoing it


def test_undo_gives_everything_back_and_keeps_both_stories(acme, twin, buyer):
    site = SiteFactory(supplier=twin)
    inspection = SelfInspectionFactory(supplier=twin, site=site)
    evidence, invitation = EvidenceFactory(supplier=twin), InvitationFactory(supplier=twin)
    newcomer = ContactFactory(supplier=twin)
    before = Supplier.objects.filter(pk__in=[acme.pk, twin.pk]).order_by("pk")
    names = ["status", "phone", "registration_number", "registration_key", "merged_into"]
    was = list(before.values(*names))
    merge = merging.merge(acme, twin, by=buyer)
    added_since = FindingFactory(supplier=acme, site=site)
    merging.undo(merge, by=buyer, reason="Two licences after all")
    assert list(before.values(*names)) == was
    assert [supplier_of(row) for row in (site, inspection, evidence, invitation, added_since)] == [twin] * 5
    assert not Contact.objects.filter(supplier=acme, user=newcomer.user, ended_at=None).exists()
    assert Contact.objects.get(pk=newcomer.pk).ended_at is None
    actions = HistoryEntry.objects.filter(subject_id__in=[acme.pk, twin.pk], action__contains="merge")
    assert sorted(actions.values_list("action", flat=True)) == [
        "supplier.merge",
        "supplier.merge_in",
        "supplier.unmerge",
        "supplier.unmerge_in",
    ]
    merging.merge(acme, twin, by=buyer)


def test_undo_gives_back_turn_dates_and_categories(acme, twin, buyer):
    metal, plastic = CategoryFactory(code="metal"), CategoryFactory(code="plastic", is_key_material=True)
    acme.categories.set([metal])
    twin.categories.set([metal, plastic])
    ahead = today() + dt.timedelta(days=9)
    Supplier.objects.filter(pk=twin.pk).update(
        turn="supplier", due_on=ahead, conditional_until=ahead, is_key_material=True
    )
    rows = Supplier.objects.filter(pk__in=[acme.pk, twin.pk]).order_by("pk")
    names = ["status", "turn", "due_on", "conditional_until", "is_key_material", *merging.VALUES]
    was = list(rows.values(*names))
    merge = merging.merge(acme, twin, by=buyer)
    assert [c.code for c in acme.categories.order_by("code")] == ["metal", "plastic"]
    merging.undo(merge, by=buyer, reason="x")
    assert list(rows.values(*names)) == was
    assert [c.code for c in acme.categories.all()] == ["metal"]
    assert [c.code for c in twin.categories.order_by("code")] == ["metal", "plastic"]


def test_undo_keeps_what_somebody_changed_since(acme, twin, buyer):
    merge = merging.merge(acme, twin, by=buyer)
    Supplier.objects.filter(pk=acme.pk).update(phone="0769-1")
    merging.undo(merge, by=buyer, reason="x")
    acme.refresh_from_db()
    assert (acme.phone, acme.registration_number) == ("0769-1", "")


def test_undo_is_possible_for_thirty_days(acme, twin, buyer):
    merge = merging.merge(acme, twin, by=buyer)
    assert merge.undo_until == today() + dt.timedelta(days=30)
    assert [b.code for b in merging.undo_blockers(merge, today() + dt.timedelta(days=30))] == []
    assert [b.code for b in merging.undo_blockers(merge, today() + dt.timedelta(days=31))] == ["too_late"]
    with pytest.raises(WorkflowError, match="Give a reason"):
        merging.undo(merge, by=buyer, reason="")
    merging.undo(merge, by=buyer, reason="x")
    with pytest.raises(WorkflowError) as refused:
        merging.undo(merge, by=buyer, reason="x")
    assert [blocker.code for blocker in refused.value.blockers] == ["undone"]


def test_undo_waits_for_a_later_merge_and_for_a_taken_number(acme, rival, twin, buyer):
    merge = merging.merge(acme, twin, by=buyer, take=frozenset())
    merging.merge(rival, acme, by=buyer, take=frozenset())
    Supplier.objects.filter(pk=twin.pk).update(registration_key=None)
    SupplierFactory(registration_number="91441900MA4UW5N12C")
    merge = Merge.objects.get(pk=merge.pk)
    assert [blocker.code for blocker in merging.undo_blockers(merge)] == ["merged", "number"]
    assert merging.threads_of(rival) == [f"supplier:{pk}" for pk in sorted([acme.pk, rival.pk, twin.pk])]


# Pages


@pytest.fixture
def pair(acme, twin):
    return DuplicatePairFactory(first=acme, second=twin, reasons=[])


def test_preview_proposes_the_one_with_the_higher_standing(acme, twin, pair, buyer, login):
    Supplier.objects.filter(pk=twin.pk).update(status="strategic")
    client, url = login(buyer), f"/staff/suppliers/duplicates/{pair.pk}/"
    assert client.get(url).context["survivor"] == twin
    assert client.get(f"{url}?survivor={acme.pk}").context["survivor"] == acme
    assert "S-10500 is strategic" in client.get(f"{url}?survivor={acme.pk}").content.decode()


def test_preview_counts_what_moves_and_what_stays(acme, twin, pair, buyer, login):
    SiteFactory(supplier=twin)
    EvidenceFactory.create_batch(2, supplier=twin)
    ContactFactory(supplier=twin, user__email="wang@hongda.example")
    page = login(buyer).get(f"/staff/suppliers/duplicates/{pair.pk}/?survivor={acme.pk}")
    plan = page.context["plan"]
    assert plan.moves == [("Evidence", 2)]
    assert plan.stays == [("Contacts", 1)]
    assert "wang@hongda.example" in page.content.decode()


def test_merge_and_undo_on_the_pages(acme, twin, pair, buyer, login):
    client = login(buyer)
    form = {"survivor": acme.pk, "take_name": "own", "take_phone": "other", "reason": "Same licence"}
    answer = client.post(f"/staff/suppliers/duplicates/{pair.pk}/merge/", form)
    assert answer.url == f"/staff/suppliers/duplicates/{pair.pk}/"
    merge = Merge.objects.get()
    assert (merge.survivor, merge.merged, list(merge.values)) == (acme, twin, ["phone"])
    pair.refresh_from_db()
    assert pair.status == "merged"
    assert "was merged into S-10417" in client.get(answer.url).content.decode()
    assert "S-10500" in client.get(f"/staff/suppliers/{acme.pk}/").content.decode()
    assert "Undo the merge" in client.get(f"/staff/suppliers/{twin.pk}/").content.decode()
    assert "Merge" not in [str(step["label"]) for step in client.get(f"/staff/suppliers/{twin.pk}/").context["steps"]]
    client.post(f"/staff/suppliers/merges/{merge.pk}/undo/", {"reason": "Wrong"})
    pair.refresh_from_db()
    assert (pair.status, Supplier.objects.get(pk=twin.pk).merged_into) == ("suspected", None)


def test_merge_that_is_not_possible_says_everything(acme, twin, pair, buyer, login):
    review = ReviewFactory(supplier=twin, number="CR-2020-999")
    form = {"survivor": acme.pk}
    page = login(buyer).post(f"/staff/suppliers/duplicates/{pair.pk}/merge/", form, follow=True)
    assert f"/staff/csr-reviews/{review.pk}/" in page.content.decode()
    assert [str(message) for message in page.context["messages"]] == [
        "These two cannot be merged yet. CSR review CR-2020-999 is open: bring it to an end first."
    ]
    assert not DuplicatePair.objects.filter(status="merged").exists()


def test_counts_follow_what_moved(acme, twin, buyer):
    site = SiteFactory(supplier=twin)
    FindingFactory(supplier=twin, site=site, status="open")
    merging.merge(acme, twin, by=buyer)
    acme.refresh_from_db()
    twin.refresh_from_db()
    assert (acme.findings_open, twin.findings_open) == (1, 0)
    assert (Site.objects.get().supplier, Finding.objects.get().supplier) == (acme, acme)
    assert (SelfInspection.objects.count(), Agreement.objects.count(), Invitation.objects.count()) == (0, 0, 0)
