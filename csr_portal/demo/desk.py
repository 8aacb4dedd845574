"""What lies on the desks of the demo company today: a waiver to decide, a list to take in."""

import csv
import datetime as dt
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from csr_portal.core.models import Notice
from csr_portal.demo.relations import Relation
from csr_portal.demo.staff import Staff
from csr_portal.demo.story import Story
from suppliers import gates
from suppliers.imports import workflow as imports
from suppliers.workflow import waivers

UNREAD_FOR = dt.timedelta(days=4)
HEADINGS = ["公司名称", "英文名称", "国家", "统一社会信用代码", "市", "联系人", "邮箱", "品类"]
# A good one, one named twice and of an unknown category, one with a wrong check digit, one without a contact.
NEWCOMERS = [
    ["宁波海晨精密五金有限公司", "Ningbo Haichen", "CN", "91330212MA2H3K7Q80", "宁波", "周婷", "zhou@haichen.example"],
    ["昆山昊远塑胶有限公司", "Kunshan Haoyuan", "CN", "", "昆山", "沈洁", "shen@haoyuan.example"],
    ["昆山昊远塑胶有限公司", "Kunshan Haoyuan", "CN", "", "昆山", "沈洁", "shen@haoyuan.example"],
    ["佛山启航包装有限公司", "Foshan Qihang", "CN", "91440605MA4X1Y2Z3A", "佛山", "何静", "he@qihang.example"],
    ["株式会社青葉精機", "Aoba Seiki K.K.", "JP", "", "浜松", "", ""],
]


def plan(story: Story, staff: Staff, cast: list[Relation]) -> None:
    """Of these days: nothing here is thrown by dice, so that the rest of the story stays as it is."""
    active = [relation for relation in cast if relation.goal == "cooperating"]
    yesterday = story.now - dt.timedelta(days=1)
    story.at(yesterday, _ask_for_waiver, active)
    story.at(yesterday + dt.timedelta(hours=1), _bring_list, staff, cast[0])


def _ask_for_waiver(active: list[Relation]) -> None:
    """The first that has no accepted self-inspection asks to have it later."""
    for relation in active:
        supplier = relation.fresh
        gate = gates.check(supplier, supplier.segment_aimed_at)
        if any(condition.code == "self_inspection" and not condition.is_satisfied for condition in gate.conditions):
            reason = "The factory moves in January; the self-inspection is asked for at the new site"
            until = dt.date.today() + dt.timedelta(days=90)
            waivers.ask_for_waiver(
                supplier, condition="self_inspection", reason=reason, valid_until=until, by=supplier.owner
            )
            return


def _bring_list(staff: Staff, known: Relation) -> None:
    """A buyer has brought a list of a trade fair; the worker checks it, the buyer has to confirm."""
    company, category = known.company, known.fresh.categories.get()
    changed = [company.name, company.name_latin, company.country, company.registration_number, "常熟", "", ""]
    lines: list[list[Any]] = [[*changed, category.code], *([*line, category.code] for line in NEWCOMERS)]
    lines[2][-1] = "未知品类"
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *lines])
    upload = SimpleUploadedFile("展会名单.csv", text.getvalue().encode("gb18030"))
    imports.check(imports.upload(upload, by=staff.buyers[0]), by=staff.buyers[0], owner=staff.buyers[0])


def read_notices(now: dt.datetime) -> None:
    """Everybody has read what is older than some days, so that the bell counts what is new."""
    old = Notice.objects.filter(read_at=None, recipient__isnull=False, created_at__lt=now - UNREAD_FOR)
    old.update(read_at=F("created_at") + dt.timedelta(hours=20))
