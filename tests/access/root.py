"""Who may open which address of the project package, and why addresses of libraries are left out."""

from django.core.files.base import ContentFile

from audits.models import SelfInspectionReport
from csr_portal.core.calendars import CalendarFeed
from csr_portal.core.models import Notice
from suppliers.models import SupplierReport
from tests.access.table import ANYBODY, EVERYBODY, STAFF, SUPPLIER, Route
from tests.factories.audits import SelfInspectionFactory
from tests.factories.core import DeliveryFactory, UserFactory


def dossier(world):
    return {"kind": "dossier", "pk": world.dossier.pk}


def own_report(world):
    return {"kind": "self-inspection", "pk": world.own_report.pk}


def webhook(world):
    return {"pk": world.webhook.pk}


def delivery(world):
    return {"pk": world.delivery.pk}


CONNECTIONS = frozenset({"administrator", "csr_manager"})
ROUTES = {
    "my-email": Route(EVERYBODY),
    "open:email-confirm": Route(ANYBODY, lambda world: {"token": "x"}),
    "open:email-veto": Route(ANYBODY, lambda world: {"token": "x"}),
    "staff:colleague-list": Route(CONNECTIONS),
    "staff:hand-over": Route(CONNECTIONS, lambda world: {"pk": world.buyer.pk}),
    "staff:due-list": Route(frozenset({"buyer", "csr_manager", "auditor"})),
    "staff:extend-many": Route(frozenset({"buyer", "csr_manager", "auditor"}), method="post"),
    "home": Route(EVERYBODY),
    "open:health-live": Route(ANYBODY),
    "open:health-ready": Route(ANYBODY),
    "staff:home": Route(STAFF),
    "portal:home": Route(SUPPLIER | {"mallory"}),
    "staff:tasks": Route(STAFF),
    "staff:indicators": Route(STAFF),
    "staff:reviews-spared": Route(STAFF),
    "staff:notice-list": Route(STAFF),
    "staff:report-list": Route(STAFF),
    "staff:report-kind-list": Route(STAFF, lambda world: {"kind": "dossier"}),
    "staff:yearly-report": Route(STAFF, method="post"),
    "staff:report-status": Route(STAFF, dossier),
    "staff:report-download": Route(STAFF, dossier),
    "staff:supplier-dossier": Route(
        STAFF - {"training_coordinator"}, lambda world: {"pk": world.acme.pk}, method="post"
    ),
    "portal:report-status": Route(SUPPLIER, own_report, foreign=404),
    "portal:report-download": Route(SUPPLIER, own_report, foreign=404),
    "open:verify": Route(ANYBODY),
    "open:verify-file": Route(ANYBODY, method="post"),
    "open:set-language": Route(ANYBODY, method="post"),
    "open:set-theme": Route(ANYBODY, method="post"),
    "open:session": Route(ANYBODY),
    "staff:digest-preview": Route(CONNECTIONS),
    "staff:webhook-list": Route(CONNECTIONS),
    "staff:webhook-add": Route(CONNECTIONS),
    "staff:webhook-detail": Route(CONNECTIONS, webhook),
    "staff:webhook-edit": Route(CONNECTIONS, webhook),
    "staff:webhook-secret": Route(CONNECTIONS, webhook, "post"),
    "staff:webhook-test": Route(CONNECTIONS, webhook, "post"),
    "staff:webhook-pause": Route(CONNECTIONS, webhook, "post"),
    "staff:webhook-resume": Route(CONNECTIONS, webhook, "post"),
    "staff:webhook-delivery": Route(CONNECTIONS, delivery),
    "staff:webhook-again": Route(CONNECTIONS, delivery, "post"),
    "api:mail-event-list": Route(frozenset(), method="post"),
    "open:calendar": Route(ANYBODY, lambda world: {"token": world.feed.token}),
    "my-calendar": Route(EVERYBODY),
    "my-calendar-new": Route(EVERYBODY, method="post"),
    "my-calendar-off": Route(EVERYBODY, method="post"),
    "my-settings": Route(EVERYBODY),
    "my-notices": Route(EVERYBODY),
    "my-notices-read": Route(EVERYBODY, method="post"),
    "my-notice-open": Route(frozenset({"alice"}), lambda world: {"pk": world.notice.pk}, method="post", foreign=404),
}

# Addresses of libraries, with rules of their own that their own tests hold; test_access checks the admin as a whole.
LIBRARIES = ("admin:", "account_", "mfa_", "socialaccount_")


def fill(world):
    """A notice to Alice, a dossier of Acme, a webhook and what it was sent."""
    world.delivery = DeliveryFactory(webhook__owner=world.csr_manager, subject=world.acme.number)
    world.webhook = world.delivery.webhook
    world.feed = CalendarFeed.objects.create(person=UserFactory())
    world.notice = Notice.objects.create(
        key="access",
        kind="test",
        recipient=world.alice,
        email=world.alice.email,
        language="en",
        subject="For Alice",
        body="x",
    )
    ready = {
        "language": "en",
        "fingerprint": "f" * 64,
        "status": "ready",
        "file": ContentFile(b"%PDF-1.7", name="report.pdf"),
        "file_name": "report.pdf",
    }
    world.dossier = SupplierReport.objects.create(supplier=world.acme, **ready)
    inspection = SelfInspectionFactory(supplier=world.acme, site__supplier=world.acme)
    world.own_report = SelfInspectionReport.objects.create(inspection=inspection, **ready)
