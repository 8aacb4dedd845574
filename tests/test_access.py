"""Every address × every role. A route without a declared rule or without a row in tests/access fails the suite."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from csr_portal.core.access import Rule
from tests.access import agreements, audits, root, suppliers, training

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
    world = SimpleNamespace(acme=acme, people=people, **people)
    for table in TABLES:
        table.fill(world)
    return world


def test_every_route_has_a_row_and_every_row_a_route():
    assert set(ROUTES) == set(OWN)


@pytest.mark.parametrize("name", sorted(name for name in OWN if not name.startswith("api:")))
def test_every_view_declares_its_rule(name):
    assert hasattr(OWN[name].callback, "rule"), f"{name} has no @staff_page, @portal_page, @person_page or @open_page"


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_route_lets_in_whom_it_declares_and_nobody_else(name, world):
    route = ROUTES[name]
    address = reverse(name, kwargs=route.arguments(world))
    for person in PEOPLE:
        client = Client(raise_request_exception=True)
        if person != "anonymous":
            client.force_login(world.people[person])
        status = getattr(client, route.method)(address).status_code
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
