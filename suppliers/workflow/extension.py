"""Another date for what a supplier has to do: the limits that hold for every kind of task, and the notice."""

import datetime as dt

from django.utils.translation import gettext as _

from csr_portal.core.dates import day_text
from csr_portal.core.models import Tracked
from csr_portal.core.notices import tell
from csr_portal.core.workflow import Blocker
from suppliers.models import Supplier
from suppliers.recipients import people_of

LONGEST_DAYS = 90


def date_blockers(
    present: dt.date | None, new: dt.date, reason: str, day: dt.date, latest: dt.date | None = None
) -> list[Blocker]:
    """A reason, a later date, and one that is not too far away; `latest` is a stricter limit of this kind of task."""
    last = min(day + dt.timedelta(days=LONGEST_DAYS), latest or dt.date.max)
    tests = {
        _("Give a reason: it stays in the history."): not reason.strip(),
        _("Give a day after today."): new <= day,
        _("It is due on %(date)s; give a later day.") % {"date": day_text(present)}: bool(present and new <= present),
        _("The latest possible day is %(date)s.") % {"date": day_text(last)}: new > last,
    }
    return [Blocker("date", text) for text, holds in tests.items() if holds]


def tell_extended(supplier: Supplier, about: Tracked, *, url: str, before: dt.date | None, reason: str) -> None:
    """The supplier's people, each in their language: the new date, the former one, and why."""
    what = type(about)._meta.verbose_name
    context = {"about": about, "what": what, "supplier": supplier, "before": before, "reason": reason}
    event = f"{about.due_on}"
    tell(people_of(supplier), "suppliers/extended", about=about, event=event, url=url, context=context)
