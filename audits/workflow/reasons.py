"""Nobody is refused, postponed or closed without a reason."""

from django.utils.translation import gettext as _

from csr_portal.core.workflow import WorkflowError


def require_reason(text: str) -> None:
    if not text.strip():
        raise WorkflowError(_("Give a reason."))
