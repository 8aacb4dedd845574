"""Every address × every role. A route without a declared rule or without a row in tests/access fails the suite."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from csr_portal.core.access import Rule
from suppliers.states import ContactRole
from tests.access import agreements, audits, root, suppliers, training
from tests.access.table import STAFF
from tests.factories.core import UserFactory
from tests.factories.suppliers import ContactFactory, GatePolicyFactory, SupplierFactory

TABLES = [root, suppliers, agreements, audits, training]
ROUTES = {name: route for table in TABLES for name, route in table.ROUTES.items()}
PEOPLE = [
    "anonymous",
    "buyer",
    "csr_manager",
    "auditor",
    "training_coordinator",
    "administrator",
    "alice",
    "bob",
    "mallory",
]


def patterns(resolver=None, namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry
        else:
            yield from patterns(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)


OWN = {name: entry for name, entry in patterns() if not name.startswith(root.LIBRARIES)}


@pytest.fixture
def world(fonts, acme, alice, bob, mallory, buyer, csr_manager, auditor, training_coordinator, administrator):
    people = {
        "buyer": buyer,
        "csr_manager": csr_manager,
        "auditor": auditor,
        "training_coordinator": training_coordinator,
        "administrator": administrator,
        "alice": alice,
        "bob": bob,
        "mallory": mallory,
    }
    return one_of_each_kind(acme, people)


def one_of_each_kind(acme, people):
    world = SimpleNamespace(acme=acme, people=people, **people)
    for table in TABLES:
        table.fill(world)
    return world


@pytest.fixture(scope="module")
def stage(fonts, django_db_setup, django_db_blocker):
    """A world that is made, and whose people are logged in, once for all routes: `db` takes back what a route does.

    Only for a module in which no other test looks into the database.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        GatePolicyFactory()
        people = {role: UserFactory(roles=[role]) for role in sorted(STAFF - {"administrator"})}
        people["administrator"] = UserFactory(roles=["administrator"], is_staff=True, is_superuser=True)
        acme, rival = SupplierFactory.create_batch(2, owner=people["buyer"])
        people["alice"] = ContactFactory(supplier=acme).user
        people["bob"] = ContactFactory(supplier=acme, role=ContactRole.MEMBER).user
        people["mallory"] = ContactFactory(supplier=rival).user
        stage = one_of_each_kind(acme, people)
        stage.sessions = {name: session_of(person) for name, person in people.items()}
        yield stage
        transaction.set_rollback(True)


def session_of(person):
    client = Client()
    client.force_login(person)
    return client.session.session_key


def client_of(stage, person):
    client = Client(raise_request_exception=True)
    if person != "anonymous":
        client.cookies[settings.SESSION_COOKIE_NAME] = stage.sessions[person]
    return client


def test_every_route_has_a_row_and_every_row_a_route():
    assert set(ROUTES) == set(OWN)


@pytest.mark.parametrize("name", sorted(name for name in OWN if not name.startswith("api:")))
def test_every_view_declares_its_rule(name):
    assert hasattr(OWN[name].callback, "rule"), f"{name} has no @staff_page, @portal_page, @person_page or @open_page"


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_route_lets_in_whom_it_declares_and_nobody_else(name, stage, db):
    route = ROUTES[name]
    address = reverse(name, kwargs=route.arguments(stage))
    for person in PEOPLE:
        status = getattr(client_of(stage, person), route.method)(address).status_code
        assert is_expected(route, name, person, status), f"{person} at {address}: {status}"


def is_expected(route, name, person, status):
    if person in route.allowed:
        return status in {200, 201, 204, 302, 400, 409, 410, 422}
    is_foreign = person == "mallory" or (person != "anonymous" and is_about_oneself(name))
    if is_foreign and route.foreign:
        return status == route.foreign
    if person == "anonymous":
        return status == 401 if name.startswith("api:") else status == 302
    return status in ({403, 404, 405} if name.startswith("api:") else {403})


def is_about_oneself(name):
    return getattr(OWN[name].callback, "rule", None) == Rule("person")
