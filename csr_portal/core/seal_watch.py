"""Tells the administrators in time that the certificate of the seal runs out."""

import datetime as dt

from django.utils import timezone

from csr_portal.core import seal_keys
from csr_portal.core.models import Organisation, User
from csr_portal.core.notices import tell
from csr_portal.core.roles import Role

DAYS = (60, 30, 7)  # each is told once, whatever day the schedule was down


def announce_expiry(now: dt.datetime | None = None) -> int:
    """Tell the administrators 60, 30 and 7 days before and when it is over; return the days told of, or -1."""
    end = seal_keys.expires_at()
    left = (end - (now or timezone.now())).days
    step = min((days for days in DAYS if left <= days), default=-1) if left >= 0 else 0
    if step < 0:
        return -1
    administrators = User.objects.filter(groups__name=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    context = {"end": end, "is_over": left < 0}
    event = f"{end:%Y%m%d%H%M}:{step}"
    tell(administrators, "core/seal_expiring", about=Organisation.current(), event=event, context=context)
    return step
