"""Every night: who holds an auditor certificate that ends soon is reminded, and the coordinators with them."""

import datetime as dt

from django.urls import reverse

from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.roles import Role
from csr_portal.core.timezones import today
from training.models import AuditorQualification
from training.states import Standing

REMIND_DAYS = (90, 60, 30, 14, 0)


def remind_expiring_qualifications(day: dt.date | None = None) -> int:
    """Tell each step of REMIND_DAYS once; a night that was missed is made up for. Return how many were told of."""
    day = day or today()
    rows = AuditorQualification.objects.current().filter(
        standing=Standing.GOOD, expires_on__gte=day, expires_on__lte=day + dt.timedelta(days=max(REMIND_DAYS))
    )
    coordinators = list(
        User.objects.filter(is_active=True, groups__name=Role.TRAINING_COORDINATOR).distinct().order_by("pk")
    )
    number = 0
    for row in rows.select_related("user").order_by("pk"):
        left = (row.expires_on - day).days
        step = min(limit for limit in REMIND_DAYS if left <= limit)
        people = {person.pk: person for person in [row.user, *coordinators]}
        tell(
            people.values(),
            "training/expiring",
            about=row,
            event=f"{row.expires_on}:{step}",
            url=reverse("staff:qualification", args=[row.user_id]),
        )
        number += 1
    return number
