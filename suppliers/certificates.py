"""Which certificate of somebody else counts here, for one site and day (M10, R-GATE-2, R-VAL-2)."""

import datetime as dt
import re

from django.utils.translation import gettext as _

from csr_portal.core.timezones import add_months
from suppliers.models import Certificate, RecognitionRule, Site
from suppliers.states import CertificateStandard, CertificateStatus, RiskBand

BANDS = [RiskBand.LOW, RiskBand.MEDIUM, RiskBand.HIGH]
MONTHS_VALID = {
    CertificateStandard.SA8000: 36,
    CertificateStandard.RBA_VAP: 24,
    CertificateStandard.BSCI: 24,
    CertificateStandard.SMETA: 12,
    CertificateStandard.ISO45001: 36,
    CertificateStandard.ISO14001: 36,
    CertificateStandard.ISO9001: 36,
    CertificateStandard.SSI: 36,
}


def recognised(site: Site, day: dt.date, spares: str = "site_review") -> Certificate | None:
    """The verified certificate that names this site, is valid on that day and spares the review; the longest one.

    With a risk above the rule's highest band nothing is recognised; a supplier without a rating counts as high.
    """
    risk = site.supplier.risk_band or RiskBand.HIGH
    rules = {
        rule.standard: rule
        for rule in RecognitionRule.objects.filter(is_active=True, spares=spares)
        if BANDS.index(RiskBand(risk)) <= BANDS.index(RiskBand(rule.highest_risk))
    }
    candidates = Certificate.objects.filter(
        sites=site,
        supplier_id=site.supplier_id,
        status=CertificateStatus.VERIFIED,
        issued_on__lte=day,
        expires_on__gte=day,
        standard__in=list(rules),
    ).order_by("-expires_on")
    return next((c for c in candidates if _result_is_enough(c.result, rules[c.standard].accepted_results)), None)


def _result_is_enough(result: str, accepted: list[str]) -> bool:
    return not accepted or result.strip().lower() in {item.lower() for item in accepted}


def expected_last_day(standard: str, issued_on: dt.date, result: str = "") -> dt.date | None:
    """The last valid day after R-VAL-1; BSCI C and D hold 12 months; nothing for standards without a fixed time."""
    months = MONTHS_VALID.get(CertificateStandard(standard))
    if standard == CertificateStandard.BSCI and result.strip().upper() in {"C", "D"}:
        months = 12
    return add_months(issued_on, months) - dt.timedelta(days=1) if months else None


def surveillance_days(issued_on: dt.date, expires_on: dt.date, every_months: int = 6) -> list[dt.date]:
    """Surveillance of an SA8000 certificate: every six months, the last one before the end (R-VAL-1)."""
    days = (add_months(issued_on, every_months * number) for number in range(1, 61))
    return [day for day in days if day <= expires_on]


def flags(certificate: Certificate, day: dt.date) -> list[str]:
    """What somebody who verifies should look at twice (R-VAL-1 to R-VAL-3)."""
    last_day = expected_last_day(certificate.standard, certificate.issued_on, certificate.result)
    names = {_plain(certificate.supplier.name), _plain(certificate.supplier.name_latin)}
    edition = re.search(r"\d{4}", certificate.edition)
    tests = {
        _("It has expired."): certificate.expires_on < day,
        _("It names none of the supplier's sites."): not certificate.sites.exists(),
        _("The holder's name is not the supplier's name."): _plain(certificate.holder) not in names,
        _("The certification body's accreditation is not given."): not certificate.accreditation,
        _("It is valid longer than this standard allows."): bool(last_day and certificate.expires_on > last_day),
        _("This result is not accepted: BSCI E or zero tolerance."): certificate.standard == CertificateStandard.BSCI
        and certificate.result.upper() in {"E", "ZT"},
        _("SA8000 edition 2014: holders must move to edition 2026; ask the body for the last date."): (
            certificate.standard == CertificateStandard.SA8000 and bool(edition and edition[0] == "2014")
        ),
    }
    return [text for text, holds in tests.items() if holds]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()
