import io

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from python_calamine import CalamineWorkbook

from csr_portal.core.workflow import WorkflowError
from suppliers.imports import following, workflow
from suppliers.imports.steps import STEPS
from suppliers.models import Invitation, Supplier, SupplierImport
from tests.factories.imports import GOOD, HEAD, checked, csv_file, uploaded, xlsx_file

WRONG_DIGIT = ["B", "CN", "91350100M000100Y44", "b@b.example"]
# step → (from, to, by people), by hand
BY_HAND = {
    "import.check": (["uploaded", "planned"], "checking", True),
    "import.plan": (["checking"], "planned", False),
    "import.unreadable": (["checking"], "uploaded", False),
    "import.apply": (["planned"], "applying", True),
    "import.applied": (["applying"], "applied", False),
    "import.outdated": (["applying"], "planned", False),
    "import.undo": (["applied"], "undoing", True),
    "import.undone": (["undoing"], "undone", False),
    "import.touched": (["undoing"], "applied", False),
    "import.discard": (["uploaded", "planned"], "discarded", True),
}


def address(name, *arguments):
    return reverse(f"staff:supplier-import-{name}", args=arguments)


def test_steps_are_those_written_by_hand(buyer, auditor):
    found = {name: (list(s.sources), s.target, s.who(buyer, None)) for name, s in STEPS.items()}
    assert found == BY_HAND
    assert [name for name, step in STEPS.items() if step.who(auditor, None)] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_plan_needs_the_same_few_queries(house, buyer, login, django_assert_num_queries, rows):
    lines = [[f"C{n}", "US", f"R-{n}", f"a{n}@b.example"] for n in range(rows)]
    imported = checked(buyer, [HEAD, *lines])
    client = login(buyer)
    client.get(address("detail", imported.pk))
    with django_assert_num_queries(8):
        client.get(address("detail", imported.pk))


def test_a_file_that_is_no_table_is_refused_on_the_page(buyer, login):
    response = login(buyer).post(address("list"), {"file": csv_file([["a"]], name="a.exe")})
    assert response.status_code == 422
    assert response.context["form"].errors == {"file": ["a.exe is not accepted. Accepted are: CSV, XLSX."]}
    assert not SupplierImport.objects.exists()


def test_columns_without_identity_or_chosen_twice_are_refused(house, buyer, login):
    imported = uploaded(buyer, [HEAD, GOOD])
    data = {"owner": buyer.pk, "column_0": "name", "column_1": "name", "column_2": "", "column_3": ""}
    response = login(buyer).post(address("columns", imported.pk), data)
    assert response.status_code == 422
    assert len(response.context["form"].non_field_errors()) == 2
    imported.refresh_from_db()
    assert imported.status == "uploaded"
    with pytest.raises(WorkflowError) as error:
        workflow.check(imported, by=buyer, columns=["name", "", "", ""])
    assert [blocker.code for blocker in error.value.blockers] == ["columns"]


def test_a_wrong_encoding_is_said_and_can_be_chosen_anew(house, buyer):
    imported = uploaded(buyer, [HEAD, GOOD], encoding="gb18030")
    assert imported.encoding == "gb18030"
    assert workflow.sample(imported) == [GOOD]


def test_a_plan_that_has_changed_meanwhile_is_not_carried_out(house, buyer):
    imported = checked(buyer, [HEAD, GOOD, WRONG_DIGIT])
    plan = workflow.plan_key(imported)
    assert workflow.accept(imported, [3], by=buyer, reason="Seen") == 1
    imported.refresh_from_db()
    with pytest.raises(WorkflowError):
        workflow.apply(imported, by=buyer, plan=plan)
    workflow.apply(imported, by=buyer, plan=workflow.plan_key(imported))
    with pytest.raises(WorkflowError):
        workflow.accept(imported, [3], by=buyer, reason="Seen")


def test_doubts_and_undo_need_a_reason_and_a_person_who_may(house, buyer, auditor):
    imported = checked(buyer, [HEAD, WRONG_DIGIT])
    with pytest.raises(WorkflowError):
        workflow.accept(imported, [2], by=buyer, reason=" ")
    with pytest.raises(WorkflowError):
        workflow.accept(imported, [2], by=auditor, reason="Seen")
    with pytest.raises(WorkflowError):
        workflow.undo(imported, by=buyer, reason="")
    with pytest.raises(PermissionDenied):
        workflow.discard(imported, by=auditor)
    with pytest.raises(WorkflowError):
        workflow.invite_all(imported, by=buyer)
    assert imported.rows.get().accepted == ""


def test_all_doubtful_lines_are_accepted_with_one_press(house, buyer, login):
    imported = checked(buyer, [HEAD, WRONG_DIGIT])
    login(buyer).post(address("accept", imported.pk), {"all": "1", "reason": "Seen"})
    imported.refresh_from_db()
    assert (imported.counts, imported.rows.to_do().count()) == ({"question": 1, "accepted": 1}, 1)


def test_nothing_to_import_cannot_be_confirmed_but_discarded(house, buyer, login):
    imported = checked(buyer, [HEAD, WRONG_DIGIT])
    with pytest.raises(WorkflowError):
        workflow.apply(imported, by=buyer, plan=workflow.plan_key(imported))
    login(buyer).post(address("discard", imported.pk))
    imported.refresh_from_db()
    assert imported.status == "discarded"


def test_progress_asks_again_until_the_worker_is_done(house, buyer, login):
    imported = uploaded(buyer, [HEAD, GOOD])
    workflow.check(imported, by=buyer)
    client = login(buyer)
    response = client.get(address("progress", imported.pk))
    assert "HX-Refresh" not in response
    assert 'hx-trigger="every 1s"' in response.content.decode()
    assert client.get(address("columns", imported.pk)).url == address("detail", imported.pk)
    SupplierImport.objects.filter(pk=imported.pk).update(status="planned")
    assert client.get(address("progress", imported.pk))["HX-Refresh"] == "true"


@pytest.mark.parametrize("language", ["en", "zh-hans", "ja"])
def test_the_template_is_recognised_and_its_example_left_out(house, buyer, login, at_work, language):
    buyer.language = language
    buyer.save()
    client = login(buyer)
    data = client.get(address("template")).content
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert len(sheets.sheet_names) == 2
    file = io.BytesIO(data)
    file.name = "template.xlsx"
    client.post(address("list"), {"file": file})
    imported = SupplierImport.objects.get()
    assert "" not in imported.columns
    assert client.get(address("detail", imported.pk)).url == address("columns", imported.pk)
    with at_work():
        workflow.check(imported, by=buyer)
    imported.refresh_from_db()
    assert imported.counts == {"error": 1, "accepted": 0}
    assert [code for _n, code, _p in imported.rows.get().problems][0] == "example"


def test_everybody_new_is_invited_with_one_press_and_only_once(house, buyer, login, at_work):
    other = ["C", "US", "R-1", ""]
    imported = checked(buyer, [HEAD, GOOD, other], file=xlsx_file, contact_is_optional=True)
    with at_work():
        workflow.apply(imported, by=buyer, plan=workflow.plan_key(imported))
    client = login(buyer)
    assert client.get(address("detail", imported.pk)).context["to_invite"] == 1
    with at_work():
        client.post(address("invite", imported.pk))
    following.invite_everybody(imported.pk, buyer.pk)
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.language, invitation.invited_by) == ("li@new.example", "zh-hans", buyer)
    assert sorted(Supplier.objects.values_list("name", "status")) == [("C", "listed"), (GOOD[0], "invited")]


def test_the_file_comes_back_as_it_was_uploaded(house, buyer, login):
    imported = uploaded(buyer, [HEAD, GOOD])
    response = login(buyer).get(address("file", imported.pk))
    assert b"".join(response.streaming_content) == csv_file([HEAD, GOOD]).read()
    assert login(buyer).get(address("list"), {"export": "csv"}).status_code == 200
