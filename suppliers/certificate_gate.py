"""A condition of the gate that a policy may ask for: a certificate of a named standard at each supplying site."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from csr_portal.core.dates import day_text
from csr_portal.core.states import Turn
from suppliers.certificates import verified_by_site
from suppliers.gates import Condition, Extent, Limit, by_supplier, condition, validity_state
from suppliers.models import Certificate, Site, Supplier
from suppliers.states import CertificateStandard, ConditionState

Held = dict[Site, list[Certificate]]
DEFAULT_STANDARDS = [CertificateStandard.SA8000.value]


def _held(suppliers: Sequence[Supplier]) -> dict[int, Held]:
    """The supplying sites of each supplier with the verified certificates that name them (R-VAL-2)."""
    sites = by_supplier(Site.objects.filter(supplier__in=suppliers, is_supplying=True, is_active=True).order_by("pk"))
    by_site = verified_by_site(suppliers, CertificateStandard.values)
    return {supplier.pk: {site: by_site.get(site.pk, []) for site in sites[supplier.pk]} for supplier in suppliers}


def _at_sites(held: Held, extent: Extent) -> Held:
    return {site: certificates for site, certificates in held.items() if extent.has(site.pk)}


@condition(
    _held,
    gettext_lazy("Certificate"),
    (
        Limit(
            "standards",
            gettext_lazy("Standards that count"),
            DEFAULT_STANDARDS,
            choices=tuple(CertificateStandard.choices),
        ),
    ),
    narrow=_at_sites,
)
def certificate_held(
    supplier: Supplier, segment: str, limits: Mapping[str, Any], day: dt.date, held: Held
) -> Condition:
    """Each supplying site is named by a verified certificate of one of the standards that is valid on the day."""
    standards = limits.get("standards", DEFAULT_STANDARDS)
    names = _(", ").join(str(CertificateStandard(code).label) for code in standards)
    valid = {site: _longest(certificates, standards, day) for site, certificates in held.items()}
    states = {validity_state(found.expires_on if found else None, day) for found in valid.values()}
    order = [ConditionState.MISSING, ConditionState.EXPIRING, ConditionState.MET]
    state = next(code for code in order if code in (states or {ConditionState.MISSING}))
    return Condition(
        "certificate",
        _("Certificate at each supplying site: %(standards)s") % {"standards": names},
        state,
        " ".join(_sentence(site, found) for site, found in valid.items()) or _("No supplying site is known."),
        turn="" if state == ConditionState.MET else Turn.SUPPLIER,
        until=min((found.expires_on for found in valid.values() if found), default=None),
        url=f"{reverse('staff:certificate-list')}?supplier={supplier.pk}",
        portal_url=reverse("portal:certificate-list"),
        facts={"standards": standards, "sites": {str(site.pk): found and found.pk for site, found in valid.items()}},
    )


def _longest(certificates: list[Certificate], standards: Sequence[str], day: dt.date) -> Certificate | None:
    fitting = (c for c in certificates if c.standard in standards and c.issued_on <= day <= c.expires_on)
    return next(fitting, None)


def _sentence(site: Site, found: Certificate | None) -> str:
    if found is None:
        return _("%(site)s: no valid certificate.") % {"site": site.name}
    words = {"site": site.name, "certificate": str(found), "date": day_text(found.expires_on)}
    return _("%(site)s: %(certificate)s, valid until %(date)s.") % words
