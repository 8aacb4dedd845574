import datetime as dt

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client

from csr_portal.core.access import TRIES_PER_HOUR
from csr_portal.core.models import Notice, User
from csr_portal.core.timezones import today
from csr_portal.core.workflow import WorkflowError
from suppliers.models import Contact, JoinRequest, Supplier
from suppliers.states import ContactRole, InvitationStatus, SupplierStatus
from suppliers.workflow import invitations
from tests.factories.suppliers import ContactFactory, InvitationFactory, SupplierFactory

NUMBER = "91350100M000100Y43"
FORM = {
    "company_name": "佛山市永盛铝业有限公司",
    "name_latin": "Foshan Yongsheng Aluminium Co., Ltd.",
    "registration_number": NUMBER,
    "country": "CN",
    "city": "佛山",
    "address": "南海区 1 号",
    "person_name": "王芳",
    "phone": "+86 138 0000 0000",
    "password": "correct-horse-battery",
    "language": "zh-hans",
    "agree": "on",
}


@pytest.fixture
def invited(buyer, gate_policy):
    return SupplierFactory(name="佛山永盛", status=SupplierStatus.INVITED, owner=buyer)


@pytest.fixture
def invitation(invited, buyer):
    return InvitationFactory(supplier=invited, email="wang@yongsheng.example", invited_by=buyer)


def link(invitation):
    return invitations.link_of(invitation)


def test_invite_makes_supplier_link_and_mail_in_its_language(
    buyer, gate_policy, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = invitations.invite_supplier(
            by=buyer, name="大阪部品株式会社", country="JP", language="ja", email="Sato@Osaka.example"
        )
    assert (made.supplier.status, made.status, made.email) == ("invited", "sent", "sato@osaka.example")
    assert made.expires_on == today() + dt.timedelta(days=60)
    assert link(made) in mailoutbox[0].body
    assert mailoutbox[0].to == ["sato@osaka.example"]


def test_opening_the_link_is_noted_once(invitation):
    for _ in range(2):
        assert Client().get(link(invitation)).status_code == 200
    invitation.refresh_from_db()
    assert invitation.status == InvitationStatus.OPENED


def test_page_speaks_the_invitations_language(invitation):
    assert 'lang="zh-Hans"' in Client().get(link(invitation)).content.decode()


def test_registration_asks_at_most_twelve_things(invitation):
    form = Client().get(link(invitation)).context["form"]
    assert len(form.visible_fields()) == 11


def test_registration_lets_the_person_in_as_administrator(invitation, invited):
    client = Client()
    response = client.post(link(invitation), FORM)
    contact = Contact.objects.get(supplier=invited)
    assert response.status_code == 302
    assert response.url == f"/portal/sites/{invited.sites.get().pk}/"
    assert (contact.user.email, contact.user.name, contact.role) == (invitation.email, "王芳", ContactRole.ADMIN)
    invited.refresh_from_db()
    assert (invited.status, invited.name, invited.registration_key) == (
        "registered",
        FORM["company_name"],
        f"CN:{NUMBER}",
    )
    assert client.get("/portal/company/").status_code == 200


def test_wrong_check_digit_is_a_warning_that_the_clerk_may_overrule(invitation, invited):
    wrong = FORM | {"registration_number": "91350100M000100Y44"}
    assert Client().post(link(invitation), wrong).status_code == 422
    assert Client().post(link(invitation), wrong | {"accept_number": "on"}).status_code == 302


def test_known_company_number_leads_to_join_and_never_to_a_second_company(invitation, invited, acme, alice):
    acme.registration_number = NUMBER
    acme.save()
    response = Client().post(link(invitation), FORM)
    request = JoinRequest.objects.get()
    assert response.status_code == 200
    assert (request.supplier, request.user.email) == (acme, invitation.email)
    assert list(Contact.objects.filter(user=request.user)) == []
    assert Supplier.objects.filter(registration_key=f"CN:{NUMBER}").count() == 1
    told = Notice.objects.filter(kind="suppliers/join_request").values_list("email", flat=True)
    assert set(told) == {alice.email, acme.owner.email}


def test_join_is_approved_by_an_administrator_of_the_company_only(acme, alice, bob, mallory, invitation):
    acme.registration_number = NUMBER
    acme.save()
    Client().post(link(invitation), FORM)
    request = JoinRequest.objects.get()
    for outsider in (bob, mallory):
        with pytest.raises(PermissionDenied):
            invitations.approve_join(request, by=outsider)
    contact = invitations.approve_join(request, by=alice)
    assert (contact.supplier, contact.role, contact.user) == (acme, ContactRole.MEMBER, request.user)


@pytest.mark.parametrize("status", ["listed", "invited"])
def test_first_person_of_a_known_company_is_let_in_by_the_buyer_and_registers(status, acme, buyer, invitation, login):
    Supplier.objects.filter(pk=acme.pk).update(status=status, registration_number=NUMBER)
    acme.refresh_from_db()
    acme.save()
    Client().post(link(invitation), FORM)
    request = JoinRequest.objects.get()
    assert request.turn == "buyer"
    task = f"/staff/suppliers/{acme.pk}/people/"
    assert task in login(buyer).get("/staff/").content.decode()
    contact = invitations.approve_join(request, by=buyer)
    acme.refresh_from_db()
    assert (contact.role, acme.status, acme.turn) == (ContactRole.ADMIN, "registered", "buyer")


DEAD = {
    "used": {"status": InvitationStatus.REGISTERED},
    "revoked": {"status": InvitationStatus.REVOKED},
    "too old": {"expires_on": dt.date(2020, 1, 1)},
}


@pytest.mark.parametrize("why", DEAD)
def test_dead_link_helps_and_tells_the_buyer_once(invited, buyer, why):
    dead = InvitationFactory(supplier=invited, invited_by=buyer, **DEAD[why])
    page = Client().get(link(dead))
    assert page.status_code == 410
    assert invited.name not in page.content.decode()
    for _ in range(2):
        assert Client().post(link(dead)).status_code == 200
    assert Notice.objects.filter(kind="suppliers/new_link_wanted", recipient=buyer).count() == 1


def test_dead_link_tells_the_csr_managers_when_the_buyer_has_left(invited, buyer, csr_manager):
    dead = InvitationFactory(supplier=invited, invited_by=buyer, **DEAD["revoked"])
    buyer.is_active = False
    buyer.save()
    Client().post(link(dead))
    told = Notice.objects.filter(kind="suppliers/new_link_wanted").values_list("email", flat=True)
    assert list(told) == [csr_manager.email]


def test_dead_link_is_asked_about_only_so_often_from_one_address(invited, buyer):
    cache.set("new-link:127.0.0.1", TRIES_PER_HOUR - 1)
    dead = InvitationFactory(supplier=invited, invited_by=buyer, **DEAD["revoked"])
    assert [Client().post(link(dead)).status_code for _ in range(2)] == [200, 410]


def test_forged_link_looks_like_a_dead_one_and_tells_nobody(invitation):
    page = Client().get("/open/invitation/1:abc:forged/")
    assert page.status_code == 410
    assert Client().post("/open/invitation/1:abc:forged/").status_code == 200
    assert list(Notice.objects.all()) == []


def test_link_works_on_its_last_day_and_not_on_the_next(invitation):
    assert invitations.is_usable(invitation, invitation.expires_on)
    assert not invitations.is_usable(invitation, invitation.expires_on + dt.timedelta(days=1))


def test_person_with_an_account_accepts_a_second_company(invited, buyer, alice, login):
    second = InvitationFactory(supplier=invited, email=alice.email, invited_by=buyer)
    assert Client().post(link(second), FORM).status_code == 200
    assert not Contact.objects.filter(supplier=invited).exists()
    assert login(alice).post(link(second)).status_code == 302
    assert Contact.objects.get(supplier=invited).user == alice
    assert User.objects.filter(email=alice.email).count() == 1


def test_invite_is_refused_to_a_member_and_to_another_company(acme, bob, mallory):
    for person in (bob, mallory):
        with pytest.raises(WorkflowError):
            invitations.invite(acme, email="x@example.com", language="en", by=person)


def test_new_contact_registers_for_a_known_company_with_five_fields(acme, buyer):
    ContactFactory(supplier=acme)
    made = InvitationFactory(supplier=acme, invited_by=buyer, email="new@acme.example", role=ContactRole.MEMBER)
    page = Client().get(link(made))
    assert len(page.context["form"].visible_fields()) == 5
    fields = {name: FORM[name] for name in ("person_name", "phone", "password", "language", "agree")}
    assert Client().post(link(made), fields).status_code == 302
    assert acme.contacts.get(user__email="new@acme.example").role == ContactRole.MEMBER
