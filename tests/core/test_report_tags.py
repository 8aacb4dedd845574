"""Tags of printed documents."""

import datetime as dt

import pytest
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from csr_portal.core.templatetags import reports


@pytest.mark.parametrize(
    ("language", "value", "html"),
    [
        ("en", "Liu Fang 刘芳, lead", 'Liu Fang <span lang="zh-Hans">刘芳</span>, lead'),
        ("en", "東京の工場（本社）", '<span lang="ja">東京の工場（本社）</span>'),
        ("en", "Nguyễn Thị Hà", "Nguyễn Thị Hà"),
        ("en", "内有14人", '<span lang="zh-Hans">内有14人</span>'),
        ("zh-hans", "刘芳 Liu Fang", "刘芳 Liu Fang"),
        ("zh-hans", "サプライヤー", '<span lang="ja">サプライヤー</span>'),
        ("ja", "渡辺 直子", "渡辺 直子"),
        ("zh-hans", "the workers’ own", '<span lang="en">the workers’ own</span>'),
        ("en", "<b>刘</b>", '&lt;b&gt;<span lang="zh-Hans">刘</span>&lt;/b&gt;'),
        ("en", 7, "7"),
        ("en", None, ""),
        ("en", mark_safe("<b>刘</b>"), "<b>刘</b>"),
    ],
)
def test_in_scripts_marks_what_is_not_in_the_documents_own_language(language, value, html):
    with translation.override(language):
        assert str(reports.in_scripts(value)) == html


def test_in_scripts_takes_the_language_it_is_told():
    with translation.override("ja"):
        assert reports.in_scripts("陈国强", "zh-Hans") == '<span lang="zh-Hans">陈国强</span>'


def test_printed_dates_always_carry_year_and_offset():
    moment = dt.datetime(timezone.localdate().year, 1, 2, 8, 40, tzinfo=dt.UTC)
    assert reports.printed_day(moment.date()) == f"2 Jan {moment.year}"
    assert reports.printed_day(moment) == f"2 Jan {moment.year}"
    assert reports.printed_moment(moment) == f"2 Jan {moment.year}, 16:40 UTC+08:00"
    assert (reports.printed_day(None), reports.printed_moment(None)) == ("–", "–")


def test_short_hash_keeps_both_ends():
    assert reports.short_hash("ab" * 16 + "cd" * 16) == "abababababababab … cdcdcdcd"


def test_under_pairs_cells_with_the_class_of_their_column():
    assert reports.under(["OHS", 3], [("Section", ""), ("Score", "r")]) == [("OHS", ""), (3, "r")]
