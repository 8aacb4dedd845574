"""The columns of a file of suppliers: which fields there are, how headings are recognised, and what is remembered."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from suppliers.models import ImportHeading

IGNORED = ""
EXAMPLE_NUMBER = "91441900MA0EXAMP1E"  # of the template; a line that still has it is not imported


@dataclass(frozen=True)
class Field:
    """`label` is the heading of the template and of the export; `aliases` are other headings people use."""

    name: str
    label: Any
    help: Any = ""
    example: str = ""
    limit: int = 0
    aliases: tuple[str, ...] = ()


FIELDS = [
    Field(
        "number",
        _("supplier number"),
        _("Yours or ours. Empty for new suppliers: they get a number."),
        "",
        20,
        ("vendor no", "vendor number", "supplier no", "supplier id", "供应商代码", "供应商编码", "取引先コード"),
    ),
    Field(
        "name",
        _("company name"),
        _("As registered, in the company's own script. Needed for new suppliers."),
        "东莞市示例五金制品有限公司",
        200,
        (
            "company",
            "company name",
            "supplier",
            "supplier name",
            "公司名称",
            "供应商名称",
            "企业名称",
            "会社名",
            "仕入先名",
        ),
    ),
    Field(
        "name_latin",
        _("name in Latin letters"),
        "",
        "Dongguan Example Hardware Co., Ltd.",
        200,
        ("english name", "name en", "英文名称", "公司英文名称", "英語名", "会社名（英語）"),
    ),
    Field(
        "country",
        _("country"),
        _("Two letters (CN) or the name. Needed for new suppliers."),
        "CN",
        2,
        ("country code", "国家", "国家/地区", "国别", "国", "国名", "国コード"),
    ),
    Field(
        "registration_number",
        _("registration number"),
        _("By it we know the company again. China: 18 characters; Japan: 13 digits; Vietnam: 10 or 13 digits."),
        EXAMPLE_NUMBER,
        40,
        ("uscc", "tax code", "vat number", "vat", "统一社会信用代码", "税号", "法人番号", "mã số thuế", "mst"),
    ),
    Field("region", _("province or state"), "", "广东", 80, ("province", "state", "省", "省份", "都道府県")),
    Field("city", _("city"), "", "东莞", 80, ("town", "市")),
    Field("address", _("address"), "", "虎门镇示例路1号", 300, ("street", "注册地址", "所在地")),
    Field("phone", _("phone"), "", "+86 769 8500 0000", 40, ("telephone", "tel", "联系电话", "電話番号")),
    Field("website", _("website"), "", "https://supplier.example", 200, ("url", "web", "homepage", "网址")),
    Field(
        "contact_name",
        _("contact to invite"),
        "",
        "刘敏",
        120,
        ("contact", "contact person", "contact name", "联系人", "担当者", "担当者名"),
    ),
    Field(
        "contact_email",
        _("email of the contact to invite"),
        _("Needed for new suppliers, unless you say otherwise when matching the columns."),
        "liu.min@supplier.example",
        254,
        ("email", "e-mail", "mail", "contact email", "contact e-mail", "邮箱", "电子邮箱", "メール", "メールアドレス"),
    ),
    Field(
        "language",
        _("language"),
        _("en, zh-hans or ja. Empty: by the country."),
        "zh-hans",
        10,
        ("语言代码",),
    ),
    Field(
        "categories",
        _("categories"),
        _("Codes or names, several with a semicolon between."),
        "",
        0,
        ("category", "commodity", "material group", "品类", "物料组", "品目"),
    ),
    Field("spend", _("spend"), "", "", 12, ()),
    Field(
        "owner",
        _("buyer in charge"),
        _("Email or name of one of your buyers. Empty: the one you choose when matching the columns."),
        "",
        0,
        ("buyer", "owner", "purchaser", "采购员", "购买担当"),
    ),
]
BY_NAME = {field.name: field for field in FIELDS}
IDENTIFYING = {"number", "registration_number"}


def folded(text: str) -> str:
    """A heading, or a word to look up, without what people write differently: width, case, spaces, punctuation."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


@cache
def _known_headings() -> dict[str, str]:
    known = {folded(alias): field.name for field in FIELDS for alias in field.aliases}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            known |= {folded(str(field.label)): field.name for field in FIELDS}
    return known | {folded(field.name): field.name for field in FIELDS}


def recognised(headings: Sequence[str]) -> list[str]:
    """Per position the field that the heading means: by what somebody chose before, otherwise by its words.

    A field is given once, to its first column.
    """
    words = [folded(heading)[:100] for heading in headings]
    remembered = dict(ImportHeading.objects.filter(heading__in=words).values_list("heading", "field"))
    known = _known_headings() | remembered
    found: list[str] = []
    for word in words:
        field = known.get(word, IGNORED)
        found.append(field if field not in found else IGNORED)
    return found


def remember(headings: Sequence[str], columns: Iterable[str]) -> None:
    """Keep what was chosen, also that a heading was left out, for the next file that has it."""
    chosen = {folded(h)[:100]: column for h, column in zip(headings, columns, strict=True) if folded(h)}
    ImportHeading.objects.bulk_create(
        [ImportHeading(heading=heading, field=column) for heading, column in chosen.items()],
        update_conflicts=True,
        unique_fields=["heading"],
        update_fields=["field"],
    )


def missing(columns: Iterable[str]) -> list[str]:
    """What must be among the columns and is not: something to know a company by."""
    return [] if IDENTIFYING & set(columns) else ["registration_number"]
