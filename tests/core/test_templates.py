"""What a machine can hold about templates: no inline script or style, every word translatable, every icon known."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from csr_portal.core import icons

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"
THEME = (ROOT / "static/portal/theme.css").read_text("utf-8")
HTML = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
PAGES = [name for name in HTML if not name.startswith("reports/")]
TEXTS = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.txt"))
# Names, languages and abbreviations that are the same in every language.
SAME_EVERYWHERE = {
    "CSR",
    "Portal",
    "PDF",
    "CSV",
    "XLSX",
    "ZIP",
    "SHA",
    "API",
    "SA8000",
    "RBA",
    "BSCI",
    "MB",
    "QR",
    "ID",
    "English",
    "简体中文",
    "日本語",
}

SILENT = re.compile(
    r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*block \w+_class\s*%}.*?{%\s*endblock\s*%}|<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->",
    re.DOTALL,
)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
ATTRIBUTE = re.compile(r'\b(?:aria-label|placeholder|title|alt)=("[^"]*"|\'[^\']*\')')
WORD = re.compile(r"[^\W\d_]{2,}")


def source(name):
    return (TEMPLATES / name).read_text("utf-8")


def words(text):
    text = re.sub(r"&\w+;", " ", text)
    return [word for word in WORD.findall(text) if word not in SAME_EVERYWHERE]


@pytest.mark.parametrize("name", HTML + TEXTS)
def test_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_template_has_no_inline_script_style_or_handler(name):
    text = source(name)
    scripts = [s for s in re.findall(r"<script\b[^>]*>", text) if " src=" not in s and "application/json" not in s]
    assert scripts == []
    assert re.findall(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", TAG.sub("", text)) == []


@pytest.mark.parametrize("name", HTML)
def test_template_has_no_words_outside_gettext(name):
    text = TAG.sub(" ", SILENT.sub(" ", source(name)))
    attributes = [word for value in ATTRIBUTE.findall(text) for word in words(value)]
    visible = words(re.sub(r"<[^>]*>", " ", text))
    assert attributes + visible == []


@pytest.mark.parametrize("name", PAGES)
def test_template_names_only_icons_that_exist(name):
    text = source(name)
    names = re.findall(r'{%\s*icon "([a-z0-9-]+)"', text) + re.findall(
        r'(?<![-\w])icon(?:\|default:|=)"([a-z0-9-]+)"', text
    )
    for icon in names:
        assert icons.shape(icon)


def block(selector):
    start = THEME.index(selector + " {") + len(selector) + 2
    return [line.strip() for line in THEME[start : THEME.index("}", start)].strip().splitlines()]


def test_dark_by_device_has_the_same_tokens_as_dark_by_choice():
    assert block('[data-bs-theme="auto"]') == block('[data-bs-theme="dark"]')


def test_theme_names_colours_only_in_its_tokens():
    rules = THEME[THEME.index("/* 3 ") :]
    without_charts = re.sub(r'\[(?:fill|stroke)="#[0-9a-f]{6}"\]', "", rules)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", without_charts) == []


def test_theme_loads_nothing_from_elsewhere():
    assert re.findall(r"url\((?!\"data:)[^)]*\)|@import", THEME) == []
