import pytest
from django.core.exceptions import PermissionDenied

from csr_portal.core.models import HistoryEntry
from csr_portal.core.workflow import SYSTEM, Blocker, Outsider, Step, WorkflowError, available, move
from suppliers.models import Supplier

pytestmark = pytest.mark.django_db


def only_buyers(user, obj):
    return isinstance(user, Outsider) or "buyer" in user.roles


def never(obj):
    return [Blocker("first", "First thing", "supplier"), Blocker("second", "Second thing", "buyer")]


STEPS = {
    "suspend": Step(("cooperating",), "suspended", only_buyers, "buyer"),
    "resume": Step(("suspended",), "cooperating", only_buyers),
    "guarded": Step(("cooperating",), "strategic", only_buyers, "", never),
}


def test_move_changes_status_turn_and_writes_history(acme, buyer):
    move(acme, STEPS, "suspend", by=buyer, reason="Fire on site", due_on=None)
    stored = Supplier.objects.get(pk=acme.pk)
    assert (stored.status, stored.turn) == ("suspended", "buyer")
    entry = HistoryEntry.objects.about(acme).get()
    assert (entry.action, entry.from_status, entry.to_status) == ("suspend", "cooperating", "suspended")
    assert (entry.by, entry.by_name, entry.reason, entry.thread) == (
        buyer,
        "Anna Keller",
        "Fire on site",
        f"supplier:{acme.pk}",
    )


def test_move_is_refused_for_the_wrong_person_and_changes_nothing(acme, auditor):
    with pytest.raises(PermissionDenied):
        move(acme, STEPS, "suspend", by=auditor)
    assert Supplier.objects.get(pk=acme.pk).status == "cooperating"
    assert HistoryEntry.objects.count() == 0


def test_move_reads_the_stored_status_and_not_the_one_in_memory(acme, buyer):
    stale = Supplier.objects.get(pk=acme.pk)
    move(acme, STEPS, "suspend", by=buyer)
    with pytest.raises(WorkflowError) as refusal:
        move(stale, STEPS, "suspend", by=buyer)
    assert refusal.value.blockers == []
    assert "Suspended" in refusal.value.message


def test_move_names_every_missing_point(acme, buyer):
    with pytest.raises(WorkflowError) as refusal:
        move(acme, STEPS, "guarded", by=buyer)
    assert [blocker.code for blocker in refusal.value.blockers] == ["first", "second"]


def test_system_and_outsiders_leave_their_name_only(acme):
    move(acme, STEPS, "suspend", by=SYSTEM)
    move(acme, STEPS, "resume", by=Outsider("陈国强"))
    assert list(HistoryEntry.objects.order_by("pk").values_list("by", "by_name")) == [(None, ""), (None, "陈国强")]


def test_available_lists_steps_from_here_with_open_reasons(acme, buyer, auditor):
    offers = {offer.name: len(offer.blockers) for offer in available(STEPS, acme, buyer)}
    assert offers == {"suspend": 0, "guarded": 2}
    assert available(STEPS, acme, auditor) == []
