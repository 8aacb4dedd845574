"""The history of a supplier on its page: filtered, exported as sentences, verified."""

import csv
import datetime as dt
import io

import pytest
from django.utils import timezone

from csr_portal.core import history
from csr_portal.core.models import ChainHead, HistoryEntry
from csr_portal.core.workflow import SYSTEM
from suppliers.workflow import supplier
from tests.factories.suppliers import SiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(acme, buyer, alice):
    site = SiteFactory(supplier=acme)
    history.record(acme, "supplier.suspend", by=buyer, reason="=cmd()")
    history.record(site, "site.add", by=alice, data={"site": "Humen"})
    history.record(acme, "supplier.lapse", by=SYSTEM)
    history.seal()
    return f"/staff/suppliers/{acme.pk}/history/"


def actions(page):
    return [entry.action for entry in page.context["page"].rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["supplier.lapse", "site.add", "supplier.suspend"]),
        ("kind=suppliers.site", ["site.add"]),
        ("kind=nonsense", ["supplier.lapse", "site.add", "supplier.suspend"]),
        ("person=Anna Keller", ["supplier.suspend"]),
        ("person=system", ["supplier.lapse"]),
        ("q=cmd", ["supplier.suspend"]),
        ("since=nonsense&until=2020-99-99", ["supplier.lapse", "site.add", "supplier.suspend"]),
    ],
)
def test_history_is_filtered(url, buyer, login, query, found):
    assert actions(login(buyer).get(f"{url}?{query}")) == found


def test_history_is_filtered_by_days(url, acme, buyer, login):
    day = timezone.localdate()
    client = login(buyer)
    assert len(actions(client.get(f"{url}?since={day}&until={day}"))) == 3
    assert actions(client.get(f"{url}?since={day + dt.timedelta(days=1)}")) == []
    assert actions(client.get(f"{url}?until={day - dt.timedelta(days=1)}")) == []


def test_export_holds_sentences_and_no_formula(url, buyer, login):
    text = b"".join(login(buyer).get(f"{url}?export=csv").streaming_content).decode()
    assert "Site added: Humen" in text
    assert "'=cmd()" in text
    assert login(buyer).get(f"{url}?export=xlsx").getvalue()[:2] == b"PK"


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("en", ["Supplier", "Cooperating", "Suspended"]),
        ("zh-hans", ["供应商", "合作", "暂停"]),
        ("ja", ["サプライヤー", "取引", "停止中"]),
    ],
)
def test_export_names_statuses_in_words_and_keeps_the_codes_in_the_last_column(acme, buyer, login, language, wanted):
    supplier.suspend(acme, by=buyer, reason="Fire doors were locked.")
    history.record(acme, "supplier.old", by=SYSTEM, from_status="unheard_of")
    history.record(acme, "note", by=SYSTEM)
    buyer.language = language
    buyer.save()
    response = login(buyer).get(f"/staff/suppliers/{acme.pk}/history/?export=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = [row[3:6] + row[9:] for row in csv.reader(io.StringIO(text))][1:4]
    assert rows == [
        [wanted[0], "", "", "note::"],
        [wanted[0], "unheard_of", "", "supplier.old:unheard_of:"],
        [*wanted, "supplier.suspend:cooperating:suspended"],
    ]


def test_thread_is_verified_on_the_page(url, buyer, login):
    page = login(buyer).get(f"{url}?verify=1")
    assert page.context["verdict"] == history.Verdict(3)
    assert "Verified: 3 entries are unchanged" in page.content.decode()
    assert login(buyer).get(url).context["verdict"] is None


def test_every_kind_of_tampering_is_found(acme, url, monkeypatch):
    threads = [acme.history_thread]
    assert history.verify_threads(threads).is_intact
    real = history.entry_hash
    monkeypatch.setattr(
        history, "entry_hash", lambda entry, *rest: "x" if entry.action == "site.add" else real(entry, *rest)
    )
    verdict = history.verify_threads(threads)
    assert (verdict.first_bad, verdict.problem) == (
        HistoryEntry.objects.get(action="site.add").sequence,
        "entry was changed",
    )


def test_missing_newest_entry_is_found(acme, url):
    ChainHead.objects.update(count=99)
    assert history.verify_threads([acme.history_thread]).problem == "newest entries are missing"
