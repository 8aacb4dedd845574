"""A signing link that does not work any more leads on: to a new one, asked of the person who shared it."""

import datetime as dt

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agreements import workflow
from agreements.models import SigningLink
from csr_portal.core.access import TRIES_PER_HOUR
from csr_portal.core.models import Notice
from csr_portal.core.timezones import today
from tests.factories.agreements import VersionFactory

pytestmark = pytest.mark.django_db
ASK = "Ask for a new link"


@pytest.fixture(autouse=True)
def uncounted():
    cache.clear()


@pytest.fixture
def link(acme, alice, buyer):
    agreement = workflow.issue(VersionFactory(), acme, by=buyer, language="en")
    return workflow.share(agreement, by=alice, name="陈国强", title="Director")


def over(link):
    SigningLink.objects.filter(pk=link.pk).update(expires_on=today() - dt.timedelta(days=1))


def withdrawn(link):
    SigningLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())


def ask(link):
    return Client().post(reverse("open:sign-new-link", args=[link.token]))


def page_of(link):
    return Client().get(reverse("open:sign", args=[link.token])).content.decode()


def told():
    rows = Notice.objects.filter(kind="agreements/new_link_wanted").order_by("pk")
    return list(rows.values_list("recipient__email", flat=True))


@pytest.mark.parametrize("end", [over, withdrawn])
def test_dead_link_tells_who_shared_it_once_a_day(end, link, alice):
    end(link)
    assert page_of(link).count(ASK) == 1
    pages = [ask(link) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert [f"{alice.name} has been told" in page.content.decode() for page in pages] == [True, True]
    assert told() == [alice.email]
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        ask(link)
    assert told() == [alice.email] * 2


def test_notice_says_who_asks_and_leads_to_the_agreement(link):
    over(link)
    ask(link)
    notice = Notice.objects.get(kind="agreements/new_link_wanted")
    assert notice.url == reverse("portal:agreement-detail", args=[link.agreement_id])
    assert notice.subject.endswith(link.agreement.number)
    assert [word in notice.body for word in ("陈国强", "Director", link.agreement.number)] == [True] * 3


def test_clerk_who_left_is_neither_named_nor_told_but_the_buyer(link, acme, alice, buyer):
    over(link)
    acme.contacts.filter(user=alice).update(ended_at=timezone.now())
    assert alice.name not in page_of(link)
    assert "The person in charge has been told" in ask(link).content.decode()
    assert told() == [buyer.email]
    assert Notice.objects.get(recipient=buyer, kind="agreements/new_link_wanted").url.startswith("/staff/")


def test_csr_managers_are_told_when_clerk_and_buyer_have_left(link, acme, alice, buyer, csr_manager):
    over(link)
    acme.contacts.filter(user=alice).update(ended_at=timezone.now())
    buyer.is_active = False
    buyer.save()
    ask(link)
    assert told() == [csr_manager.email]


def test_dead_link_says_nothing_about_the_document(link, acme):
    over(link)
    agreement = link.agreement
    words = [agreement.number, str(agreement.document), acme.name, link.name]
    assert [word for word in words if word in page_of(link) + ask(link).content.decode()] == []


def test_working_link_and_ended_agreement_ask_nobody(link, buyer):
    assert ask(link).status_code == 302
    workflow.recall(link.agreement, by=buyer, reason="Wrong text")
    assert ASK not in page_of(link)
    assert ask(link).status_code == 302
    assert told() == []


def test_forged_link_tells_nobody(link):
    assert Client().post("/open/sign/forged:token/new-link/").status_code == 302
    assert told() == []


def test_asking_too_often_from_one_address_is_refused(link):
    cache.set("sign-new-link:127.0.0.1", TRIES_PER_HOUR - 1)
    over(link)
    assert [ask(link).status_code for _ in range(2)] == [200, 410]


def test_answer_speaks_the_language_of_the_link(link):
    over(link)
    link.agreement.language = "ja"
    link.agreement.save(update_fields=["language"])
    assert '<html lang="ja"' in ask(link).content.decode()
