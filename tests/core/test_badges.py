import re
from pathlib import Path

import pytest

from csr_portal.core import icons
from csr_portal.core.badges import BADGES, Badge, badge
from csr_portal.core.states import MailStatus, ReportStatus, Turn
from suppliers.states import (
    CertificateStatus,
    ConditionState,
    InvitationStatus,
    JoinStatus,
    Outcome,
    ReviewStatus,
    RiskBand,
    Segment,
    SupplierStatus,
    WaiverStatus,
)

TONES = {"neutral", "info", "ok", "warn", "bad", "special", "zero", "brand"}
ALL = [(domain, code) for domain, codes in BADGES.items() for code in codes]
STATES = {
    "supplier": SupplierStatus,
    "segment": Segment,
    "decision": Outcome,
    "gate": ConditionState,
    "review": ReviewStatus,
    "waiver": WaiverStatus,
    "invitation": InvitationStatus,
    "join": JoinStatus,
    "certificate": CertificateStatus,
    "risk": RiskBand,
    "report": ReportStatus,
    "mail": MailStatus,
    "turn": Turn,
}


@pytest.mark.parametrize(("domain", "code"), ALL)
def test_badge_has_a_known_tone_an_existing_icon_and_a_word(domain, code):
    look = BADGES[domain][code]
    assert look.tone in TONES
    assert icons.shape(look.icon).startswith("<")
    assert str(look.label).strip() != ""


@pytest.mark.parametrize("domain", STATES)
def test_badges_cover_every_state_of_the_model(domain):
    assert set(STATES[domain].values) - set(BADGES[domain]) == set()


def test_badge_shows_an_unknown_code_as_it_is_in_grey():
    assert badge("finding", "half_done") == Badge("neutral", "circle", "half done")


def test_only_zero_tolerance_is_solid():
    assert [(domain, code) for domain, code in ALL if BADGES[domain][code].tone == "zero"] == [
        ("grade", "zero_tolerance")
    ]


@pytest.mark.parametrize("template", sorted(Path("templates").rglob("*.html")), ids=str)
def test_template_asks_only_for_badges_that_exist(template):
    asked = re.findall(r"{% (?:status|badge|badge_tone|badge_label) ['\"](\w+)['\"]", template.read_text("utf-8"))
    assert [domain for domain in asked if domain not in BADGES] == []
