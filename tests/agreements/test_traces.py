"""From where a link was withdrawn stands in the evidence, whichever way the person took."""

import pytest
from django.urls import reverse

from agreements import workflow
from agreements.models import SignatureEvent, Version
from agreements.states import VersionStatus
from tests.factories.agreements import VersionFactory

pytestmark = pytest.mark.django_db
FROM = {"REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": "Purchasing/2.1"}


@pytest.fixture
def link(acme, alice, buyer):
    agreement = workflow.issue(VersionFactory(document__code="csr-agreement"), acme, by=buyer)
    return workflow.share(agreement, by=alice, name="陈国强", title="法定代表人")


@pytest.fixture
def newer(link):
    Version.objects.filter(document=link.agreement.document).update(status=VersionStatus.RETIRED)
    return VersionFactory(document=link.agreement.document)


def by_api(client, agreement, version):
    data = {"supplier": agreement.supplier.number, "document": "csr-agreement"}
    return client.post("/api/v1/agreements/issue/", data, content_type="application/json", **FROM)


def on_the_page(client, agreement, version):
    data = {"version": version.pk, "whom": "list", "suppliers": agreement.supplier.number, "confirm": "1"}
    return client.post(reverse("staff:agreement-issue"), data, **FROM)


def recalled(client, agreement, version):
    return client.post(reverse("staff:agreement-recall", args=[agreement.pk]), {"reason": "Wrong text"}, **FROM)


@pytest.mark.parametrize("way", [by_api, on_the_page, recalled])
def test_withdrawn_link_names_person_and_place_on_every_way(way, link, newer, buyer, login):
    way(login(buyer), link.agreement, newer)
    event = SignatureEvent.objects.get(kind="link_revoked")
    assert (event.actor_name, event.ip, event.user_agent) == (buyer.name, "203.0.113.7", "Purchasing/2.1")


def test_link_replaced_by_the_contact_person_names_their_place(link, alice, login):
    address = reverse("portal:agreement-share", args=[link.agreement_id])
    login(alice).post(address, {"name": "李敏", "title": "总经理", "language": "zh-hans"}, **FROM)
    events = SignatureEvent.objects.filter(ip="203.0.113.7").values_list("kind", "actor_name")
    assert list(events) == [("link_revoked", alice.name), ("link_sent", str(alice))]
