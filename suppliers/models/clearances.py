"""What a supplier may deliver from where: a status per category and site, beside the status of the whole supplier."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.models import Tracked
from suppliers.models.suppliers import Category, Site, Supplier
from suppliers.querysets import OwnedBySupplierQuerySet
from suppliers.states import ClearanceStatus

User = settings.AUTH_USER_MODEL


class Clearance(Tracked):
    """One category, one site, or one category from one site. `due_on` is how long a conditional one holds.

    What a CSR review has given has its `decision`; the conditions of that segment keep it, and `grace_until` is how
    long it still holds after one of them was lost.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="clearances")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    grounds = models.TextField(_("reason"), max_length=2000)
    conditions = models.TextField(_("conditions"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    decision = models.ForeignKey(
        "suppliers.Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="clearances"
    )
    grace_until = models.DateField(null=True, blank=True)

    objects = OwnedBySupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("clearance")
        verbose_name_plural = _("clearances")
        # PostgreSQL sorts what is empty last, SQLite first.
        ordering = [
            models.F("category__code").asc(nulls_first=True), models.F("site__name").asc(nulls_first=True), "pk",
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ClearanceStatus.values), name="clearance_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(category__isnull=False) | models.Q(site__isnull=False),
                name="clearance_is_about_something",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="conditional") | models.Q(due_on__isnull=False),
                name="conditional_clearance_has_a_date",
            ),
            models.UniqueConstraint(
                fields=["supplier", "category", "site"], name="one_clearance_per_category_and_site"
            ),
            models.UniqueConstraint(
                fields=["supplier", "category"], condition=models.Q(site=None), name="one_clearance_per_category"
            ),
            models.UniqueConstraint(
                fields=["supplier", "site"], condition=models.Q(category=None), name="one_clearance_per_site"
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(str(part) for part in (self.category, self.site) if part)

    def get_status_display(self) -> str:
        return str(ClearanceStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"
