"""The countries we offer in forms, by their names in the reader's language."""

from django.utils.translation import gettext_lazy as _

COUNTRIES = [
    ("CN", _("China")),
    ("AT", _("Austria")),
    ("AU", _("Australia")),
    ("BD", _("Bangladesh")),
    ("BE", _("Belgium")),
    ("BR", _("Brazil")),
    ("CA", _("Canada")),
    ("CH", _("Switzerland")),
    ("CZ", _("Czechia")),
    ("DE", _("Germany")),
    ("DK", _("Denmark")),
    ("EG", _("Egypt")),
    ("ES", _("Spain")),
    ("FI", _("Finland")),
    ("FR", _("France")),
    ("GB", _("United Kingdom")),
    ("HK", _("Hong Kong")),
    ("HU", _("Hungary")),
    ("ID", _("Indonesia")),
    ("IE", _("Ireland")),
    ("IN", _("India")),
    ("IT", _("Italy")),
    ("JP", _("Japan")),
    ("KH", _("Cambodia")),
    ("KR", _("South Korea")),
    ("LK", _("Sri Lanka")),
    ("MA", _("Morocco")),
    ("MM", _("Myanmar")),
    ("MX", _("Mexico")),
    ("MY", _("Malaysia")),
    ("NA", _("Namibia")),
    ("NL", _("Netherlands")),
    ("NO", _("Norway")),
    ("PH", _("Philippines")),
    ("PK", _("Pakistan")),
    ("PL", _("Poland")),
    ("PT", _("Portugal")),
    ("RO", _("Romania")),
    ("SE", _("Sweden")),
    ("SG", _("Singapore")),
    ("SK", _("Slovakia")),
    ("TH", _("Thailand")),
    ("TN", _("Tunisia")),
    ("TR", _("Türkiye")),
    ("TW", _("Taiwan")),
    ("US", _("United States")),
    ("VN", _("Vietnam")),
    ("ZA", _("South Africa")),
]
NAMES = dict(COUNTRIES)


def country_name(code: str) -> str:
    """The country's name for the reader; its code where we have no name."""
    return str(NAMES.get(code, code))
