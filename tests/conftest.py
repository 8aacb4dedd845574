"""The cast of every test."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils.translation import override

from csr_portal.core import history
from suppliers.states import ContactRole
from tests.factories.core import UserFactory
from tests.factories.suppliers import ContactFactory, GatePolicyFactory, SupplierFactory


@pytest.fixture(autouse=True)
def english():
    """A request leaves its reader's language active; no test shall depend on which one ran before."""
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def no_anchors():
    """The entries of the test before are rolled back; the lines outside the database that anchor them are not."""
    history.anchor_path().unlink(missing_ok=True)


@pytest.fixture(scope="session")
def fonts():
    """For tests that print: the fonts of the PDFs, made on the first run."""
    call_command("build_assets", verbosity=0)


@pytest.fixture
def buyer(db):
    return UserFactory(email="buyer@example.com", name="Anna Keller", roles=["buyer"])


@pytest.fixture
def csr_manager(db):
    return UserFactory(email="csr@example.com", name="Liu Fang", roles=["csr_manager"])


@pytest.fixture
def second_csr_manager(db):
    return UserFactory(email="csr2@example.com", name="Chen Yiming", roles=["csr_manager"])


@pytest.fixture
def auditor(db):
    return UserFactory(email="auditor@example.com", name="Mia Brandt", roles=["auditor"])


@pytest.fixture
def training_coordinator(db):
    return UserFactory(email="training@example.com", name="Sato Yuki", roles=["training_coordinator"])


@pytest.fixture
def administrator(db):
    return UserFactory(
        email="admin@example.com", name="Admin", roles=["administrator"], is_staff=True, is_superuser=True
    )


@pytest.fixture
def gate_policy(db):
    return GatePolicyFactory()


@pytest.fixture
def acme(buyer, gate_policy):
    """The supplier whose people and rows the tests are about."""
    return SupplierFactory(number="S-10417", name="东莞市宏达五金制品有限公司", owner=buyer)


@pytest.fixture
def alice(acme):
    """An administrator of Acme."""
    return ContactFactory(supplier=acme, user__email="alice@acme.example", user__name="刘敏").user


@pytest.fixture
def bob(acme):
    """A member of Acme."""
    return ContactFactory(supplier=acme, user__email="bob@acme.example", role=ContactRole.MEMBER).user


@pytest.fixture
def rival(buyer, gate_policy):
    return SupplierFactory(number="S-10440", name="苏州启明精密塑胶有限公司", owner=buyer)


@pytest.fixture
def mallory(rival):
    """The outsider: an administrator of another supplier."""
    return ContactFactory(supplier=rival, user__email="mallory@rival.example").user


@pytest.fixture
def login():
    """A client in which the person is logged in: `login(alice).get(…)`."""

    def logged_in(person):
        client = Client()
        client.force_login(person)
        return client

    return logged_in


@pytest.fixture
def erasable(transactional_db, django_db_serialized_rollback):
    """What is evidence refuses to be deleted, also when a test cleans up: without its triggers it goes."""
    yield
    if connection.vendor != "sqlite":
        return  # TRUNCATE asks no row
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
        for _name, sql in triggers:
            cursor.execute(sql)
