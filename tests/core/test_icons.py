import pytest
from django.http import HttpRequest
from django.template import Context, RequestContext, Template

from csr_portal.core import icons


def request(is_fragment=False):
    request = HttpRequest()
    request.htmx = is_fragment
    return request


def test_svg_draws_in_place_without_a_sprite():
    assert icons.svg("check") == (
        '<svg class="ic" viewBox="0 0 24 24" aria-hidden="true"><path d="M20 6 9 17l-5-5"/></svg>'
    )


def test_svg_points_into_the_sprite_and_notes_its_name():
    names = set()
    assert icons.svg("check", size="lg", sprite=names) == (
        '<svg class="ic ic-lg" aria-hidden="true"><use href="#i-check"/></svg>'
    )
    assert names == {"check"}


def test_svg_with_a_label_is_an_image_with_a_name():
    assert icons.svg("check", label='"Yes"', sprite=set()) == (
        '<svg class="ic" role="img" aria-label="&quot;Yes&quot;"><use href="#i-check"/></svg>'
    )


def test_unknown_icon_is_refused():
    with pytest.raises(LookupError, match="no-such-icon"):
        icons.shape("no-such-icon")


PAGE = '{% open_sprite %}{% icon "check" %}{% include part only %}{% close_sprite %}{% icon "x" %}'


def test_page_carries_each_used_icon_once_also_from_an_include():
    part = Template('{% icon "flag" %}{% icon "check" %}')
    html = Template(PAGE).render(RequestContext(request(), {"part": part}))
    assert [html.count(text) for text in ('<use href="#i-check"/>', '<symbol id="i-check"', '<symbol id="i-flag"')] == [
        2,
        1,
        1,
    ]
    assert html.endswith('<svg class="ic" viewBox="0 0 24 24" aria-hidden="true">' + icons.shape("x") + "</svg>")


def test_fragment_draws_its_icons_in_place():
    html = Template(PAGE).render(RequestContext(request(is_fragment=True), {"part": Template("")}))
    assert "<use" not in html
    assert html.startswith('<svg class="ic" viewBox="0 0 24 24"')


def test_template_without_a_request_draws_its_icons_in_place():
    assert Template('{% icon "check" %}').render(Context()) == icons.svg("check")
