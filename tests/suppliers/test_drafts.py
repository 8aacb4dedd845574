"""A registration that somebody breaks off: kept with the link, resumed on another device, gone when it is used."""

import datetime as dt

import pytest
from django.test import Client

from csr_portal.core.timezones import today
from suppliers.models import Invitation
from suppliers.workflow import invitations
from tests.factories.suppliers import InvitationFactory, SupplierFactory

pytestmark = pytest.mark.django_db

TYPED = {
    "company_name": "厦门百川电子有限公司",
    "city": "厦门",
    "phone": "0592-1",
    "password": "a secret of mine",
    "agree": "on",
}


@pytest.fixture
def invited(gate_policy, buyer):
    return InvitationFactory(supplier=SupplierFactory(status="invited", owner=buyer), invited_by=buyer, language="en")


def url(invitation):
    return invitations.link_of(invitation)


def draft(invitation):
    return Invitation.objects.get(pk=invitation.pk).draft


def test_what_is_typed_is_kept_without_the_password(invited):
    answer = Client().post(f"{url(invited)}draft/", TYPED)
    assert (answer.status_code, answer.content) == (204, b"")
    assert draft(invited) == {"company_name": "厦门百川电子有限公司", "city": "厦门", "phone": "0592-1"}


def test_another_device_with_the_link_goes_on(invited):
    Client().post(f"{url(invited)}draft/", TYPED)
    page = Client().get(url(invited))
    assert page.context["form"]["city"].value() == "厦门"
    assert page.context["form"]["password"].value() is None
    text = page.content.decode()
    assert "You go on where you stopped" in text
    assert "a secret of mine" not in text


def test_button_keeps_without_script_and_without_complaint(invited):
    page = Client().post(url(invited), {**TYPED, "later": "1"})
    assert page.status_code == 200
    assert "Open the same link on any device" in page.content.decode()
    assert draft(invited)["city"] == "厦门"


def test_refused_form_is_kept_too(invited):
    assert Client().post(url(invited), TYPED).status_code == 422
    assert draft(invited)["phone"] == "0592-1"


def test_unknown_fields_and_long_texts_are_cut(invited):
    Client().post(f"{url(invited)}draft/", {"city": "x" * 900, "evil": "x"})
    assert draft(invited) == {"city": "x" * 80}


@pytest.mark.parametrize("values", [{"status": "revoked"}, {"expires_on": today() - dt.timedelta(days=1)}])
def test_dead_link_keeps_nothing(invited, values):
    Invitation.objects.filter(pk=invited.pk).update(**values)
    assert Client().post(f"{url(invited)}draft/", TYPED).status_code == 410
    assert draft(invited) == {}
    assert Client().post("/open/invitation/1:forged:x/draft/", TYPED).status_code == 410


def test_draft_is_private_to_its_link(invited):
    other = InvitationFactory(supplier=invited.supplier, invited_by=invited.invited_by)
    Client().post(f"{url(invited)}draft/", TYPED)
    assert Client().get(url(other)).context["form"]["city"].value() == ""
    assert draft(other) == {}


def test_draft_goes_when_the_link_is_used(invited):
    whole = {
        **TYPED, "name_latin": "Baichuan", "registration_number": "", "country": "CN", "address": "大道1号",
        "person_name": "王芳", "language": "en",
    }  # fmt: skip
    whole["registration_number"], whole["accept_number"] = "123", "on"
    answer = Client().post(url(invited), whole)
    assert answer.status_code == 302
    row = Invitation.objects.get(pk=invited.pk)
    assert (row.status, row.draft, row.used_by.name) == ("registered", {}, "王芳")
