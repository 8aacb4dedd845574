"""Who is told of what, what was sent, and how each attempt went."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from csr_portal.core.states import DeliveryStatus


class WebhookQuerySet(models.QuerySet):
    def active(self) -> "WebhookQuerySet":
        return self.filter(is_active=True)


class Webhook(models.Model):
    """A subscription: an address, the events it wants, and the secret that signs them.

    The secret is kept encrypted (signing.py). For an overlap after a change the former one signs too.
    """

    name = models.CharField(pgettext_lazy("not of a person", "name"), max_length=80)
    address = models.URLField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)
    is_active = models.BooleanField(_("active"), default=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    secret = models.CharField(max_length=250, editable=False)
    former_secret = models.CharField(max_length=250, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    paused_because = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        app_label = "core"
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name

    @property
    def history_thread(self) -> str:
        return f"webhook:{self.pk}"

    @property
    def state(self) -> str:
        """What the list shows: active, failing, paused."""
        if not self.is_active:
            return "paused"
        return "failing" if self.failing_since else "active"


class WebhookDelivery(models.Model):
    """One event for one webhook. `body` is the very text that is signed and sent, on every attempt."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField(default=uuid.uuid4)
    event = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True, help_text="Number of what it is about")
    body = models.TextField()
    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "core"
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["webhook", "event_id"], name="webhook_event_once")]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="delivery_webhook"),
            models.Index(fields=["created_at"], name="delivery_created"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject}"


class WebhookAttempt(models.Model):
    """One POST: what came back, and how long it took."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    code = models.PositiveSmallIntegerField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    answer = models.CharField(max_length=1000, blank=True)

    class Meta:
        app_label = "core"
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.code or self.error}"
