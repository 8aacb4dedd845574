"""The history of the core's own objects as sentences."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "email.ask": (_("New log-in email asked for: %(new)s"), "info", "mail"),
    "email.change": (_("Log-in email changed from %(old)s to %(new)s"), "ok", "mail-check"),
    "email.veto": (_("Change of the log-in email to %(new)s taken back"), "bad", "undo-2"),
    "webhook.hand_over": (_("In the hands of %(successor)s, before: %(person)s"), "info", "repeat"),
    "person.hand_over": (_("Work of %(person)s handed over"), "info", "repeat"),
    "person.leave": (_("%(person)s has left; the access ended"), "neutral", "user-round-x"),
    "webhook.add": (_("Webhook added, to %(address)s"), "info", "webhook"),
    "webhook.change": (_("Webhook changed, to %(address)s"), "neutral", "pencil-line"),
    "webhook.rotate": (_("New secret; the former one is valid until %(until)s"), "info", "key-round"),
    "webhook.pause": (_("Webhook paused"), "neutral", "circle-pause"),
    "webhook.paused": (_("Webhook paused by itself: %(what)s"), "bad", "circle-pause"),
    "webhook.resume": (_("Webhook resumed"), "ok", "play"),
}
