"""The history of the core's own objects as sentences."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "webhook.add": (_("Webhook added, to %(address)s"), "info", "webhook"),
    "webhook.change": (_("Webhook changed, to %(address)s"), "neutral", "pencil-line"),
    "webhook.rotate": (_("New secret; the former one is valid until %(until)s"), "info", "key-round"),
    "webhook.pause": (_("Webhook paused"), "neutral", "circle-pause"),
    "webhook.paused": (_("Webhook paused by itself: %(what)s"), "bad", "circle-pause"),
    "webhook.resume": (_("Webhook resumed"), "ok", "play"),
}
