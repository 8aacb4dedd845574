import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from django import forms
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from csr_portal.core.templatetags.dates import whole_dates

NOON = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)  # noon in Shanghai


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def render(text, **values):
    return Template(text).render(Context(values))


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False), timezone.override("Asia/Shanghai"):
        yield


@pytest.mark.parametrize(
    ("language", "day", "short", "expected"),
    [
        ("en", dt.date(2026, 11, 20), False, "20 Nov 2026"),
        ("en", dt.date(2026, 11, 20), True, "20 Nov"),
        ("en", dt.date(2027, 1, 2), True, "2 Jan 2027"),
    ],
)
def test_day_is_written_as_readers_of_the_language_do(noon, language, day, short, expected):
    with translation.override(language):
        html = render("{% day value short=short %}", value=day, short=short)
    assert html == f'<time datetime="{day}">{expected}</time>'


def test_moment_names_the_zone_of_the_reader(noon):
    html = render("{% moment value %}", value=NOON)
    assert html == '<time datetime="2026-11-20T04:00:00+00:00">20 Nov 2026, 12:00 China time</time>'


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2026, 11, 14), '<span class="late">6 days late</span>'),
        (dt.date(2026, 11, 19), '<span class="late">1 day late</span>'),
        (dt.date(2026, 11, 20), '<span class="soon">today</span>'),
        (dt.date(2026, 11, 27), '<span class="soon">7 days left</span>'),
        (dt.date(2026, 11, 28), '<span class="">8 days left</span>'),
        (None, ""),
    ],
)
def test_days_left_says_how_late_or_how_long(noon, day, expected):
    assert render("{% days_left value %}", value=day) == expected


HONGDA = SimpleNamespace(name="东莞市宏达五金制品有限公司", name_latin="Dongguan Hongda Co., Ltd.", country="CN")


def test_names_put_the_local_name_first_with_its_language():
    assert render("{% names obj %}", obj=HONGDA) == (
        '<span class="names"><span class="name" lang="zh-Hans">东莞市宏达五金制品有限公司</span>'
        '<span class="latin"><span lang="en">Dongguan Hongda Co., Ltd.</span></span></span>'
    )


def test_names_in_a_list_lead_the_second_line_with_the_number():
    assert render('{% names obj url="/x/" main=True sub="S-1" %}', obj=HONGDA) == (
        '<a class="main ell" href="/x/" lang="zh-Hans">东莞市宏达五金制品有限公司</a>'
        '<span class="sub ell"><span class="num">S-1</span> · <span lang="en">Dongguan Hongda Co., Ltd.</span></span>'
    )


def test_names_do_not_repeat_a_latin_name():
    brandt = SimpleNamespace(name="Brandt <GmbH>", name_latin="Brandt <GmbH>", country="DE")
    assert render("{% names obj %}", obj=brandt) == (
        '<span class="names"><span class="name">Brandt &lt;GmbH&gt;</span></span>'
    )


@pytest.mark.parametrize(
    ("name", "country", "expected"),
    [
        ("東和精工株式会社", "", "ja"),
        ("東和精工", "JP", "ja"),
        ("株式会社タカミ電子", "", "ja"),
        ("东莞市宏达五金制品有限公司", "CN", "zh-Hans"),
        ("台達電子", "TW", "zh-Hant"),
        ("한빛정밀", "KR", "ko"),
        ("Công ty TNHH Minh Phát", "VN", "vi"),
        ("Polmet Odlewnia", "PL", ""),
    ],
)
def test_name_knows_its_language(name, country, expected):
    obj = SimpleNamespace(name=name, country=country)
    assert render("{% name_lang obj %}", obj=obj) == (f' lang="{expected}"' if expected else "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("person", "code", "expected"),
    [
        ("csr_manager", "csr", "You"),
        ("buyer", "csr", "CSR manager"),
        ("alice", "supplier", "You"),
        ("buyer", "supplier", "Supplier"),
        ("buyer", "signatory", "Signatory"),
        ("alice", "csr", "CSR manager"),
    ],
)
def test_turn_says_you_when_the_reader_has_to_act(person, code, expected, request):
    obj = SimpleNamespace(turn=code, status_since=NOON, due_on=None)
    html = render("{% turn obj %}", obj=obj, user=request.getfixturevalue(person))
    word = html.partition("</svg>")[2].partition("<")[0]
    assert (word, "turn you" in html) == (expected, expected == "You")


def test_turn_of_nobody_is_an_answer_too():
    assert render("{% turn obj %}", obj=SimpleNamespace(turn="")) == '<span class="t3">nobody</span>\n'


def test_turn_names_the_days_it_is_late(noon):
    obj = SimpleNamespace(turn="supplier", status_since=NOON, due_on=dt.date(2026, 11, 14))
    assert '<span class="sub late">6 days late</span>' in render("{% turn obj %}", obj=obj)


def test_query_with_changes_adds_and_takes_away():
    request = RequestFactory().get("/x/?q=a&page=2&sort=name")
    html = Template('{% query_with page=3 sort="" %}').render(RequestContext(request))
    assert html == "?q=a&amp;page=3"


class Form(forms.Form):
    reason = forms.CharField(label="Reason", help_text="One sentence")
    remark = forms.CharField(label="Remark", required=False)
    choice = forms.ChoiceField(label="Choice", choices=[("a", "A")], widget=forms.RadioSelect)


def test_field_puts_the_error_above_the_control_and_reads_it_out():
    form = Form({})
    html = render("{% field form.reason %}", form=form)
    assert html.index("This field is required.") < html.index("<input")
    assert 'aria-describedby="id_reason_helptext id_reason_error"' in html
    assert 'aria-invalid="true"' in html
    assert ("(optional)" in html, "(optional)" in render("{% field form.remark %}", form=form)) == (False, True)


def test_error_summary_links_to_every_wrong_field():
    html = render("{% error_summary form %}", form=Form({}))
    assert [part.split('"')[0] for part in html.split('href="')[1:]] == ["#id_reason", "#id_choice"]


def test_field_group_of_django_looks_as_the_tag():
    assert 'class="form-field"' in Form().render()


def test_history_tells_sentences_with_what_the_entry_holds():
    entry = SimpleNamespace(
        subject_type="agreements.agreement",
        action="sign",
        to_status="signed",
        reason="",
        by_name="陈国强",
        data={"version": "2026.1"},
        at=NOON,
    )
    html = render(
        "{% history entries %}", entries=[entry], history_sentences={"agreement.sign": "Version %(version)s signed"}
    )
    assert ("Version 2026.1 signed" in html, '<li class="tone-info">' in html, 'lang="zh-Hans">陈国强' in html) == (
        True,
        True,
        True,
    )


def test_history_tells_days_and_kept_texts_in_the_readers_language(noon):
    entry = SimpleNamespace(
        subject_type="suppliers.supplier",
        action="gate_lost",
        to_status="",
        reason="",
        by_name="system",
        data={"until": "2027-12-05", "titles": {"en": "Agreement", "zh-hans": "承诺书"}},
        at=NOON,
    )
    sentences = {"supplier.gate_lost": "%(titles)s, %(until)s, %(unknown)s"}
    with translation.override("zh-hans"):
        html = render("{% history entries %}", entries=[entry], history_sentences=sentences)
    assert "承诺书, 2027年12月5日, –" in html


def test_dates_inside_a_sentence_are_kept_whole_and_the_sentence_is_escaped():
    shown = whole_dates("苏州<一厂>：有效期至 2028年2月28日；10月5日决定")
    assert shown == (
        '苏州&lt;一厂&gt;：有效期至 <span class="whole">2028年2月28日</span>；<span class="whole">10月5日</span>决定'
    )
