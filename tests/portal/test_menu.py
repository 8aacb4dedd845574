"""Where the menu says that the reader is."""

import pytest

from suppliers.workflow import rules
from tests.factories.suppliers import RiskModelFactory

pytestmark = pytest.mark.django_db


def places_shown(page):
    entries = [entry for group in page.context["navigation"]["groups"] for entry in group.entries]
    return [(entry.url, entry.is_here) for entry in entries if entry.is_here]


def test_dry_run_belongs_to_the_rules_that_it_tries(gate_policy, csr_manager, login):
    RiskModelFactory(number=1, is_current=True)
    drafts = [rules.draft_policy(by=csr_manager), rules.draft_model(by=csr_manager)]
    trials = [rules.try_out(draft, by=csr_manager) for draft in drafts]
    client = login(csr_manager)
    shown = [places_shown(client.get(f"/staff/rules/trials/{trial.pk}/")) for trial in trials]
    assert shown == [[("/staff/rules/gate/", "true")], [("/staff/rules/risk/", "true")]]


def test_page_of_an_entry_itself_is_marked_as_the_page(gate_policy, csr_manager, login):
    assert places_shown(login(csr_manager).get("/staff/rules/risk/")) == [("/staff/rules/risk/", "page")]
