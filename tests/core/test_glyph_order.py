"""Frequent letters stand in front in the fonts of PDFs, so that a PDF carries few empty places."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from csr_portal.core import glyph_order
from csr_portal.core.management.commands.build_assets import full_cjk_path


@pytest.fixture(scope="module", params=["regular", "bold"])
def font(request):
    call_command("build_assets", verbosity=0)
    with TTFont(settings.ASSETS_DIR / "fonts" / f"portal-cjk-{request.param}.otf", lazy=True) as font:
        yield font


def test_frequent_characters_are_ideographs_and_stand_once():
    characters = glyph_order.frequent_characters()
    assert len(characters) == len(set(characters))
    assert re.fullmatch(r"[\u3400-\u9fff]+", characters)


def test_latin_letters_and_frequent_characters_have_the_first_numbers(font):
    shown = font.getBestCmap()
    frequent = [ord(character) for character in glyph_order.frequent_characters() if ord(character) in shown]
    places = [font.getGlyphID(shown[character]) for character in [*range(0x20, 0x7F), *frequent]]
    assert max(places) < 3600 < font["maxp"].numGlyphs
    assert font.getGlyphOrder()[0] == ".notdef"


def test_cid_of_every_letter_is_its_number_in_the_font(font):
    names = font["CFF "].cff.topDictIndex[0].charset
    assert names == [".notdef", *(f"cid{number:05d}" for number in range(1, font["maxp"].numGlyphs))]


def test_regional_shapes_stand_beside_their_letters(font):
    alternates = glyph_order._alternates(font)
    shown = font.getBestCmap()
    for character in "直骨关":
        others = sorted(alternates.get(shown[ord(character)], ()))
        place = font.getGlyphID(shown[ord(character)])
        assert all(abs(font.getGlyphID(other) - place) < 3600 for other in others)


def test_letters_are_drawn_as_before_the_reordering(font):
    """The outline under every renumbered name is the one that the package's font has under that name."""

    weight = "bold" if "Bold" in font["name"].getDebugName(6) else "regular"
    with TTFont(full_cjk_path(weight), lazy=True) as original:
        ours, theirs = font.getGlyphSet(), original.getGlyphSet()
        for character in "A安镇関曜谢ぁ":
            name, first = font.getBestCmap()[ord(character)], original.getBestCmap()[ord(character)]
            assert (outline(ours, name), ours[name].width) == (outline(theirs, first), theirs[first].width)


def outline(glyphs, name):
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    return pen.value
