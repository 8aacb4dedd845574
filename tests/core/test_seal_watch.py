"""Administrators hear in time that the certificate of the seal runs out."""

import datetime as dt

import pytest

from csr_portal.core import seal_keys, seal_watch
from csr_portal.core.models import Notice
from tests.factories.core import OrganisationFactory

END = dt.datetime(2027, 6, 30, 12, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def certificate(monkeypatch):
    monkeypatch.setattr(seal_keys, "expires_at", lambda: END)
    OrganisationFactory()


@pytest.mark.parametrize(
    ("left", "step"), [(61, -1), (60, 60), (45, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 7), (-3, 0)]
)
def test_days_left_decide_what_is_told(left, step, administrator):
    assert seal_watch.announce_expiry(END - dt.timedelta(days=left)) == step
    assert Notice.objects.count() == (0 if step < 0 else 1)


def test_each_step_is_told_once_to_administrators_only(administrator, buyer):
    for left in range(70, -2, -1):
        seal_watch.announce_expiry(END - dt.timedelta(days=left))
        seal_watch.announce_expiry(END - dt.timedelta(days=left))
    told = Notice.objects.order_by("pk").values_list("email", "subject")
    before = (administrator.email, "The certificate of the seal expires on 2027-06-30")
    assert list(told) == [before, before, before, (administrator.email, "The certificate of the seal has expired")]
