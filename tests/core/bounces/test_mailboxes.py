import imaplib
import poplib

import pytest

from csr_portal.core.bounces import mailboxes
from tests.core.bounces.servers import Imap, Pop, mailbox

USER = "box:p%40ss%20word@127.0.0.1"
MESSAGES = [b"Subject: report\r\n\r\none", b"Subject: holiday\r\n\r\ntwo", b"Subject: report\r\n\r\nthree"]


def read(scheme, server, work, path=""):
    return mailboxes.read(f"{scheme}://{USER}:{server.port}{path}", work)


def is_report(raw):
    return b"report" in raw


def test_imap_deletes_reports_and_leaves_the_rest_marked_as_read():
    with mailbox(Imap, MESSAGES) as server:
        assert read("imap", server, is_report, "/Bounces") == 2
        assert (server.messages, server.seen) == ({2: MESSAGES[1]}, {1, 2, 3})
        assert read("imap", server, is_report) == 0
        assert 'SELECT "Bounces"' in server.log
        assert 'SELECT "INBOX"' in server.log


def test_pop_takes_everything_away():
    with mailbox(Pop, MESSAGES) as server:
        assert read("pop3", server, is_report) == 2
        assert server.messages == {}


@pytest.mark.parametrize(("scheme", "handler"), [("imap", Imap), ("pop3", Pop)])
def test_message_whose_work_failed_is_read_again(scheme, handler):
    def breaks(raw):
        raise RuntimeError

    with mailbox(handler, MESSAGES) as server:
        with pytest.raises(RuntimeError):
            read(scheme, server, breaks)
        assert len(server.messages) == 3
        assert read(scheme, server, is_report) == 2


def test_too_long_a_message_is_not_read(monkeypatch):
    monkeypatch.setattr(mailboxes, "LARGEST", 10)
    with mailbox(Pop, MESSAGES) as server:
        assert read("pop3", server, is_report) == 0
        assert "RETR" not in server.log


def test_wrong_password_and_missing_folder_are_errors():
    with mailbox(Imap, MESSAGES) as server:
        with pytest.raises(imaplib.IMAP4.error):
            mailboxes.read(f"imap://box:wrong@127.0.0.1:{server.port}", is_report)
        with pytest.raises(OSError, match="There is no folder Missing."):
            read("imap", server, is_report, "/Missing")
    with mailbox(Pop, MESSAGES) as server, pytest.raises(poplib.error_proto):
        mailboxes.read(f"pop3://box:wrong@127.0.0.1:{server.port}", is_report)


@pytest.mark.parametrize(("scheme", "handler"), [("imaps", Imap), ("pop3s", Pop)])
def test_with_tls_nothing_is_said_without_it(scheme, handler):
    with mailbox(handler, MESSAGES) as server:
        with pytest.raises(OSError, match="SSL"):
            read(scheme, server, is_report)
        assert "USER" not in server.log
        assert "LOGIN" not in server.log
