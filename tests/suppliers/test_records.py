import subprocess

import pytest
from django.core.management import CommandError, call_command

from suppliers.models import DecisionReport, Supplier
from suppliers.tasks import build_decision_report
from tests.factories.suppliers import DecisionFactory

TITLES = {"en": "Record of a CSR review", "zh-hans": "CSR", "ja": "CSR"}


@pytest.mark.parametrize("language", TITLES)
def test_record_names_the_supplier_the_decision_and_the_hash(language, acme, fonts, tmp_path):
    decision = DecisionFactory(review__supplier=acme, reason="理由は十分です。")
    report = DecisionReport.objects.create(decision=decision, language=language, fingerprint=language)
    build_decision_report(report.pk)
    report.refresh_from_db()
    assert report.status == "ready"
    path = tmp_path / "record.pdf"
    path.write_bytes(report.file.read())
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    whole = "".join(text.split())
    parts = (acme.name, decision.snapshot_hash, "理由は十分です。", decision.review.number)
    assert [part for part in parts if part not in whole] == []


def test_recount_names_what_differs_and_corrects_it(acme, capsys):
    Supplier.objects.filter(pk=acme.pk).update(gate_met=9)
    with pytest.raises(CommandError):
        call_command("recount")
    assert "gate_met: 9 → 0" in capsys.readouterr().out
    call_command("recount", "--fix")
    call_command("recount")
    assert "Everything agrees." in capsys.readouterr().out
