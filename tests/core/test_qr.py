"""QR codes: what is drawn is what was asked for."""

import re
import xml.etree.ElementTree as ET

import qrcode

from csr_portal.core.qr import dark_runs, qr_svg

ADDRESS = "https://csr.example.com/open/verify/CSR-44B0-91EC-7A20"


def test_qr_draws_exactly_the_dark_squares_of_the_code():
    svg = qr_svg(ADDRESS)
    side = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    drawn = [[False] * side for _ in range(side)]
    for start, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        for x in range(int(start), int(start) + int(length)):
            drawn[int(y)][x] = True
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=2)
    code.add_data(ADDRESS)
    assert drawn == code.get_matrix()


def test_qr_is_named_for_those_who_do_not_see_it():
    drawing = ET.fromstring(qr_svg(ADDRESS, label='Check "it"'))  # noqa: S314
    assert (drawing.attrib["role"], drawing.attrib["aria-label"]) == ("img", 'Check "it"')


def test_dark_runs_join_neighbours():
    assert dark_runs([True, True, False, True]) == [(0, 2), (3, 1)]
