"""The demo company, cut down to a few suppliers: its story is told by the workflow functions and keeps their rules."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from agreements.models import Agreement
from audits.models import Finding, SelfInspection
from csr_portal.core import history
from csr_portal.core.models import Job, User
from csr_portal.core.roles import Role
from csr_portal.demo import LOGINS, relations
from suppliers import gates, standing
from suppliers.models import Supplier
from training.models import TrainingCertificate


@pytest.fixture
def few(monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path  # an anchor file of its own
    monkeypatch.setattr(relations, "FIRST_PART", 6)
    ends = [{"strategic": 2, "registered": 2, "invited": 1}, {"strategic": 1, "declined": 353}]
    monkeypatch.setattr(relations, "ENDS", ends)
    monkeypatch.setattr(relations, "STILL_OPEN", [1, 0])


def test_demo_company_keeps_the_rules(erasable, fonts, few):
    for role in Role.values:
        Group.objects.get_or_create(name=role)
    call_command("load_defaults", verbosity=0)
    call_command("load_demo")
    counts = sorted(Supplier.objects.values_list("status", flat=True))
    assert counts == ["cooperating", "invited", "registered", "registered", "strategic", "strategic"]
    for supplier in Supplier.objects.filter(status="strategic"):
        assert gates.check(supplier, "strategic").missing == []
        assert {key for key, value in standing.facts(supplier).items() if getattr(supplier, key) != value} == set()
    assert Agreement.objects.filter(status="in_force").exclude(sealed_sha256="").count() == 4
    strategic = Supplier.objects.filter(status="strategic")
    assert set(strategic.filter(site_reviews__status="reported")) == set(strategic)
    assert SelfInspection.objects.filter(status="accepted", score__gte=80).count() >= 2
    assert Finding.objects.exclude(origin="site_review").count() == 0
    assert TrainingCertificate.objects.filter(enrolment__supplier=None).count() == 25
    assert Job.objects.exclude(task="training.build_certificate").exclude(status="done").count() == 0
    assert history.verify().is_intact
    assert User.objects.filter(email__in=[email for email, _role in LOGINS]).count() == len(LOGINS)
    with pytest.raises(CommandError):
        call_command("load_demo")
