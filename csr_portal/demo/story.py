"""The clock of the demo company: what happens is planned for a moment and done at that moment, in order of time."""

import datetime as dt
import heapq
import itertools
import random
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

from csr_portal.core.history import sealed_at_the_end
from csr_portal.core.workflow import WorkflowError
from suppliers.standing import refreshed_at_the_end

OFFICE = ZoneInfo("Asia/Shanghai")


class Story:
    """Everything that will happen. `dice` is seeded: the same day gives the same company."""

    def __init__(self, now: dt.datetime, seed: int) -> None:
        self.now = now
        self.dice = random.Random(seed)  # noqa: S311  (invents a company, guards nothing)
        self._events: list[tuple[dt.datetime, int, Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = []
        self._order = itertools.count()

    def at(self, moment: dt.datetime, action: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Plan `action(*args)`; what lies in the future does not happen."""
        if moment <= self.now:
            heapq.heappush(self._events, (moment, next(self._order), action, args, kwargs))

    def working_moment(self, day: dt.date) -> dt.datetime:
        """Some minute of the office hours of that day, or of the next working day."""
        while day.weekday() > 4:
            day += dt.timedelta(days=1)
        minutes = self.dice.randrange(8 * 60 + 30, 17 * 60 + 30)
        return dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60), tzinfo=OFFICE)

    def after(self, moment: dt.datetime, fewest: int, most: int) -> dt.datetime:
        """A working moment so many days later."""
        return self.working_moment(moment.date() + dt.timedelta(days=self.dice.randint(fewest, most)))

    def days_ago(self, days: int) -> dt.datetime:
        return self.working_moment(self.now.date() - dt.timedelta(days=days))

    def run(self, report: Callable[[str], None]) -> int:
        """Let everything happen; return how many things did."""
        done = 0
        while self._events:
            year, month = self._events[0][0].year, self._events[0][0].month
            if month % 3 == 1 or not done:
                report(f"  {year}-{month:02} …")
            with refreshed_at_the_end(), sealed_at_the_end():
                done += self._run_month(year, month)
        return done

    def _run_month(self, year: int, month: int) -> int:
        done = 0
        while self._events and (self._events[0][0].year, self._events[0][0].month) == (year, month):
            moment, _order, action, args, kwargs = heapq.heappop(self._events)
            with time_machine.travel(moment, tick=False):
                self._do(action, args, kwargs)
            done += 1
        return done

    def _do(self, action: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A refused step says all that was missing: the story must keep the rules."""
        try:
            action(*args, **kwargs)
        except WorkflowError as error:
            missing = "; ".join(str(blocker.text) for blocker in error.blockers)
            raise RuntimeError(f"{action.__name__} on {dt.date.today()}: {error.message} {missing}") from error
