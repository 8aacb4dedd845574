"""Photos of paper as a phone takes them: aslant, on a table, half in a shadow."""

import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from csr_portal.core.straighten import _coefficients

RED = (200, 30, 40)
SIZE = (1500, 2000)
FROM_ASLANT = ((350, 300), (1180, 320), (1420, 1850), (90, 1810))
THREE_DEGREES = ((190, 250), (1240, 305), (1165, 1790), (115, 1735))
STRAIGHT = ((200, 200), (1300, 200), (1300, 1755), (200, 1755))


def chopped(page, place=(0.62, 0.7)):
    """The page with a red round chop whose middle is at these shares of width and height."""
    page = page.copy()
    draw, radius = ImageDraw.Draw(page), page.width // 8
    x, y = page.width * place[0], page.height * place[1]
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=RED, width=page.width // 110)
    star = [
        (x + reach * math.sin(corner * math.pi / 5), y - reach * math.cos(corner * math.pi / 5))
        for corner in range(10)
        for reach in [radius * (0.2 if corner % 2 else 0.5)]
    ]
    draw.polygon(star, fill=RED)
    return page


def photo(page, quad, *, table=(126, 88, 54), shadow=0.55):
    """The page lying on a table of this colour with its corners at `quad`, warm light, a soft shadow over it."""
    ends = [(0, 0), (page.width, 0), page.size, (0, page.height)]
    lying = page.transform(SIZE, Image.Transform.PERSPECTIVE, _coefficients(quad, ends), Image.Resampling.BICUBIC)
    sheet = Image.new("L", SIZE)
    ImageDraw.Draw(sheet).polygon(list(quad), fill=255)
    picture = Image.composite(lying, Image.new("RGB", SIZE, table), sheet)
    dark = Image.new("L", SIZE, 255)
    ImageDraw.Draw(dark).polygon([(825, 0), (1500, 0), (1500, 1240), (450, 2000)], fill=round(255 * shadow))
    light = dark.filter(ImageFilter.GaussianBlur(50))
    warm = [light, light.point(lambda value: value * 24 // 25), light.point(lambda value: value * 22 // 25)]
    picture = ImageChops.multiply(picture, Image.merge("RGB", warm))
    return picture.filter(ImageFilter.GaussianBlur(0.7))
