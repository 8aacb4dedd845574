"""What an installation begins with: courses to the standards, this year's programme. Loading twice changes nothing."""

from typing import Any

from csr_portal.core.models import User
from csr_portal.core.timezones import today
from training.models import Course, Programme
from training.states import Audience, CourseStandard
from training.workflow import default_title

COURSES: list[dict[str, Any]] = [
    {
        "code": "sa8000",
        "standard": CourseStandard.SA8000,
        "audience": Audience.BOTH,
        "hours": 14,
        "validity_months": 24,
        "title": {
            "en": "SA8000: social accountability at the workplace",
            "zh-hans": "SA8000：工作场所的社会责任",
            "ja": "SA8000：職場における社会的責任",
        },
        "description": {
            "en": "Child labour, forced labour, health and safety, freedom of association, discrimination, "
            "disciplinary practices, working hours, remuneration and the management system.",
            "zh-hans": "童工、强迫劳动、健康与安全、结社自由、歧视、惩戒措施、工作时间、报酬与管理体系。",
            "ja": "児童労働、強制労働、健康と安全、結社の自由、差別、懲罰、労働時間、報酬、マネジメントシステム。",
        },
    },
    {
        "code": "rba",
        "standard": CourseStandard.RBA,
        "audience": Audience.BOTH,
        "hours": 7,
        "title": {
            "en": "RBA (formerly EICC) code of conduct",
            "zh-hans": "RBA（原EICC）行为准则",
            "ja": "RBA（旧EICC）行動規範",
        },
        "description": {
            "en": "Labour, health and safety, environment, ethics and management systems of the RBA code.",
            "zh-hans": "RBA行为准则的劳工、健康与安全、环境、道德与管理体系。",
            "ja": "RBA行動規範の労働、安全衛生、環境、倫理、マネジメントシステム。",
        },
    },
    {
        "code": "bsci",
        "standard": CourseStandard.BSCI,
        "audience": Audience.BOTH,
        "hours": 7,
        "title": {
            "en": "amfori BSCI: performance areas and improvement",
            "zh-hans": "amfori BSCI：绩效领域与改善",
            "ja": "amfori BSCI：パフォーマンス領域と改善",
        },
        "description": {
            "en": "The thirteen performance areas, how they are rated, and how improvement is planned.",
            "zh-hans": "十三个绩效领域、评级方法以及改善计划。",
            "ja": "13のパフォーマンス領域、評価方法、改善計画の立て方。",
        },
    },
    {
        "code": "ohs",
        "standard": CourseStandard.SAFETY,
        "audience": Audience.SUPPLIER,
        "hours": 6,
        "title": {
            "en": "Occupational health and safety, fire safety",
            "zh-hans": "职业健康安全与消防安全",
            "ja": "労働安全衛生・防火安全",
        },
        "description": {
            "en": "Escape routes, drills, machine guards, chemicals, protective equipment and first aid.",
            "zh-hans": "疏散通道、消防演练、机器防护、化学品、防护用品与急救。",
            "ja": "避難経路、避難訓練、機械の安全装置、化学物質、保護具、応急手当。",
        },
    },
    {
        "code": "environment",
        "standard": CourseStandard.OTHER,
        "audience": Audience.SUPPLIER,
        "hours": 6,
        "title": {
            "en": "Environmental management for suppliers",
            "zh-hans": "供应商环境管理",
            "ja": "サプライヤーのための環境管理",
        },
        "description": {
            "en": "Permits, waste water, air, waste, energy and hazardous substances.",
            "zh-hans": "许可证、废水、废气、废弃物、能源与有害物质。",
            "ja": "許認可、排水、大気、廃棄物、エネルギー、有害物質。",
        },
    },
]


def load(by: User | None = None) -> None:
    """Add what is not there yet; what somebody has changed stays as it is."""
    for course in COURSES:
        Course.objects.get_or_create(code=course["code"], defaults=course)
    year = today().year
    Programme.objects.get_or_create(year=year, defaults={"title": default_title(year), "created_by": by})
