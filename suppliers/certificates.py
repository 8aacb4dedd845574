"""Which certificate of somebody else counts here, for one site and day (M10, R-GATE-2, R-VAL-2)."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.urls import reverse
from django.utils.translation import gettext as _

from csr_portal.core.timezones import add_months
from suppliers.models import Certificate, RecognitionRule, Site, Supplier
from suppliers.risk_facts import Control
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


@dataclass(frozen=True)
class Recognition:
    """The recognition rules and the verified certificates of some suppliers by the sites that they name."""

    rules: dict[str, RecognitionRule]
    by_site: dict[int, list[Certificate]]

    @classmethod
    def of(cls, suppliers: Sequence[Supplier], spares: str = "site_review") -> Self:
        rules = {rule.standard: rule for rule in RecognitionRule.objects.filter(is_active=True, spares=spares)}
        return cls(rules, verified_by_site(suppliers, list(rules)))

    def best(self, site: Site, risk_band: str, day: dt.date) -> Certificate | None:
        """The certificate that names this site, is valid on that day and spares the review; the longest one.

        With a risk above the rule's highest band nothing is recognised; a supplier without a rating counts as high.
        """
        risk = BANDS.index(RiskBand(risk_band or RiskBand.HIGH))
        return next((c for c in self.by_site.get(site.pk, []) if self._counts(c, risk, day)), None)

    def _counts(self, certificate: Certificate, risk: int, day: dt.date) -> bool:
        rule = self.rules[certificate.standard]
        return (
            certificate.issued_on <= day <= certificate.expires_on
            and risk <= BANDS.index(RiskBand(rule.highest_risk))
            and _result_is_enough(certificate.result, rule.accepted_results)
        )


def verified_by_site(suppliers: Sequence[Supplier], standards: Sequence[str]) -> dict[int, list[Certificate]]:
    """The verified certificates of these standards by the sites that their scope names; the longest first."""
    rows = (
        Certificate.objects.filter(supplier__in=suppliers, status=CertificateStatus.VERIFIED, standard__in=standards)
        .prefetch_related("sites")
        .select_related("verified_by")
    )
    found: dict[int, list[Certificate]] = defaultdict(list)
    for certificate in rows.order_by("-expires_on", "pk"):
        for site in certificate.sites.all():
            if site.supplier_id == certificate.supplier_id:
                found[site.pk].append(certificate)
    return found


def risk_controls(suppliers: Sequence[Supplier], day: dt.date) -> dict[int, list[Control]]:
    """The longest valid recognised certificate of each supplying site, as what lowers the risk."""
    recognition = Recognition.of(suppliers)
    sites = Site.objects.filter(supplier__in=suppliers, is_supplying=True, is_active=True).order_by("pk")
    found: dict[int, list[Control]] = defaultdict(list)
    for site in sites:
        if certificate := recognition.best(site, RiskBand.LOW, day):
            found[site.supplier_id].append(
                Control(
                    "certificate",
                    1.0,
                    certificate.issued_on,
                    certificate.expires_on,
                    str(certificate),
                    certificate.verified_by.name if certificate.verified_by else "",
                    reverse("staff:certificate-detail", args=[certificate.pk]),
                )
            )
    return found


def recognised(site: Site, day: dt.date, spares: str = "site_review") -> Certificate | None:
    """The verified certificate that spares the review of this one site."""
    return Recognition.of([site.supplier], spares).best(site, site.supplier.risk_band, day)


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
