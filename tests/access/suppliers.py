"""Who may open which address of the suppliers app."""

from suppliers import drops
from suppliers.models import CountryImport, DecisionReport, GateDrop
from suppliers.workflow import invitations
from tests.access.table import ANYBODY, PROCUREMENT, STAFF, SUPPLIER, SUPPLIER_ADMIN, Route
from tests.factories.imports import planned_import
from tests.factories.suppliers import (
    CertificateFactory,
    ContactFactory,
    DecisionFactory,
    DuplicatePairFactory,
    EvidenceFactory,
    GatePolicyFactory,
    InvitationFactory,
    JoinRequestFactory,
    MergeFactory,
    ReviewFactory,
    RiskModelFactory,
    SiteFactory,
    TrialFactory,
    WaiverFactory,
)

API_READERS = STAFF | SUPPLIER
RULES = frozenset({"csr_manager", "administrator"})
CONNECTIONS = frozenset({"administrator", "csr_manager"})
MALLORY = frozenset({"mallory"})


def of_supplier(world):
    return {"pk": world.acme.pk}


def pk_of(name, **more):
    return lambda world: {"pk": getattr(world, name).pk, **more}


def staff_object(allowed, name, method="get", **more):
    return Route(allowed, pk_of(name, **more), method)


def portal_object(allowed, name, method="get"):
    return Route(allowed, pk_of(name), method, foreign=404)


ROUTES = {
    "staff:supplier-list": Route(STAFF),
    "staff:supplier-invite": Route(PROCUREMENT),
    "staff:supplier-bulk": Route(PROCUREMENT, method="post"),
    "staff:duplicate-list": Route(PROCUREMENT),
    "staff:duplicate-search": Route(PROCUREMENT, method="post"),
    "staff:duplicate-compare": Route(PROCUREMENT, method="post"),
    "staff:duplicate-detail": staff_object(PROCUREMENT, "pair"),
    "staff:duplicate-dismiss": staff_object(PROCUREMENT, "pair", "post"),
    "staff:duplicate-look-again": staff_object(PROCUREMENT, "pair", "post"),
    "staff:duplicate-merge": staff_object(PROCUREMENT, "pair", "post"),
    "staff:merge-undo": staff_object(PROCUREMENT, "merge", "post"),
    "staff:supplier-import-list": Route(PROCUREMENT),
    "staff:supplier-import-template": Route(PROCUREMENT),
    "staff:supplier-import-detail": staff_object(PROCUREMENT, "planned_import"),
    "staff:supplier-import-columns": staff_object(PROCUREMENT, "planned_import"),
    "staff:supplier-import-progress": staff_object(PROCUREMENT, "planned_import"),
    "staff:supplier-import-accept": staff_object(PROCUREMENT, "planned_import", "post"),
    "staff:supplier-import-apply": staff_object(PROCUREMENT, "planned_import", "post"),
    "staff:supplier-import-discard": staff_object(PROCUREMENT, "planned_import", "post"),
    "staff:supplier-import-undo": staff_object(PROCUREMENT, "planned_import", "post"),
    "staff:supplier-import-invite": staff_object(PROCUREMENT, "planned_import", "post"),
    "staff:supplier-import-to-correct": staff_object(PROCUREMENT, "planned_import"),
    "staff:supplier-import-file": staff_object(PROCUREMENT, "planned_import"),
    "staff:supplier-detail": Route(STAFF, of_supplier),
    "staff:supplier-edit": Route(PROCUREMENT, of_supplier),
    "staff:supplier-remind": Route(PROCUREMENT, of_supplier, "post"),
    "staff:supplier-step": staff_object(PROCUREMENT, "acme", step="suspend"),
    "staff:supplier-sites": Route(STAFF, of_supplier),
    "staff:site-add": Route(PROCUREMENT, of_supplier),
    "staff:site-edit": Route(PROCUREMENT, lambda world: {"pk": world.acme.pk, "site_pk": world.site.pk}),
    "staff:supplier-people": Route(STAFF, of_supplier),
    "staff:invitation-list": Route(STAFF, of_supplier),
    "staff:supplier-risk": Route(STAFF, of_supplier),
    "staff:clearance-list": Route(PROCUREMENT, of_supplier),
    "staff:supplier-history": Route(STAFF, of_supplier),
    "staff:certificate-add": Route(PROCUREMENT, of_supplier),
    "staff:review-open": Route(PROCUREMENT, of_supplier),
    "staff:waiver-ask": Route(PROCUREMENT, of_supplier),
    "staff:contact-end": staff_object(PROCUREMENT, "colleague", "post"),
    "staff:join-decide": staff_object(PROCUREMENT, "join_request", "post", answer="decline"),
    "staff:invitation-detail": staff_object(PROCUREMENT, "invitation"),
    "staff:invitation-resend": staff_object(PROCUREMENT, "invitation", "post"),
    "staff:invitation-revoke": staff_object(PROCUREMENT, "invitation", "post"),
    "staff:certificate-list": Route(STAFF),
    "staff:certificate-detail": staff_object(STAFF, "certificate"),
    "staff:certificate-file": staff_object(STAFF, "certificate"),
    "staff:certificate-verify": staff_object(PROCUREMENT, "certificate", "post"),
    "staff:certificate-reject": staff_object(PROCUREMENT, "certificate", "post"),
    "staff:certificate-withdraw": staff_object(PROCUREMENT, "certificate", "post"),
    "staff:drop-list": Route(CONNECTIONS),
    "staff:drop-run": Route(CONNECTIONS, method="post"),
    "staff:drop-file": staff_object(CONNECTIONS, "drop"),
    "staff:review-list": Route(PROCUREMENT),
    "staff:review-detail": staff_object(PROCUREMENT, "review"),
    "staff:review-prepare": staff_object(frozenset({"csr_manager", "buyer"}), "open_review", "post"),
    "staff:review-back": staff_object(PROCUREMENT, "open_review", "post"),
    "staff:review-decide": staff_object(PROCUREMENT, "open_review", "post"),
    "staff:review-withdraw": staff_object(PROCUREMENT, "open_review", "post"),
    "staff:review-conditions-met": staff_object(PROCUREMENT, "review", "post"),
    "staff:review-record": staff_object(PROCUREMENT, "review", "post"),
    "staff:review-record-status": staff_object(PROCUREMENT, "record"),
    "staff:review-record-file": staff_object(PROCUREMENT, "record"),
    "staff:readiness-list": Route(RULES | {"buyer"}),
    "staff:policy-list": Route(RULES),
    "staff:policy-draft": Route(RULES, method="post"),
    "staff:policy-detail": staff_object(RULES, "policy"),
    "staff:policy-edit": staff_object(RULES, "policy"),
    "staff:policy-try": staff_object(RULES, "policy", "post"),
    "staff:policy-activate": staff_object(RULES, "policy", "post"),
    "staff:risk-model-list": Route(RULES),
    "staff:risk-model-draft": Route(RULES, method="post"),
    "staff:risk-model-detail": staff_object(RULES, "risk_model"),
    "staff:risk-model-edit": staff_object(RULES, "risk_model"),
    "staff:risk-model-try": staff_object(RULES, "risk_model", "post"),
    "staff:risk-model-activate": staff_object(RULES, "risk_model", "post"),
    "staff:country-value-list": Route(RULES),
    "staff:country-value-import": Route(RULES),
    "staff:country-import-detail": staff_object(RULES, "country_import"),
    "staff:country-import-undo": staff_object(RULES, "country_import", "post"),
    "staff:policy-discard": staff_object(RULES, "policy", "post"),
    "staff:risk-model-discard": staff_object(RULES, "risk_model", "post"),
    "staff:trial-detail": staff_object(RULES, "trial"),
    "staff:waiver-detail": staff_object(PROCUREMENT, "waiver"),
    "staff:waiver-decide": staff_object(PROCUREMENT, "waiver", "post", answer="refuse"),
    "portal:status": Route(SUPPLIER | MALLORY),
    "portal:company": Route(SUPPLIER | MALLORY),
    "portal:company-edit": Route(SUPPLIER_ADMIN | MALLORY),
    "portal:choose-company": Route(SUPPLIER | MALLORY),
    "portal:site-list": Route(SUPPLIER | MALLORY),
    "portal:site-add": Route(SUPPLIER_ADMIN | MALLORY),
    "portal:site-edit": portal_object(SUPPLIER_ADMIN, "site"),
    "portal:people": Route(SUPPLIER | MALLORY),
    "portal:invitation-list": Route(SUPPLIER | MALLORY),
    "portal:people-invite": Route(SUPPLIER_ADMIN | MALLORY),
    "portal:people-invited": portal_object(SUPPLIER_ADMIN, "invitation"),
    "portal:invitation-revoke": portal_object(SUPPLIER_ADMIN, "invitation", "post"),
    "portal:hand-over": Route(SUPPLIER | MALLORY, method="post"),
    "portal:contact-role": portal_object(SUPPLIER_ADMIN, "colleague", "post"),
    "portal:contact-end": portal_object(SUPPLIER_ADMIN, "colleague", "post"),
    "portal:join-approve": portal_object(SUPPLIER_ADMIN, "join_request", "post"),
    "portal:join-decline": portal_object(SUPPLIER_ADMIN, "join_request", "post"),
    "portal:certificate-list": Route(SUPPLIER | MALLORY),
    "portal:certificate-add": Route(SUPPLIER | MALLORY),
    "portal:certificate-file": portal_object(SUPPLIER, "certificate"),
    "portal:certificate-withdraw": portal_object(SUPPLIER, "certificate", "post"),
    "portal:documents": Route(SUPPLIER | MALLORY),
    "portal:evidence-file": portal_object(SUPPLIER, "evidence"),
    "open:invitation-draft": Route(
        ANYBODY, lambda world: {"token": invitations.token_of(world.invitation)}, method="post"
    ),
    "open:invitation": Route(ANYBODY, lambda world: {"token": invitations.token_of(world.invitation)}),
    "api:supplier-import-list": Route(PROCUREMENT),
    "api:supplier-import-detail": staff_object(PROCUREMENT, "planned_import"),
    "api:supplier-import-rows": staff_object(PROCUREMENT, "planned_import"),
    "api:supplier-list": Route(API_READERS | MALLORY),
    "api:supplier-detail": Route(API_READERS, lambda world: {"number": world.acme.number}, foreign=404),
    "api:supplier-gates": Route(API_READERS | MALLORY),
    "api:supplier-gate": Route(API_READERS, lambda world: {"number": world.acme.number}, foreign=404),
}


def fill(world):
    """Put one object of each kind, all Acme's, into `world` (a SimpleNamespace)."""
    acme = world.acme
    world.site = SiteFactory(supplier=acme)
    world.colleague = ContactFactory(supplier=acme)
    world.invitation = InvitationFactory(supplier=acme, invited_by=world.buyer)
    world.join_request = JoinRequestFactory(supplier=acme)
    world.evidence = EvidenceFactory(supplier=acme)
    world.certificate = CertificateFactory(supplier=acme, evidence=world.evidence, sites=[world.site])
    decision = DecisionFactory(review__supplier=acme)
    world.review = decision.review
    world.open_review = ReviewFactory(supplier=acme)
    drops.folder().mkdir(parents=True, exist_ok=True)
    (drops.folder() / "gates-2019-01-01.csv").write_bytes(b"number")
    world.drop = GateDrop.objects.create(day="2019-01-01", status="ready", file_name="gates-2019-01-01.csv")
    world.waiver = WaiverFactory(supplier=acme)
    world.policy = GatePolicyFactory(number=9, is_current=False)
    world.risk_model = RiskModelFactory()
    world.country_import = CountryImport.objects.create(file_name="x.csv", content="", uploaded_by=world.csr_manager)
    world.trial = TrialFactory(policy=world.policy)
    world.pair = DuplicatePairFactory(first=acme)
    world.merge = MergeFactory(survivor=acme, by=world.buyer)
    world.planned_import = planned_import(world.buyer)
    world.record = DecisionReport.objects.create(
        decision=decision, language="en", fingerprint="0" * 64, status="ready", file=world.evidence.file.file.name,
        file_name="record.pdf",
    )  # fmt: skip
