"""QR codes as SVG for pages and PDFs: presentation attributes only, no picture file."""

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

DARK, LIGHT = "#17212d", "#ffffff"
QUIET_ZONE = 2  # modules; the page around it is white too


def qr_svg(text: str, *, module: int = 4, label: str = "") -> SafeString:
    """The code for `text`; `module` is the side of one square in units of the drawing. One path keeps it small."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    side = len(rows)
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in dark_runs(row)
    )
    return format_html(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {side} {side}" '
        'role="img" aria-label="{label}"><rect width="{side}" height="{side}" fill="{light}"/>'
        '<path d="{path}" fill="{dark}"/></svg>',
        size=side * module,
        side=side,
        label=label or _("QR code of the verification page"),
        path=path,
        light=LIGHT,
        dark=DARK,
    )


def dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    """Start and length of every run of dark squares."""
    runs: list[tuple[int, int]] = []
    for x, is_dark in enumerate(row):
        if not is_dark:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs
