"""Status codes of the core objects. How a code looks (tone, icon, label) is said in core/badges.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JobStatus(TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ReportStatus(TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class MailStatus(TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not delivered")


class DeliveryStatus(TextChoices):
    """One event on its way to one webhook."""

    QUEUED = "queued", _("Queued")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")


class Turn(TextChoices):
    """Who has to act. Empty: nobody."""

    BUYER = "buyer", _("Buyer")
    CSR = "csr", _("CSR manager")
    AUDITOR = "auditor", _("Auditor")
    TRAINER = "trainer", _("Training coordinator")
    SUPPLIER = "supplier", _("Supplier")
    SIGNATORY = "signatory", _("Signatory")
    COMPANY = "company", _("Signatory of the company")
    NOBODY = "", _("Nobody")
