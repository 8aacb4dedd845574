"""The history of texts, agreements and acknowledgements as sentences: action → (text, tone, icon)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "version.publish": (_("Version published"), "ok", "circle-check"),
    "version.retire": (_("Replaced by version %(replaced_by)s"), "neutral", "archive"),
    "campaign.plan": (
        _("Version %(version)s planned for %(suppliers)s suppliers from %(starts_on)s"),
        "info",
        "calendar",
    ),
    "campaign.begin": (_("Planned issue begun"), "info", "send"),
    "campaign.pause": (_("Issue paused by %(by)s"), "warn", "hourglass"),
    "campaign.resume": (_("Issue resumed by %(by)s"), "info", "play"),
    "campaign.recall": (_("Issue recalled"), "neutral", "undo-2"),
    "campaign.start": (_("Version %(version)s issued to %(suppliers)s suppliers"), "info", "send"),
    "campaign.close": (_("Issue finished: %(issued)s issued, %(left_out)s left out"), "ok", "circle-check"),
    "agreement.issue": (_("Agreement %(number)s issued, version %(version)s"), "info", "send"),
    "agreement.view": (_("Agreement opened by %(by)s"), "info", "eye"),
    "agreement.share": (_("Signing link made for %(signatory)s, %(title)s"), "info", "link"),
    "agreement.sign": (_("Signed by %(by)s, %(title)s"), "ok", "signature"),
    "agreement.decline": (_("Signature refused by %(by)s"), "bad", "circle-slash"),
    "agreement.upload_chop": (_("Paper with company chop uploaded"), "warn", "stamp"),
    "agreement.confirm_chop": (_("Company chop confirmed by %(by)s"), "ok", "stamp"),
    "agreement.refuse_chop": (_("Company chop not accepted"), "warn", "undo-2"),
    "agreement.recall": (_("Agreement recalled"), "neutral", "undo-2"),
    "agreement.come_into_force": (_("Sealed and in force until %(valid_until)s"), "ok", "circle-check"),
    "agreement.supersede": (_("Replaced by agreement %(by_number)s"), "neutral", "layers"),
    "agreement.expire": (_("Agreement expired"), "bad", "calendar-x"),
    "agreement.terminate": (_("Agreement terminated"), "neutral", "file-x"),
    "acknowledgement.issue": (_("Guideline issued, version %(version)s"), "info", "send"),
    "acknowledgement.view": (_("Guideline opened by %(by)s"), "info", "eye"),
    "acknowledgement.acknowledge": (
        _("Guideline acknowledged by %(by)s, version %(version)s"),
        "ok",
        "book-open-check",
    ),
    "acknowledgement.supersede": (_("Guideline replaced by a newer version"), "neutral", "layers"),
}
