import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from csr_portal.core.models import Notice
from tests.factories.core import OrganisationFactory


@pytest.fixture
def page(buyer, login):
    client = login(buyer)
    return lambda: client.get(reverse("staff:supplier-list"))


def tell(person, key):
    Notice.objects.create(key=key, kind="x", recipient=person, email=person.email, language="en", subject="s", body="b")


def test_frame_shows_the_company_as_it_is_now(page):
    assert "<small>CSR Portal</small>" in page().text
    company = OrganisationFactory(name="Grün & Söhne", country="DE")
    assert "<small>Grün &amp; Söhne</small>" in page().text
    company.name = "东莞制造"
    company.save()
    assert '<small lang="zh-Hans">东莞制造</small>' in page().text


def test_bell_counts_the_reader_s_own_unread_notices(page, buyer, csr_manager):
    tell(csr_manager, "another's")
    assert "Notices, 0 unread" in page().text
    tell(buyer, "first")
    tell(buyer, "second")
    assert "Notices, 2 unread" in page().text
    Notice.objects.filter(key="first").update(read_at="2026-11-21T00:00:00Z")
    assert "Notices, 1 unread" in page().text


def test_role_that_is_taken_away_or_an_account_that_ends_counts_at_the_next_page(page, buyer):
    assert page().status_code == 200
    buyer.groups.clear()
    assert page().status_code == 403
    buyer.groups.add(Group.objects.get(name="auditor"), Group.objects.get(name="administrator"))
    assert page().status_code == 200
    buyer.is_active = False
    buyer.save()
    assert page().status_code == 302
