"""On which days somebody is reminded: of a last valid day (R-REM-1), of a task (B31). Pure.

A stage is a number of days relative to the date: −7 is a week before, 0 the day itself, 3 three days late.
"""

import datetime as dt
from collections.abc import Iterable

BEFORE = (-180, -90, -60, -30, -7, 0)
BEFORE_OTHERS = BEFORE[1:]
WEEKLY = (7, 14, 21, 28, 35, 42, 49, 56)
CERTIFICATE = (*BEFORE, *WEEKLY)
ENDING = (*BEFORE_OTHERS, *WEEKLY)
# Who else is told of a last valid day that is over: the CSR managers the day after, the buyer two weeks later.
ENDING_CSR = (1,)
ENDING_BUYER = (14,)

TASK = (-14, -7, -1, 0, 3, 7)
# After the last reminder of a task it is the business of whoever is in charge: the buyer, then the CSR managers.
TASK_OWNER = (8,)
TASK_CSR = (14,)

# Whoever is told: what one morning can remind anybody of.
ANY_TASK = frozenset((*TASK, *TASK_OWNER, *TASK_CSR))
ANY_ENDING = frozenset((*CERTIFICATE, *ENDING, *ENDING_CSR, *ENDING_BUYER))

# A night (or a week-end of the server) that was missed is made up for within these days.
CATCH_UP = 3


def stage_days(stages: Iterable[int], date: dt.date) -> list[dt.date]:
    return [date + dt.timedelta(days=stage) for stage in stages]


def reached(stages: Iterable[int], date: dt.date, day: dt.date, *, since: dt.date | None = None) -> int | None:
    """The newest stage whose day is this day or one of the few before; nothing if none is.

    A stage from before `since` does not count: whoever got the task after it has just been told anyway.
    """
    fitting = [
        stage
        for stage in stages
        if 0 <= (day - (due := date + dt.timedelta(days=stage))).days < CATCH_UP and (since is None or since <= due)
    ]
    return max(fitting, default=None)


def dates_reaching(stages: Iterable[int], day: dt.date) -> set[dt.date]:
    """`reached` the other way round: the dates of which a stage can be reached on that day."""
    return {day - dt.timedelta(days=stage + late) for stage in stages for late in range(CATCH_UP)}
