"""A new log-in email: confirmed at the new address, taken back from the old one."""

import re

import pytest
from django.core import signing
from django.test import Client

from csr_portal.core import email_change
from csr_portal.core.models import HistoryEntry, Notice, User
from csr_portal.core.workflow import WorkflowError
from tests.factories.core import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"


@pytest.fixture
def person(db):
    person = UserFactory(email="old@factory.example", name="刘敏", language="zh-hans", roles=["buyer"])
    person.set_password(PASSWORD)
    person.save()
    return person


def link(address):
    notice = Notice.objects.filter(email=address).latest("pk")
    return re.search(r"/open/\S+", notice.body).group()


def email_of(person):
    return User.objects.get(pk=person.pk).email


def actions(person):
    return list(HistoryEntry.objects.about(person).order_by("pk").values_list("action", flat=True))


def test_person_asks_with_the_password_and_both_addresses_are_told(person, login):
    client = login(person)
    answer = client.post("/accounts/settings/email/", {"email": "New@Factory.example", "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/accounts/settings/")
    notices = Notice.objects.order_by("pk").values_list("email", "kind", "language")
    assert list(notices) == [
        ("new@factory.example", "core/email_confirm", "zh-hans"),
        ("old@factory.example", "core/email_veto", "zh-hans"),
    ]
    assert email_of(person) == "old@factory.example"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "new@factory.example", "password": "wrong"}, "password"),
        ({"email": "nonsense", "password": PASSWORD}, "email"),
        ({"email": "TAKEN@factory.example", "password": PASSWORD}, "email"),
    ],
)
def test_wrong_wishes_are_refused(person, login, values, field):
    UserFactory(email="taken@factory.example")
    page = login(person).post("/accounts/settings/email/", values)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not Notice.objects.exists()


def test_opening_the_link_changes_nothing_and_the_button_does(person):
    email_change.ask(person, "new@factory.example")
    assert "new@factory.example" in Client().get(link("new@factory.example")).content.decode()
    assert email_of(person) == "old@factory.example"
    assert Client().post(link("new@factory.example")).status_code == 200
    assert email_of(person) == "new@factory.example"
    assert actions(person) == ["email.ask", "email.change"]
    assert Client().get(link("new@factory.example")).status_code == 410
    assert Client().login(email="new@factory.example", password=PASSWORD)


def test_old_address_stops_a_change_that_waits(person):
    email_change.ask(person, "new@factory.example")
    assert Client().post(link("old@factory.example")).status_code == 200
    assert Client().post(link("new@factory.example")).status_code == 410
    assert email_of(person) == "old@factory.example"
    assert User.objects.get(pk=person.pk).has_usable_password()
    assert actions(person) == ["email.ask", "email.veto"]


def test_old_address_takes_a_change_back_and_every_log_in_ends(person, login):
    client = login(person)
    email_change.ask(person, "new@factory.example")
    Client().post(link("new@factory.example"))
    assert client.get("/accounts/settings/").status_code == 200
    assert "old@factory.example" in Client().post(link("old@factory.example")).content.decode()
    assert email_of(person) == "old@factory.example"
    assert client.get("/accounts/settings/").status_code == 302
    assert not User.objects.get(pk=person.pk).has_usable_password()
    assert Client().post(link("old@factory.example")).status_code == 410


def test_later_wish_replaces_the_earlier_one(person):
    first = email_change.ask(person, "first@factory.example")
    email_change.ask(person, "second@factory.example")
    with pytest.raises(WorkflowError):
        email_change.confirm(first)
    with pytest.raises(WorkflowError):
        email_change.veto(first)
    Client().post(link("second@factory.example"))
    assert email_of(person) == "second@factory.example"


def test_address_that_somebody_took_meanwhile_is_refused(person):
    change = email_change.ask(person, "new@factory.example")
    UserFactory(email="new@factory.example")
    with pytest.raises(WorkflowError, match="cannot be used"):
        email_change.confirm(change)
    assert Client().post(link("new@factory.example")).status_code == 410


@pytest.mark.parametrize("purpose", ["confirm", "veto"])
def test_links_that_are_forged_crossed_or_of_somebody_who_left_say_nothing(person, purpose):
    email_change.ask(person, "new@factory.example")
    other = "veto" if purpose == "confirm" else "confirm"
    crossed = signing.dumps([person.pk, "a", "b", "c"], salt=f"core.email.{other}")
    for token in ("nonsense", crossed):
        page = Client().get(f"/open/email/{token}/{purpose}/")
        assert page.status_code == 410
        assert "factory.example" not in page.content.decode()
    User.objects.filter(pk=person.pk).update(is_active=False)
    for address in ("new@factory.example", "old@factory.example"):
        assert Client().get(link(address)).status_code == 410
