"""A mail that comes back: noted at its notice, named to the buyer, shown at the invitation (B12, B22)."""

import socket

import pytest
from aiosmtpd.controller import Controller
from django.core import mail

from csr_portal import undelivered
from csr_portal.core.bounces.reports import Bounce, mark
from csr_portal.core.models import Notice
from csr_portal.core.states import MailStatus
from csr_portal.core.tasks import mail_notice
from csr_portal.sweeps import read_bounces
from suppliers.workflow import invitations
from tests.core.bounces.servers import Imap, mailbox, report
from tests.factories.core import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation(acme, buyer):
    return invitations.invite(acme, email="anna@acme.example", language="en", by=buyer)


@pytest.fixture
def notice(invitation):
    Notice.objects.update(mail_status=MailStatus.SENT)
    return Notice.objects.get(kind="suppliers/invitation")


def bounce(row, **more):
    return Bounce(**{"notice": row.pk, "recipient": row.email, "reason": "550 User unknown"} | more)


def test_bounce_is_noted_and_named_to_the_buyer_once(notice, buyer, acme):
    for _ in range(2):
        undelivered.take([bounce(notice)])
    notice.refresh_from_db()
    assert (notice.mail_status, notice.mail_error) == (MailStatus.FAILED, "550 User unknown")
    told = Notice.objects.get(kind="mail_undelivered")
    assert (told.recipient, told.url) == (buyer, f"/staff/suppliers/{acme.pk}/people/")
    assert told.subject == f"Mail did not arrive: anna@acme.example ({acme.name})"
    assert "The mail server said: 550 User unknown" in told.body


@pytest.mark.parametrize("status", [MailStatus.QUEUED, MailStatus.FAILED])
def test_what_was_not_sent_cannot_come_back(notice, status):
    Notice.objects.update(mail_status=status, mail_error="before")
    assert undelivered.take([bounce(notice)]) == []
    assert Notice.objects.get(pk=notice.pk).mail_error == "before"


def test_report_about_another_address_or_notice_changes_nothing(notice):
    wrong = [bounce(notice, recipient="other@acme.example"), bounce(notice, notice=notice.pk + 99)]
    assert undelivered.take(wrong) == []
    assert Notice.objects.get(pk=notice.pk).mail_status == MailStatus.SENT


def test_notice_to_a_suppliers_person_is_named_to_their_buyer_and_one_to_the_buyer_to_nobody(acme, alice, buyer):
    rows = [
        Notice.objects.create(
            key=f"k{person.pk}", kind="digest", recipient=person, email=person.email, language="en", subject="x",
            body="x", mail_status=MailStatus.SENT,
        )
        for person in (alice, buyer, UserFactory())
    ]  # fmt: skip
    undelivered.take([bounce(row) for row in rows])
    assert list(Notice.objects.filter(kind="mail_undelivered").values_list("recipient__email", flat=True)) == [
        "buyer@example.com"
    ]
    assert Notice.objects.get(kind="mail_undelivered").body.count("alice@acme.example") == 1
    Notice.objects.filter(kind="mail_undelivered").update(mail_status=MailStatus.SENT)
    undelivered.take([bounce(Notice.objects.get(kind="mail_undelivered"))])
    assert Notice.objects.filter(kind="mail_undelivered").count() == 1


def test_mail_goes_out_marked_and_its_report_comes_back(invitation, settings):
    """Through a real SMTP server out, and through a real mailbox in."""
    caught = []

    class Catcher:
        async def handle_DATA(self, server, session, envelope):
            caught.append(envelope)
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Catcher(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.DEFAULT_FROM_EMAIL, settings.BOUNCE_ADDRESS = "Portal <portal@example.com>", "bounces@example.com"
        notice = Notice.objects.get(kind="suppliers/invitation")
        mail_notice(notice.pk)
    finally:
        controller.stop()
    [envelope] = caught
    text = envelope.content.decode()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("bounces@example.com", ["anna@acme.example"])
    assert "From: Portal <portal@example.com>" in text
    assert f"X-Notice: {mark(notice.pk)}" in text
    assert "Auto-Submitted: auto-generated" in text
    with mailbox(Imap, [report(notice.pk, "anna@acme.example"), b"Subject: Hello\r\n\r\n"]) as server:
        settings.BOUNCE_MAILBOX = f"imap://box:p%40ss%20word@127.0.0.1:{server.port}"
        read_bounces()
        assert list(server.messages) == [2]
    notice.refresh_from_db()
    assert (notice.mail_status, notice.mail_error) == (MailStatus.FAILED, "550 5.1.1 User unknown")


def test_without_a_mailbox_nothing_is_read(settings):
    settings.BOUNCE_MAILBOX = ""
    assert undelivered.read_mailbox() == 0


def test_invitation_shows_that_it_did_not_arrive_and_why(notice, invitation, buyer, login):
    undelivered.take([bounce(notice)])
    page = login(buyer).get(f"/staff/invitations/{invitation.pk}/").content.decode()
    assert ("Did not arrive" in page, "550 User unknown" in page) == (True, True)


def post(client, body, secret):
    return client.post("/api/v1/mail-events/", body, "application/json", headers={"X-Bounce-Secret": secret})


def test_provider_reports_by_call(client, notice, settings):
    settings.BOUNCE_SECRET = "s3cret"
    body = {"notice": mark(notice.pk), "recipient": "anna@acme.example", "reason": "mailbox full"}
    assert post(client, body, "s3cret").json() == {"noted": 1}
    assert post(client, [body, body], "s3cret").json() == {"noted": 0}
    assert Notice.objects.get(pk=notice.pk).mail_error == "mailbox full"


@pytest.mark.parametrize(("wanted", "given"), [("s3cret", "wrong"), ("s3cret", ""), ("", ""), ("", "s3cret")])
def test_without_the_secret_nobody_reports(client, notice, settings, wanted, given):
    settings.BOUNCE_SECRET = wanted
    body = {"notice": mark(notice.pk), "recipient": notice.email}
    assert post(client, body, given).status_code == 401
    assert Notice.objects.get(pk=notice.pk).mail_status == MailStatus.SENT


@pytest.mark.parametrize(
    "change", [{"notice": "1.abc"}, {"notice": ""}, {"recipient": "nobody"}, {"reason": "x" * 1001}]
)
def test_bad_report_names_the_field(client, notice, settings, change):
    settings.BOUNCE_SECRET = "s3cret"
    response = post(client, {"notice": mark(notice.pk), "recipient": notice.email} | change, "s3cret")
    assert (response.status_code, list(response.json()["fields"])) == (400, list(change))
    assert mail.outbox == []
