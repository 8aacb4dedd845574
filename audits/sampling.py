"""How long a site review takes, how many people are heard, when the next one is due. Pure functions (rules.md 5, 6)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, isqrt

from csr_portal.core.timezones import add_months

HALF = Decimal("0.5")
GROUP_SHARE = Decimal("0.3")
MOVING_SHARE = Decimal("0.1")

# R-DAY-1: highest number of workers (without managers), days, individual interviews, interviewed, files.
SMETA = (
    (100, Decimal(1), 6, 10, 10),
    (500, Decimal(2), 6, 26, 26),
    (1000, Decimal(3), 12, 42, 42),
    (2000, Decimal(4), 20, 52, 52),
    (None, Decimal(4), 22, 62, 62),
)
# R-DAY-2: highest number of workers, days with half a day for the report, fewest and most interviews.
BSCI = (
    (50, Decimal("1.5"), 5, 10),
    (250, Decimal("3"), 10, 15),
    (550, Decimal("3.5"), 15, 20),
    (800, Decimal("4"), 20, 25),
    (1200, Decimal("4.5"), 25, 30),
    (None, Decimal("5"), 30, 30),
)
# R-REAUDIT-1: months to the next review by letter and risk band.
NEXT_REVIEW_MONTHS = {
    "A": {"low": 36, "medium": 24, "high": 18},
    "B": {"low": 24, "medium": 18, "high": 12},
    "C": {"low": 18, "medium": 12, "high": 9},
    "D": {"low": 12, "medium": 6, "high": 6},
    "E": {"low": 6, "medium": 3, "high": 3},
}
ZERO_TOLERANCE_DAYS = 30
ZERO_TOLERANCE_MONTHS = 3


@dataclass(frozen=True)
class Effort:
    """What a review needs: auditor days, people interviewed, of them at least in groups, files looked at."""

    days: Decimal
    interviews: int
    in_groups: int
    files: int


def own_effort(workers: int, *, has_dormitory: bool = False, moving: int = 0, uses_chemicals: bool = False) -> Effort:
    """Our own site review (R-DAY-4). `moving`: dispatched and migrant workers together."""
    days = smeta_days(workers)
    days += HALF * sum([has_dormitory, bool(workers) and moving > MOVING_SHARE * workers, uses_chemicals])
    interviews = own_sample(workers)
    return Effort(days, interviews, ceil(GROUP_SHARE * interviews), interviews)


def own_sample(workers: int) -> int:
    """At least ten, the square root rounded up above that, never more than there are (R-SAMPLE-1)."""
    return min(workers, max(10, _root_up(workers)))


def rba_sample(workers: int) -> int:
    """All below twenty, otherwise the whole part of the square root (R-SAMPLE-1)."""
    return workers if workers < 20 else isqrt(workers)


def smeta_days(workers: int, *, four_pillar: bool = False) -> Decimal:
    return _row(SMETA, workers)[1] + (HALF if four_pillar else 0)


def smeta_interviews(workers: int) -> int:
    """People interviewed, alone and in groups (R-DAY-1); everybody where there are fewer."""
    return min(workers, _row(SMETA, workers)[3])


def smeta_files(workers: int) -> int:
    return min(workers, _row(SMETA, workers)[4])


def bsci_days(workers: int) -> Decimal:
    return _row(BSCI, workers)[1]


def bsci_interviews(workers: int) -> tuple[int, int]:
    """Fewest and most; everybody where there are at most five (R-DAY-2)."""
    fewest, most = _row(BSCI, workers)[2:]
    return (workers, workers) if workers <= 5 else (fewest, most)


def women_to_interview(interviews: int, *, women: int, men: int) -> int:
    """In proportion to the workforce, half up (R-DAY-4)."""
    return (2 * interviews * women + women + men) // (2 * (women + men)) if women + men else 0


def next_review_on(
    last: dt.date, letter: str, band: str, *, zero_tolerance: bool = False, first: bool = True
) -> dt.date:
    """When the site has to be seen again (R-REAUDIT-1). An unknown risk counts as high.

    After zero tolerance: a visit in 30 days, then (`first=False`) every three months until two are clean.
    """
    if zero_tolerance:
        return last + dt.timedelta(days=ZERO_TOLERANCE_DAYS) if first else add_months(last, ZERO_TOLERANCE_MONTHS)
    return add_months(last, NEXT_REVIEW_MONTHS[letter][band or "high"])


def _root_up(number: int) -> int:
    root = isqrt(number)
    return root if root * root == number else root + 1


def _row(table: tuple, workers: int) -> tuple:
    return next(row for row in table if row[0] is None or workers <= row[0])
