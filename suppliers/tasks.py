"""Work that follows a step: the PDF record of a decision, the trial of a draft."""

from django.utils import translation
from django.utils.translation import gettext as _

from csr_portal.core import reports
from csr_portal.core.jobs import job
from csr_portal.core.pdf import render_pdf
from suppliers import snapshots, trials
from suppliers.models import DecisionReport, Trial
from suppliers.reports import decision_file_name


@job("suppliers.build_decision_report", time_limit=120)
def build_decision_report(report_id: int) -> None:
    """Write the record in the report's language from the frozen snapshot."""
    reports.build(DecisionReport, report_id, draw_decision)


@job("suppliers.run_trial", time_limit=1800)
def run_trial(trial_id: int) -> None:
    trial = Trial.objects.filter(pk=trial_id).first()
    if trial and not trial.is_ready:
        trials.run(trial)


def draw_decision(report: DecisionReport) -> tuple[bytes, str]:
    decision = report.decision
    context = {
        "decision": decision,
        "review": decision.review,
        "snapshot": decision.snapshot,
        "lines": snapshots.lines(decision.snapshot, report.language),
        "scope": snapshots.scope_of(decision.snapshot, report.language),
        "is_unchanged": snapshots.is_unchanged(decision),
    }
    with translation.override(report.language):
        title = _("Record of a CSR review")
    data = render_pdf(
        "reports/suppliers/decision.html",
        context,
        language=report.language,
        title=title,
        number=decision.review.number,
    )
    return data, decision_file_name(report)
