"""What can happen to suppliers and what is theirs, in which order. Statuses change nowhere else.

One module per object; other apps import from here.
"""

from suppliers.workflow.supplier import (
    STEPS,
    admit,
    cooperating_blockers,
    decline,
    end,
    end_strategic,
    facts_changed,
    facts_of_all_changed,
    lock,
    lock_all,
    make_strategic,
    resume,
    strategic_blockers,
    suspend,
)

__all__ = [
    "STEPS",
    "admit",
    "cooperating_blockers",
    "decline",
    "end",
    "end_strategic",
    "facts_changed",
    "facts_of_all_changed",
    "lock",
    "lock_all",
    "make_strategic",
    "resume",
    "strategic_blockers",
    "suspend",
]
