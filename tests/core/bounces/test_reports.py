import pytest

from csr_portal.core.bounces.reports import Bounce, bounces_in, mark, notice_of
from tests.core.bounces.servers import report

ADDRESS = "anna@acme.example"


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822", "message/rfc822-headers"])
def test_report_names_notice_recipient_and_reason(returned):
    raw = report(17, "Anna@Acme.example", returned=returned)
    assert bounces_in(raw) == [Bounce(17, ADDRESS, "550 5.1.1 User unknown")]


def test_reason_over_several_lines_becomes_one():
    [bounce] = bounces_in(report(17, ADDRESS, words="550-5.1.1 The account\r\n    does not exist"))
    assert bounce.reason == "550-5.1.1 The account does not exist"


def test_status_stands_in_for_a_missing_reason():
    raw = report(17, ADDRESS).replace(b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n", b"")
    assert bounces_in(raw) == [Bounce(17, ADDRESS, "5.1.1")]


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_is_no_failure_is_nothing(action):
    assert bounces_in(report(17, ADDRESS, action=action)) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: Out of office\r\n\r\nI am away.",
        report(17, ADDRESS).replace(b"multipart/report", b"multipart/mixed"),
        report(17, ADDRESS).replace(b"message/delivery-status", b"text/plain"),
        report(17, ADDRESS).replace(b"X-Notice: 17.", b"X-Notice: 18."),
        report(17, ADDRESS).replace(b"rfc822;", b"rfc822"),
    ],
)
def test_what_is_no_report_about_our_mail_is_nothing(raw):
    assert bounces_in(raw) == []


def test_mark_is_ours_alone_and_survives_a_change_of_the_servers_key(settings):
    text = mark(17)
    assert notice_of(f"X-Notice: {text}\r\n") == 17
    assert [notice_of(wrong) for wrong in ("", "17", "17." + "0" * 32, text.replace("17.", "18."))] == [None] * 4
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 8
    assert notice_of(text) == 17
    settings.SECRET_KEY_FALLBACKS = []
    assert notice_of(text) is None
