"""What is printed: the text as it is shown for signing, and the sealed agreement with its certificate page."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.translation import get_language, override, pgettext_lazy
from django.utils.translation import gettext as _

from agreements.changes import ClauseChange, differences
from agreements.models import Agreement, ChopPaper, Clause, OwnCode, SignatureEvent, Version
from agreements.placeholders import filled
from agreements.record import record_lines
from agreements.states import EventKind, Method
from csr_portal.core import history
from csr_portal.core.models import Organisation
from csr_portal.core.names import script_language
from csr_portal.core.pdf import Attachment, render_pdf
from csr_portal.core.pdf_pages import small_jpeg
from csr_portal.core.seal import seal_pdf
from csr_portal.core.translated import FALLBACK, in_language

CONSENT_VERSION = "2026.1"
SHOWN_WIDTH = 900  # dots of a page that is shown at half the width of A4
PDF_LANGUAGES = settings.LANGUAGES
LANGUAGE_NAMES = {
    "en": pgettext_lazy("language", "English"),
    "zh-hans": pgettext_lazy("language", "Chinese"),
    "ja": pgettext_lazy("language", "Japanese"),
}


def consent_text(language: str | None = None) -> str:
    """What the signatory agrees to besides the text itself. Change the words, change the version (R-SIG-3)."""
    with override(language or get_language()):
        return _(
            "I have read the text to its end. I sign for the company named above, am authorised to do so, and agree "
            "to sign electronically. I agree that my name, title, the time, my network address and this file are "
            "kept as evidence."
        )


def text_content(
    version: Version, language: str | None, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:  # fmt: skip
    """The text of a version in one language; in English for a language that the product does not have.

    `values` fill the placeholders (`placeholder_values`); without them each place shows its name.
    """
    language = language if language in dict(PDF_LANGUAGES) else FALLBACK
    return {
        "title": in_language(version.document.title, language),
        "version": version.number,
        "language": language,
        "intro": filled(in_language(version.intro, language), values),
        "prevailing_language": version.prevailing_language,
        "prevailing_language_name": _language_name(version.prevailing_language, language),
        "validity_months": version.validity_months,
        "clauses": [clause_content(clause, language, values) for clause in version.clauses.all()],
    }


def _language_name(code: str, language: str) -> str:
    """What a language is called in another one."""
    with override(language):
        return str(LANGUAGE_NAMES.get(code, dict(PDF_LANGUAGES)[code]))


def clause_content(clause: Clause, language: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "position": clause.position,
        "key": clause.key,
        "title": in_language(clause.title, language),
        "text": filled(in_language(clause.text, language), values),
    }


def placeholder_values(agreement: Agreement, company: Organisation) -> dict[str, Any]:
    """What the places of a text say for this agreement; the same in every language."""
    supplier = agreement.supplier
    return {
        "supplier_name": supplier.name,
        "supplier_name_latin": supplier.name_latin,
        "supplier_number": supplier.number,
        "supplier_address": supplier.address,
        "supplier_registration": supplier.registration_number,
        "company_name": company.name,
        "company_address": company.address,
        "agreement_number": agreement.number,
        "version": agreement.version.number,
        "validity_months": agreement.version.validity_months,
        "notice_days": agreement.version.notice_days,
    }


def agreement_text(agreement: Agreement, language: str | None, company: Organisation) -> dict[str, Any]:
    """The text as this supplier reads it."""
    return text_content(agreement.version, language, placeholder_values(agreement, company))


def changes_for(agreement: Agreement, language: str) -> tuple[Version | None, list[ClauseChange]]:
    """What is new for the supplier: against the text that it signed last, if that was another version."""
    signed = Agreement.objects.filter(supplier=agreement.supplier_id, document=agreement.document_id)
    before = signed.exclude(sealed_sha256="").exclude(version=agreement.version_id).select_related("version").first()
    if before is None or not agreement.is_open:
        return None, []
    return before.version, differences(before.version, agreement.version, language)


def agreement_content(agreement: Agreement, language: str, company: Organisation) -> dict[str, Any]:
    """The text and both parties, as presented."""
    supplier = agreement.supplier
    return {
        "number": agreement.number,
        "text": agreement_text(agreement, language, company),
        "supplier": {
            "name": supplier.name,
            "name_latin": supplier.name_latin,
            "number": supplier.number,
            "country": supplier.country,
            "address": supplier.address,
            "registration_number": supplier.registration_number,
        },
        "company": {"name": company.name, "name_latin": company.name_latin, "address": company.address},
        "issued_at": agreement.issued_at,
    }


def signature_of(agreement: Agreement) -> SignatureEvent | None:
    """The event that binds the supplier: a signature, a chop that was confirmed, or its own code that was accepted."""
    kinds = [EventKind.SIGNED, EventKind.RESERVED, EventKind.CHOP_UPLOADED, EventKind.OWN_CODE_OFFERED]
    return agreement.events.filter(kind__in=kinds).select_related("link", "drawing").order_by("-pk").first()


def evidence_record(agreement: Agreement) -> dict[str, Any]:
    """The machine-readable record that travels inside the sealed PDF (R-SIG-3)."""
    count, head = history.head()
    return {
        "record": "csr-portal/agreement/1",
        "agreement": agreement_content(agreement, agreement.language, Organisation.current()),
        "presented_sha256": agreement.presented_sha256,
        "valid_from": agreement.valid_from,
        "valid_until": agreement.valid_until,
        "events": [event_content(event) for event in agreement.events.select_related("link")],
        "history": {"count": count, "hash": head},
        "verify_code": agreement.verify_code,
    }


def comparison(agreement: Agreement) -> list[dict[str, Any]]:
    """The supplier's own code beside our clauses, as the record and the sealed PDF keep it; empty without one."""
    code = agreement.own_codes.first()
    rows = code.clauses.select_related("clause") if code else []
    return [
        {
            "clause": row.clause.key, "position": row.clause.position, "title": row.clause.title, "cover": row.cover,
            "place": row.place, "quote": row.quote,
        }
        for row in rows
    ]  # fmt: skip


def event_content(event: SignatureEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "party": event.party,
        "at": event.at,
        "name": event.actor_name,
        "name_latin": event.actor_name_latin,
        "title": event.actor_title,
        "authority": event.authority,
        "method": event.method,
        "text_sha256": event.text_sha256,
        "consent_version": event.consent_version,
        "ip": event.ip,
        "user_agent": event.user_agent,
        "code_delivery": event.link.delivery if event.link else "",
        "data": event.data,
    }


def draw_text(version: Version, language: str) -> bytes:
    """A preview for staff: the text without a supplier."""
    content = {"text": text_content(version, language), "number": "", "is_preview": not version.is_frozen}
    title = content["text"]["title"]
    return render_pdf("reports/agreements/text.html", {"content": content}, language=language, title=title)


def draw_presented(agreement: Agreement, company: Organisation) -> bytes:
    """The file that the signatory reads and whose SHA-256 the signature names."""
    content = agreement_content(agreement, agreement.language, company)
    return render_pdf(
        "reports/agreements/text.html",
        {
            "content": content,
            "agreement": agreement,
            "organisation": company,
            "supplier_lang": script_language(agreement.supplier.name, agreement.supplier.country),
        },
        language=agreement.language,
        title=content["text"]["title"],
        number=agreement.number or "",
        at=agreement.issued_at,  # drawn again after a crash, it is the same file
    )


def draw_sealed(agreement: Agreement) -> bytes:
    """Text, certificate page, record and the presented file inside, under the company's seal."""
    content = agreement_content(agreement, agreement.language, Organisation.current())
    event = signature_of(agreement)
    record = evidence_record(agreement)
    paper = _paper(agreement, event)
    pictures = _pages(paper)
    drawing = {"signature.png": read_file(event.drawing.file)} if event and event.drawing else {}
    more = {"history": record["history"], "pictures": list(pictures)}
    pdf = render_pdf(
        "reports/agreements/sealed.html",
        {"content": content, "event": event, **more, **_certificate_page(agreement, event)},
        language=agreement.language,
        title=content["text"]["title"],
        number=agreement.number or "",
        sealed=True,
        attachments=_attached(agreement, record, paper),
        images=drawing | pictures,
    )
    return seal_pdf(pdf, reason=f"{agreement.number} {agreement.verify_code}")


def draw_record(agreement: Agreement, language: str) -> bytes:
    """The signature record as far as it goes, for an agreement that has no sealed file: refused, for instance."""
    content = {
        "content": agreement_content(agreement, language, Organisation.current()),
        "agreement": agreement,
        "lines": record_lines(agreement, language),
        "supplier_lang": script_language(agreement.supplier.name, agreement.supplier.country),
    }
    with override(language):
        title = _("Signature record")
    return render_pdf(
        "reports/agreements/record.html", content, language=language, title=title, number=agreement.number or ""
    )


def _own_code(agreement: Agreement) -> OwnCode | None:
    return agreement.own_codes.select_related("file").first() if agreement.is_own_code else None


def _attached(agreement: Agreement, record: dict[str, Any], paper: ChopPaper | None) -> list[Attachment]:
    """What lies inside the sealed file: record, presented text, the confirmed paper, the supplier's own code."""
    attachments = [
        Attachment("record.json", "application/json", _json(record), "Evidence record"),
        Attachment("presented.pdf", "application/pdf", read_file(agreement.presented_file), "The text as presented"),
        *_chopped(paper),
    ]
    if code := _own_code(agreement):
        own = "The supplier's own code of conduct"
        attachments.append(Attachment("own-code.pdf", "application/pdf", read_file(code.file.file), own))
    return attachments


def _certificate_page(agreement: Agreement, event: SignatureEvent | None) -> dict[str, Any]:
    """Who signed how, what was agreed besides, and where anybody checks it."""
    accepted = [EventKind.RESERVATION_ACCEPTED, EventKind.OWN_CODE_ACCEPTED]
    return {
        "agreement": agreement,
        "is_chop": bool(event and event.method == Method.CHOP),
        "confirmed": agreement.events.filter(kind=EventKind.CHOP_CONFIRMED).last(),
        "consent": consent_text(agreement.language),
        "reservations": agreement.reservations,
        "own_code": _own_code(agreement),
        "comparison": comparison(agreement) if agreement.is_own_code else [],
        "company_signatures": agreement.events.filter(kind=EventKind.COUNTERSIGNED),
        "decided": agreement.events.filter(kind__in=accepted).last(),
        "lines": record_lines(agreement, agreement.language),
        "verify_url": verify_url(agreement),
        "verify_address": f"{settings.PUBLIC_URL.partition('//')[2]}/open/verify/",
        "supplier_lang": script_language(agreement.supplier.name, agreement.supplier.country),
    }


def _paper(agreement: Agreement, event: SignatureEvent | None) -> ChopPaper | None:
    """The paper that was confirmed; none where an upload was refused and the text then signed in another way."""
    return agreement.chop_paper if event and event.method == Method.CHOP else None


def _pages(paper: ChopPaper | None) -> dict[str, bytes]:
    """The straightened pages of the paper, small: what a reader of the PDF sees of the chop."""
    pages = paper.pages.exclude(picture="") if paper else []
    return {f"page-{page.position}.jpg": small_jpeg(read_file(page.picture), width=SHOWN_WIDTH) for page in pages}


def _chopped(paper: ChopPaper | None) -> list[Attachment]:
    """The scans and photos of the paper, as they came."""
    scans = [row.file for row in paper.files.select_related("file")] if paper else []
    return [
        Attachment(
            f"chop-{place}.{scan.media_type.rpartition('/')[2]}", scan.media_type, read_file(scan.file),
            "Paper with company chop",
        )
        for place, scan in enumerate(scans, 1)
    ]  # fmt: skip


def verify_url(agreement: Agreement) -> str:
    return settings.PUBLIC_URL + reverse("open:agreement-verify", args=[agreement.verify_code])


def drawing_bytes(data_url: str) -> bytes:
    """The PNG of a drawn signature from the form's data URL; empty for anything else."""
    head, _comma, body = data_url.partition(",")
    if head != "data:image/png;base64" or len(body) > 400_000:
        return b""
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        return b""


def read_file(field: Any) -> bytes:
    with field.open("rb") as file:
        return file.read()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1, sort_keys=True).encode()
