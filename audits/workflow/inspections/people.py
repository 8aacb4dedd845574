"""Who is told about a self-inspection."""

from django.urls import reverse

from audits.models import SelfInspection
from csr_portal.core.models import User
from csr_portal.core.notices import tell
from csr_portal.core.roles import Role
from suppliers.models import Contact


def tell_supplier(inspection: SelfInspection, kind: str, *, event: str, reason: str = "") -> None:
    contacts = Contact.objects.current().filter(supplier_id=inspection.supplier_id).select_related("user")
    tell(
        [contact.user for contact in contacts],
        kind,
        about=inspection,
        event=event,
        url=reverse("portal:inspection-detail", args=[inspection.pk]),
        context={"inspection": inspection, "reason": reason},
    )


def tell_staff(inspection: SelfInspection, kind: str) -> None:
    managers = User.objects.filter(groups__name=Role.CSR_MANAGER, is_active=True)
    tell(
        managers,
        kind,
        about=inspection,
        event=inspection.status_since.isoformat(),
        url=reverse("staff:inspection-detail", args=[inspection.pk]),
        context={"inspection": inspection},
    )
