"""Certificates, CSR reviews, suspected duplicates and the history as lists."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from csr_portal.core.lists import Column, Filter, Listing
from csr_portal.core.told import codes, kind_name, sentence, status_words
from suppliers.likeness import LIKELY_FROM
from suppliers.likeness_words import reason_text
from suppliers.lists.parts import choices_of, label_of
from suppliers.querysets import search_condition
from suppliers.states import CertificateStandard, CertificateStatus, DuplicateStatus, ReviewStatus

CERTIFICATES = Listing(
    columns=[
        Column("supplier", _("Supplier"), order="supplier__name"),
        Column("standard", _("Standard"), order="standard", value=lambda row: row.get_standard_display()),
        Column("number", _("Number"), order="number"),
        Column("status", _("Status"), order="status", value=lambda row: row.get_status_display()),
        Column("sites", _("Sites"), value=lambda row: ", ".join(site.name for site in row.sites.all())),
        Column("expires_on", _("last valid day"), order="expires_on"),
    ],
    filters=[
        Filter("status", _("Status"), CertificateStatus.choices),
        Filter("standard", _("Standard"), CertificateStandard.choices),
    ],
    search=lambda words: search_condition(words, "supplier__") | Q(number__icontains=words),
    default_order="expires_on",
    file_name="certificates",
)

REVIEWS = Listing(
    columns=[
        Column("number", _("Number"), order="number"),
        Column("supplier", _("Supplier"), order="supplier__name"),
        Column("segment", _("Segment"), order="segment", value=lambda row: row.get_segment_display()),
        Column("scope", _("Categories and sites"), value="scope_text"),
        Column("status", _("Status"), order="status", value=lambda row: row.get_status_display()),
        Column("outcome", _("Decision"), value=lambda row: getattr(row, "decision", None) or ""),
        Column("turn", _("Whose turn"), order="due_on", value=label_of("turn", "turn")),
    ],
    filters=[
        Filter("status", _("Status"), ReviewStatus.choices),
        Filter(
            "outcome",
            _("Decision"),
            choices_of("decision", "approved", "conditional", "rejected", "suspended", "ended"),
            field="decision__outcome",
        ),
    ],
    search=lambda words: search_condition(words, "supplier__") | Q(number__icontains=words),
    default_order="-pk",
    file_name="csr-reviews",
)

DUPLICATES = Listing(
    columns=[
        Column("first", _("Supplier"), order="first__name", value=lambda row: f"{row.first.number} {row.first.name}"),
        Column("second", _("and"), order="second__name", value=lambda row: f"{row.second.number} {row.second.name}"),
        Column("score", _("Likeness"), order="score", is_number=True),
        Column("why", _("Why"), value=lambda row: "; ".join(map(reason_text, row.reasons))),
        Column("status", _("Status"), order="status", value=lambda row: row.get_status_display()),
        Column("found_at", _("Found"), order="found_at"),
    ],
    filters=[
        Filter("status", _("Status"), DuplicateStatus.choices),
        Filter(
            "likeness",
            _("Likeness"),
            [("likely", _("Probably the same")), ("possible", _("Possibly the same"))],
            apply={"likely": Q(score__gte=LIKELY_FROM), "possible": Q(score__lt=LIKELY_FROM)}.__getitem__,
        ),
    ],
    search=lambda words: search_condition(words, "first__") | search_condition(words, "second__"),
    default_order="-score",
    file_name="duplicates",
)

HISTORY_COLUMNS = [
    Column("at", _("When")),
    Column("by_name", _("Who")),
    Column("sentence", _("What"), value=sentence),
    Column("kind", _("About"), value=lambda row: kind_name(row.subject_type)),
    Column("from_status", _("from"), value=lambda row: status_words(row, row.from_status)),
    Column("to_status", _("to"), value=lambda row: status_words(row, row.to_status)),
    Column("reason", _("Reason")),
    Column("sequence", _("No. in the chain")),
    Column("hash", "SHA-256"),
    Column("codes", _("Code (step:from:to)"), value=codes),
]
HISTORY = Listing(columns=HISTORY_COLUMNS, default_order="-pk", file_name="history")
