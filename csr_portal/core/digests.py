"""Which reminders a person gets, and which were sent: one mail a day at most (B31). What is due is not said here."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DigestPart(models.TextChoices):
    """What a person may do without. Their own tasks are not here: reminders of deadlines cannot be switched off."""

    EARLY = "early", _("Certificates and agreements that end in more than a month")
    CARE = "care", _("Late tasks of suppliers in my care")


class Digest(models.Model):
    """The mail of one day to one person, and the stages it reminded of, each of which is told once."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    day = models.DateField()
    stages = models.JSONField(default=list)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "core"
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.person} {self.day}"
