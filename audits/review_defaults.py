"""What the product ships as editable data for findings: the rules of their deadlines."""

from audits.deadlines import shipped_rules
from audits.models import DeadlineRule


def load_deadline_rules() -> int:
    """Put the shipped rules in as version 1, once; whoever has changed them keeps the change. Returns how many."""
    if DeadlineRule.objects.exists():
        return 0
    rows = [DeadlineRule(version=1, is_current=True, **rule.__dict__) for rule in shipped_rules()]
    return len(DeadlineRule.objects.bulk_create(rows))
