"""Notices of one event to many: mailed over one connection to a real SMTP server, each once."""

import socket
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller

from csr_portal.core import notices
from csr_portal.core.models import Job, Notice
from csr_portal.core.states import MailStatus
from csr_portal.core.tasks import mail_notice, mail_notices
from tests.factories.core import UserFactory
from tests.factories.suppliers import SupplierFactory

pytestmark = pytest.mark.django_db


class Catcher:
    """Keeps who sent from where to whom; refuses one recipient."""

    def __init__(self, refused):
        self.refused, self.caught = refused, []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == self.refused:
            return "550 5.1.1 User unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.caught.append((session.peer, *envelope.rcpt_tos))
        return "250 OK"


@contextmanager
def server(settings, refused=""):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    catcher = Catcher(refused)
    controller = Controller(catcher, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        yield catcher
    finally:
        controller.stop()


@pytest.fixture
def told(gate_policy):
    """Three suppliers' people hear of something; the keys of their notices as the job gets them."""
    suppliers = SupplierFactory.create_batch(3)
    people = [UserFactory(email=f"p{place}@example.com") for place in range(3)]
    about = [(supplier, [person], "/portal/") for supplier, person in zip(suppliers, people, strict=True)]
    notices.tell_first(about, "suppliers/status", event="now")
    return Job.objects.get(task="core.mail_notices").arguments[0]


def states():
    return list(Notice.objects.order_by("pk").values_list("mail_status", flat=True))


def test_notices_of_one_event_go_out_over_one_connection_and_once(told, settings):
    with server(settings) as catcher:
        mail_notices(told)
        mail_notices(told)
    assert [address for _peer, address in catcher.caught] == ["p0@example.com", "p1@example.com", "p2@example.com"]
    assert len({peer for peer, _address in catcher.caught}) == 1
    assert states() == [MailStatus.SENT] * 3


def test_refused_recipient_and_those_after_it_get_jobs_of_their_own(told, settings):
    _first, second, third = (int(pk) for pk in told.split(","))
    with server(settings, refused="p1@example.com") as catcher:
        mail_notices(told)
        alone = Job.objects.filter(task="core.mail_notice").order_by("pk")
        assert [row.arguments for row in alone] == [[second], [third]]
        mail_notice(third)
        with pytest.raises(OSError, match="User unknown"):
            mail_notice(second)
    assert [address for _peer, address in catcher.caught] == ["p0@example.com", "p2@example.com"]
    assert states() == [MailStatus.SENT, MailStatus.FAILED, MailStatus.SENT]


def test_absent_server_leaves_every_notice_to_a_job_of_its_own(told, settings):
    with server(settings):
        pass  # its port is free again
    mail_notices(told)
    assert Job.objects.filter(task="core.mail_notice").count() == 3
    assert states() == [MailStatus.QUEUED] * 3


def test_more_people_than_one_job_takes_are_told_by_several(gate_policy, monkeypatch):
    monkeypatch.setattr(notices, "MAILED_TOGETHER", 2)
    notices.tell_first([(SupplierFactory(), UserFactory.create_batch(5), "/portal/")], "suppliers/status", event="now")
    keys = [str(pk) for pk in Notice.objects.order_by("pk").values_list("pk", flat=True)]
    jobs = Job.objects.filter(task="core.mail_notices").order_by("pk")
    assert [row.arguments[0].split(",") for row in jobs] == [keys[:2], keys[2:4], keys[4:]]
