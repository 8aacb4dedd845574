"""The frame contract that a supplier's CSR agreement ends with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.querysets import FrameContractQuerySet
from suppliers.models import Supplier


class FrameContract(models.Model):
    """How long we buy from a supplier under contract. Without an end it limits nothing (R-VAL-1)."""

    supplier = models.OneToOneField(Supplier, on_delete=models.PROTECT, related_name="frame_contract")
    number = models.CharField(_("number"), max_length=60, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = FrameContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("frame contract")
        verbose_name_plural = _("frame contracts")
        ordering = ["supplier"]

    def __str__(self) -> str:
        return self.number or str(self.supplier)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"
