import datetime as dt
from copy import deepcopy

import factory

from csr_portal.core.timezones import last_valid_day, today
from suppliers import defaults
from suppliers.models import (
    Category,
    Certificate,
    Contact,
    Decision,
    DuplicatePair,
    Evidence,
    GatePolicy,
    Invitation,
    JoinRequest,
    Merge,
    Review,
    RiskModel,
    Site,
    Supplier,
    Trial,
    Waiver,
)
from suppliers.snapshots import hash_of
from suppliers.states import (
    CertificateStandard,
    CertificateStatus,
    ContactRole,
    DuplicateStatus,
    InvitationStatus,
    JoinStatus,
    Outcome,
    ReviewStatus,
    SupplierStatus,
    WaiverStatus,
)
from tests.factories.core import StoredFileFactory, UserFactory


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    code = factory.Sequence(lambda n: f"category-{n}")
    name = factory.LazyAttribute(lambda o: {"en": o.code})


class SupplierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Supplier

    number = factory.Sequence(lambda n: f"S-{50000 + n}")  # far from the numbers that tests name
    name = factory.Sequence(lambda n: f"东莞市宏达五金制品有限公司{n}")
    name_latin = factory.Sequence(lambda n: f"Dongguan Hongda Hardware {n} Co., Ltd.")
    country = "CN"
    status = SupplierStatus.COOPERATING
    owner = factory.SubFactory(UserFactory, roles=["buyer"])


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Site

    supplier = factory.SubFactory(SupplierFactory)
    name = factory.Sequence(lambda n: f"虎门厂{n}")
    name_latin = factory.Sequence(lambda n: f"Humen plant {n}")
    country = "CN"
    workers_women = 80
    workers_men = 44


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    supplier = factory.SubFactory(SupplierFactory)
    user = factory.SubFactory(UserFactory, language="zh-hans")
    role = ContactRole.ADMIN


class EvidenceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Evidence

    supplier = factory.SubFactory(SupplierFactory)
    file = factory.SubFactory(StoredFileFactory)
    effective_on = dt.date(2026, 11, 1)


class GatePolicyFactory(factory.django.DjangoModelFactory):
    """Asks only for a decided CSR review, so that tests of other things stay small."""

    class Meta:
        model = GatePolicy
        django_get_or_create = ("number",)

    number = 1
    is_current = True
    conditions = {
        "cooperating": [{"condition": "csr_review"}],
        "strategic": [{"condition": "csr_review"}],
    }


class RiskModelFactory(factory.django.DjangoModelFactory):
    """R-RISK-1 as a draft."""

    class Meta:
        model = RiskModel

    number = factory.Sequence(lambda n: n + 100)
    name = "R-RISK-1"
    factors = factory.LazyFunction(lambda: deepcopy(defaults.FACTORS))
    bands = factory.LazyFunction(lambda: deepcopy(defaults.BANDS))


class TrialFactory(factory.django.DjangoModelFactory):
    """A trial that found nothing to change."""

    class Meta:
        model = Trial

    policy = factory.SubFactory(GatePolicyFactory, number=9, is_current=False)
    compared_with = 1
    content_hash = factory.LazyAttribute(lambda o: hash_of((o.policy or o.risk_model).content()))
    day = factory.LazyFunction(today)
    status = "ready"
    requested_by = factory.SubFactory(UserFactory, roles=["csr_manager"])


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    supplier = factory.SubFactory(SupplierFactory)
    email = factory.Sequence(lambda n: f"clerk{n}@supplier.example")
    language = "zh-hans"
    status = InvitationStatus.SENT
    expires_on = factory.LazyFunction(lambda: today() + dt.timedelta(days=60))
    invited_by = factory.SubFactory(UserFactory, roles=["buyer"])


class JoinRequestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = JoinRequest

    supplier = factory.SubFactory(SupplierFactory)
    user = factory.SubFactory(UserFactory)
    status = JoinStatus.REQUESTED


class DuplicatePairFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DuplicatePair

    first = factory.SubFactory(SupplierFactory)
    second = factory.SubFactory(SupplierFactory)
    status = DuplicateStatus.SUSPECTED
    turn = "buyer"
    score = 70


class MergeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Merge

    survivor = factory.SubFactory(SupplierFactory)
    merged = factory.SubFactory(SupplierFactory, status=SupplierStatus.ENDED)
    status_before = SupplierStatus.COOPERATING
    by = factory.SubFactory(UserFactory, roles=["buyer"])
    undo_until = factory.LazyFunction(lambda: today() + dt.timedelta(days=30))


class CertificateFactory(factory.django.DjangoModelFactory):
    """A verified SA8000 certificate of today, for three years."""

    class Meta:
        model = Certificate
        skip_postgeneration_save = True

    supplier = factory.SubFactory(SupplierFactory)
    status = CertificateStatus.VERIFIED
    standard = CertificateStandard.SA8000
    edition = "2026"
    number = factory.Sequence(lambda n: f"SA-{n:04}")
    holder = factory.LazyAttribute(lambda o: o.supplier.name)
    scope = "Stamping of metal parts"
    body = "Example Certification"
    accreditation = "SAAS"
    issued_on = factory.LazyFunction(today)
    expires_on = factory.LazyAttribute(lambda o: last_valid_day(o.issued_on, years=3))

    @factory.post_generation
    def sites(self, create, extracted, **kwargs):
        self.sites.set(extracted or [])


class ReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Review

    number = factory.Sequence(lambda n: f"CR-2020-{n:03}")
    supplier = factory.SubFactory(SupplierFactory)
    status = ReviewStatus.OPENED
    opened_by = factory.SubFactory(UserFactory, roles=["buyer"])
    request = "Sole source since 2022."


class DecisionFactory(factory.django.DjangoModelFactory):
    """An approved decision of the strategic segment, with a small but whole snapshot."""

    class Meta:
        model = Decision

    review = factory.SubFactory(ReviewFactory, status=ReviewStatus.DECIDED)
    supplier = factory.SelfAttribute("review.supplier")
    segment = factory.SelfAttribute("review.segment")
    outcome = Outcome.APPROVED
    reason = "All conditions are met."
    decided_by = factory.SubFactory(UserFactory, roles=["csr_manager"])
    policy = factory.SubFactory(GatePolicyFactory)
    snapshot = factory.LazyAttribute(
        lambda o: {
            "supplier": {"number": o.supplier.number, "name": o.supplier.name, "status": "cooperating", "sites": []},
            "review": {"request": "", "recommendation": "", "opened_by": "", "prepared_by": ""},
            "rules": {"number": 1},
            "risk": None,
            "conditions": [],
            "texts": {"en": {}, "zh-hans": {}, "ja": {}},
        }
    )
    snapshot_hash = factory.LazyAttribute(lambda o: hash_of(o.snapshot))


class WaiverFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Waiver

    supplier = factory.SubFactory(SupplierFactory)
    condition = "training"
    reason = "The session was moved to next month."
    valid_until = factory.LazyFunction(lambda: today() + dt.timedelta(days=30))
    requested_by = factory.SubFactory(UserFactory, roles=["buyer"])
    status = WaiverStatus.REQUESTED
