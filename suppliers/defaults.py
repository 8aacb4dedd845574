"""What we ship as editable data: gate policy, risk model, country values, recognition rules, categories."""

import csv
from pathlib import Path

from csr_portal.core.models import User
from suppliers.models import Category, CountryValue, GatePolicy, RecognitionRule, RiskModel
from suppliers.states import CertificateStandard, RiskBand

COUNTRY_VALUES = Path(__file__).parent / "data" / "country_risk.csv"

# R-GATE-1, R-GATE-2. Every number is a limit of this version; a change is a new version.
CONDITIONS = {
    "cooperating": [{"condition": "agreement"}, {"condition": "guideline"}, {"condition": "findings"}],
    "strategic": [
        {"condition": "agreement"},
        {"condition": "guideline"},
        {"condition": "self_inspection", "limits": {"min_score": 80, "months": 12}},
        {"condition": "site_review", "limits": {"min_score": 75, "letters": ["A", "B"]}},
        {"condition": "findings"},
        {"condition": "training", "limits": {"people": 2, "key_material_people": 1, "months": 12}},
        {"condition": "csr_review"},
    ],
}

# R-RISK-1.
FACTORS = {
    "corruption": {
        "source": "Transparency International CPI",
        "from": [[70, 0], [60, 1], [40, 2], [0, 3]],
        "unknown": 3,
    },
    "workers_rights": {
        "source": "ITUC Global Rights Index",
        "points": {"1": 0, "2": 1, "3": 1, "4": 2, "5": 3, "5+": 3, "worst-10": 3},
        "unknown": 3,
    },
    "labour_list": {"source": "US DoL TVPRA list", "listed": 3, "unknown": 3},
    "workforce": {
        "from": [[500, 2], [50, 1], [0, 0]],
        "vulnerable_share": 20,
        "vulnerable": 3,
        "unknown": 2,
    },
    "spend": {"points": {"minor": 1, "key_material": 2, "strategic": 3}},
    "overrides": {
        "most_severe_source": "amfori Country Risk Classification",
        "most_severe_value": "most severe risk",
    },
}
BANDS = [[4, RiskBand.LOW], [8, RiskBand.MEDIUM], [None, RiskBand.HIGH]]

# R-GATE-2, point 3: SA8000 valid; RBA VAP Gold or better; BSCI A or B. Never with a high risk.
RECOGNITION = [
    (CertificateStandard.SA8000, []),
    (CertificateStandard.RBA_VAP, ["Gold", "Platinum"]),
    (CertificateStandard.BSCI, ["A", "B"]),
]

# code, parent, key material, good on a child or forced labour list, names
CATEGORIES = [
    ("metal", "", False, False, "Metal parts", "金属件", "金属部品"),
    ("metal-stamping", "metal", True, False, "Metal stamping", "金属冲压件", "金属プレス部品"),
    ("fasteners", "metal", False, False, "Fasteners", "紧固件", "締結部品"),
    ("electronics", "", False, True, "Electronics", "电子件", "電子部品"),
    ("pcb", "electronics", True, True, "Printed circuit boards", "印制电路板", "プリント基板"),
    ("wire-harness", "electronics", True, False, "Wire harness", "线束", "ワイヤーハーネス"),
    ("plastics", "", False, False, "Plastic parts", "塑料件", "プラスチック部品"),
    ("packaging", "", False, False, "Packaging", "包装", "包装材"),
    ("chemicals", "", False, False, "Chemicals", "化学品", "化学品"),
    ("solar", "", True, True, "Polysilicon and solar material", "多晶硅与光伏材料", "ポリシリコン・太陽光材料"),
    ("logistics", "", False, False, "Logistics", "物流", "物流"),
    ("ppe", "", False, False, "Protective equipment", "劳动防护用品", "保護具"),
    ("tooling", "", False, False, "Tooling and moulds", "工装模具", "金型・治工具"),
]


def load(by: User | None = None) -> None:
    """Load what is not there yet; rows that somebody has changed stay as they are."""
    if not GatePolicy.objects.exists():
        GatePolicy.objects.create(
            number=1, conditions=CONDITIONS, is_current=True, note="R-GATE-1, R-GATE-2", created_by=by
        )
    if not RiskModel.objects.exists():
        RiskModel.objects.create(
            number=1, name="R-RISK-1", factors=FACTORS, bands=BANDS, is_current=True, created_by=by
        )
    _load_country_values()
    for standard, results in RECOGNITION:
        RecognitionRule.objects.get_or_create(
            standard=standard, spares="site_review", defaults={"accepted_results": results}
        )
    _load_categories()


def _load_country_values() -> None:
    """Namibia's code is NA: the csv module leaves it a text (rules.md, section 11)."""
    with COUNTRY_VALUES.open(encoding="utf-8", newline="") as file:
        rows = [
            CountryValue(
                country=row["iso2"],
                source=row["source"],
                indicator=row["indicator"],
                value=row["score_or_level"],
                year=int(row["year"]),
                confidence=row["confidence"],
                source_url=row["source_url"],
            )
            for row in csv.DictReader(file)
        ]
    CountryValue.objects.bulk_create(rows, ignore_conflicts=True)


def _load_categories() -> None:
    known: dict[str, Category] = {}
    for code, parent, is_key, is_listed, english, chinese, japanese in CATEGORIES:
        known[code], _is_new = Category.objects.get_or_create(
            code=code,
            defaults={
                "name": {"en": english, "zh-hans": chinese, "ja": japanese},
                "parent": known.get(parent),
                "is_key_material": is_key,
                "goods_on_labour_list": is_listed,
            },
        )
