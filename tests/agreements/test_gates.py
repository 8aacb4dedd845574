import datetime as dt

import pytest

from agreements.gates import agreement_in_force, standing
from agreements.sweeps import nightly
from tests.factories.agreements import AgreementFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("until", "state"),
    [
        (dt.date(2027, 1, 20), "met"),
        (dt.date(2027, 1, 19), "expiring"),
        (DAY, "expiring"),
        (dt.date(2026, 11, 19), "missing"),
    ],
)
def test_condition_follows_the_last_valid_day(acme, until, state):
    AgreementFactory(supplier=acme, status="in_force", turn="", valid_from=dt.date(2024, 1, 1), valid_until=until)
    assert agreement_in_force(acme, "cooperating", {}, DAY).state == state


def test_condition_stays_met_while_a_newer_version_waits(acme):
    held = AgreementFactory(supplier=acme, status="in_force", turn="", valid_from=DAY, valid_until=dt.date(2029, 1, 1))
    AgreementFactory(supplier=acme, document=held.document, version=held.version)
    condition = agreement_in_force(acme, "cooperating", {}, DAY)
    assert (condition.state, condition.turn) == ("met", "supplier")


def test_condition_is_missing_without_agreement(acme):
    assert agreement_in_force(acme, "cooperating", {}, DAY).turn == "buyer"
    assert standing([acme], DAY)[acme.pk]["agreement_status"] == ""


def test_nightly_expires_what_is_over_once(acme):
    AgreementFactory(
        supplier=acme, status="in_force", turn="", valid_from=dt.date(2023, 1, 1), valid_until=dt.date(2026, 11, 19)
    )
    assert [nightly(DAY), nightly(DAY)] == [1, 0]
    acme.refresh_from_db()
    assert acme.agreement_status == "expired"
