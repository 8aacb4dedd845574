"""Who we buy from: suppliers, their sites, people and evidence; risk, certificates, the gate and its decisions."""

import secrets
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csr_portal.core.fields import WebAddressField
from csr_portal.core.models import AbstractReport, StoredFile, Tracked
from csr_portal.core.timezones import validate_time_zone
from csr_portal.core.translated import in_language, validate_texts
from suppliers.identity import registration_key
from suppliers.querysets import (
    ContactQuerySet,
    InvitationQuerySet,
    OwnedBySupplierQuerySet,
    StaffOnlyQuerySet,
    SupplierQuerySet,
)
from suppliers.states import (
    CertificateStandard,
    CertificateStatus,
    ContactRole,
    InvitationStatus,
    JoinStatus,
    Outcome,
    RegistrationKind,
    ReviewStatus,
    RiskBand,
    Segment,
    Spend,
    SupplierStatus,
    WaiverStatus,
)

User = settings.AUTH_USER_MODEL
validate_country = RegexValidator(r"^[A-Z]{2}$", _("Use the two capital letters of the country (ISO 3166)."))


class Category(models.Model):
    """What we buy, as a tree. Suppliers of a key material belong to the yearly site review plan (M7)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.JSONField(_("name"), validators=[validate_texts])
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    is_key_material = models.BooleanField(_("key material"), default=False)
    goods_on_labour_list = models.BooleanField(
        _("good on a child or forced labour list"), default=False, help_text=_("R-RISK-1, together with the country")
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["code"]

    def __str__(self) -> str:
        return in_language(self.name)


class Supplier(Tracked):
    """A legal entity we buy from or may buy from.

    The fields below "standing" repeat facts that other apps own, for lists and gates. They are written only by
    `suppliers.standing.refresh`, in the transaction of the step that changed the fact; `manage.py recount` checks them.
    """

    number = models.CharField(_("supplier number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200, help_text=_("As registered, in the company's own script"))
    name_latin = models.CharField(_("name in Latin letters"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=2, validators=[validate_country])
    region = models.CharField(_("province or state"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = WebAddressField(_("website"), blank=True)
    registration_kind = models.CharField(
        _("kind of registration number"),
        max_length=10,
        choices=RegistrationKind.choices,
        default=RegistrationKind.OTHER,
    )
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    registration_key = models.CharField(max_length=44, null=True, blank=True, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="suppliers_in_care", verbose_name=_("buyer in charge")
    )
    categories = models.ManyToManyField(Category, blank=True, related_name="suppliers", verbose_name=_("categories"))
    spend = models.CharField(_("spend"), max_length=12, choices=Spend.choices, default=Spend.MINOR)
    resume_status = models.CharField(max_length=30, blank=True, editable=False)
    search_text = models.TextField(editable=False, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # Standing
    is_key_material = models.BooleanField(_("key material"), default=False, editable=False)
    risk_points = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    risk_band = models.CharField(max_length=10, choices=RiskBand.choices, blank=True, editable=False)
    agreement_status = models.CharField(max_length=20, blank=True, editable=False)
    agreement_until = models.DateField(null=True, blank=True, editable=False)
    guideline_status = models.CharField(max_length=20, blank=True, editable=False)
    inspection_status = models.CharField(max_length=20, blank=True, editable=False)
    inspection_score = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True, editable=False)
    inspection_until = models.DateField(null=True, blank=True, editable=False)
    site_review_status = models.CharField(max_length=20, blank=True, editable=False)
    site_review_score = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True, editable=False)
    site_review_letter = models.CharField(max_length=2, blank=True, editable=False)
    site_review_until = models.DateField(null=True, blank=True, editable=False)
    findings_open = models.PositiveSmallIntegerField(default=0, editable=False)
    findings_overdue = models.PositiveSmallIntegerField(default=0, editable=False)
    findings_worst = models.CharField(max_length=20, blank=True, editable=False)
    people_trained = models.PositiveSmallIntegerField(default=0, editable=False)
    gate_met = models.PositiveSmallIntegerField(default=0, editable=False)
    gate_missing = models.PositiveSmallIntegerField(default=0, editable=False)
    gate_expiring = models.PositiveSmallIntegerField(default=0, editable=False)
    next_turn = models.CharField(max_length=12, blank=True, editable=False)
    next_due_on = models.DateField(null=True, blank=True, editable=False)
    grace_until = models.DateField(null=True, blank=True, editable=False)
    conditional_until = models.DateField(null=True, blank=True, editable=False)

    objects = SupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=SupplierStatus.values), name="supplier_status_is_known"
            )
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="supplier_name"),
            models.Index(fields=["owner", "name", "id"], name="supplier_owner"),
            models.Index(fields=["status", "name", "id"], name="supplier_status"),
            models.Index(fields=["country", "name", "id"], name="supplier_country"),
            models.Index(fields=["next_due_on", "id"], name="supplier_next_due"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_status_display(self) -> str:
        return str(SupplierStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.pk}"

    @property
    def gate_total(self) -> int:
        return self.gate_met + self.gate_expiring + self.gate_missing

    @property
    def gate_satisfied(self) -> int:
        return self.gate_met + self.gate_expiring

    @property
    def segment_aimed_at(self) -> str:
        """The gate that decides for this supplier now: the next one up, or the one it must keep."""
        keeps = {SupplierStatus.COOPERATING, SupplierStatus.STRATEGIC}
        return Segment.STRATEGIC if self.status in keeps else Segment.COOPERATING

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the search text and the key of identity in step with the fields they come from."""
        self.registration_key = registration_key(self.country, self.registration_number)
        self.search_text = " ".join([self.name, self.name_latin, self.number, self.registration_number]).lower()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "registration_key", "search_text"}
        super().save(*args, **kwargs)


class Site(models.Model):
    """Where people work. Self-inspections, certificates and site reviews belong to a site."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(_("name"), max_length=160)
    name_latin = models.CharField(_("name in Latin letters"), max_length=160, blank=True)
    country = models.CharField(_("country"), max_length=2, validators=[validate_country])
    region = models.CharField(_("province or state"), max_length=80, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Asia/Shanghai", validators=[validate_time_zone]
    )
    is_supplying = models.BooleanField(_("supplies us"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    categories = models.ManyToManyField(Category, blank=True, related_name="sites", verbose_name=_("categories"))
    workers_women = models.PositiveIntegerField(_("women"), default=0)
    workers_men = models.PositiveIntegerField(_("men"), default=0)
    workers_young = models.PositiveIntegerField(_("of them aged 16 or 17"), default=0)
    workers_dispatched = models.PositiveIntegerField(_("of them dispatched by an agency"), default=0)
    workers_migrant = models.PositiveIntegerField(_("of them from abroad"), default=0)
    workers_temporary = models.PositiveIntegerField(_("of them with a temporary contract"), default=0)
    has_dormitory = models.BooleanField(_("dormitory"), default=False)
    uses_chemicals = models.BooleanField(_("hazardous chemicals"), default=False)
    processes = models.CharField(_("processes"), max_length=300, blank=True)

    objects = OwnedBySupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def workers(self) -> int:
        return self.workers_women + self.workers_men

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class Contact(models.Model):
    """A person who acts for a supplier. One person may act for several; access ends when the row is ended."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="contacts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contacts")
    role = models.CharField(_("role"), max_length=20, choices=ContactRole.choices, default=ContactRole.MEMBER)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "user"], condition=models.Q(ended_at=None), name="contact_once_per_supplier"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.supplier}"

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


class Invitation(Tracked):
    """A link by which a supplier's first person registers: works until used, revoked or past its day (B12)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("email"))
    person = models.CharField(_("name of the person"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    role = models.CharField(_("role"), max_length=20, choices=ContactRole.choices, default=ContactRole.ADMIN)
    message = models.TextField(_("message"), blank=True, max_length=1000)
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    expires_on = models.DateField(_("valid to"))
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=InvitationStatus.values), name="invitation_status_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_status_display(self) -> str:
        return str(InvitationStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class JoinRequest(Tracked):
    """Somebody registers with the number of a company we know: a colleague or the buyer lets them in (B13)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="join_requests")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="join_requests")
    note = models.TextField(_("note"), blank=True, max_length=500)

    objects = OwnedBySupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=JoinStatus.values), name="join_status_is_known")
        ]

    def get_status_display(self) -> str:
        return str(JoinStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class Evidence(models.Model):
    """A file that proves something, for several questions and findings. Never deleted; withdrawn with a reason."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="evidence")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="evidence")
    title = models.CharField(_("title"), max_length=200, blank=True)
    effective_on = models.DateField(_("date of the document"), null=True, blank=True)
    expires_on = models.DateField(_("valid to"), null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    objects = OwnedBySupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title or self.file.original_name

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class CountryValue(models.Model):
    """One published value about a country, with its source, year and how sure it is."""

    country = models.CharField(max_length=2, validators=[validate_country])
    source = models.CharField(max_length=120)
    indicator = models.CharField(max_length=200)
    value = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    confidence = models.CharField(max_length=30)
    source_url = WebAddressField(max_length=400, blank=True)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("country value")
        verbose_name_plural = _("country values")
        constraints = [
            models.UniqueConstraint(fields=["country", "source", "indicator", "year"], name="country_value_once")
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.source} {self.year}: {self.value}"


class RiskModel(models.Model):
    """How risk is counted (R-RISK-1 by default): versioned; one version is current."""

    number = models.PositiveIntegerField(_("version"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    factors = models.JSONField(_("factors"))
    bands = models.JSONField(_("bands"), help_text="[[upper limit, band], …]")
    is_current = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk model")
        verbose_name_plural = _("risk models")
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="one_current_risk_model"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class RiskRating(models.Model):
    """What a risk model said about a supplier on a day, with every input. Superseded, never changed."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="risk_ratings")
    model = models.ForeignKey(RiskModel, on_delete=models.PROTECT, related_name="ratings")
    points = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=10, choices=RiskBand.choices)
    inputs = models.JSONField(help_text="[{factor, value, points, source, year}, …]")
    overrides = models.JSONField(default=list, blank=True)
    rated_at = models.DateTimeField(default=timezone.now)
    is_current = models.BooleanField(default=True)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk rating")
        verbose_name_plural = _("risk ratings")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"], condition=models.Q(is_current=True), name="one_current_risk_rating"
            )
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.get_band_display()} ({self.points})"


class Certificate(Tracked):
    """A certificate or audit by somebody else, with what R-VAL-2 asks for. It covers the sites that its scope names."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="certificates")
    sites = models.ManyToManyField(Site, related_name="certificates", verbose_name=_("sites"))
    standard = models.CharField(_("standard"), max_length=12, choices=CertificateStandard.choices)
    edition = models.CharField(_("edition"), max_length=20, blank=True)
    number = models.CharField(_("number"), max_length=80)
    holder = models.CharField(_("holder"), max_length=200)
    scope = models.TextField(_("scope"), max_length=1000)
    body = models.CharField(_("certification body"), max_length=160)
    accreditation = models.CharField(_("accreditation"), max_length=160, blank=True)
    result = models.CharField(
        _("result"), max_length=20, blank=True, help_text=_("Letter or level, where there is one")
    )
    headcount = models.PositiveIntegerField(_("workers covered"), null=True, blank=True)
    issued_on = models.DateField(_("issued"))
    first_issued_on = models.DateField(_("first issued"), null=True, blank=True)
    expires_on = models.DateField(_("last valid day"))
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verified_how = models.CharField(_("how it was verified"), max_length=300, blank=True)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verified_on = models.DateField(null=True, blank=True)

    objects = OwnedBySupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-expires_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=CertificateStatus.values), name="certificate_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__gte=models.F("issued_on")), name="certificate_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_standard_display()} {self.number}"

    def get_status_display(self) -> str:
        return str(CertificateStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class RecognitionRule(models.Model):
    """Which certificate spares which review of the site that it names (M10)."""

    standard = models.CharField(_("standard"), max_length=12, choices=CertificateStandard.choices)
    spares = models.CharField(max_length=20, choices=[("site_review", _("Site review"))], default="site_review")
    accepted_results = models.JSONField(default=list, blank=True, help_text="Empty: any result")
    highest_risk = models.CharField(max_length=10, choices=RiskBand.choices, default=RiskBand.MEDIUM)
    is_active = models.BooleanField(_("active"), default=True)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("recognition rule")
        verbose_name_plural = _("recognition rules")
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "spares"], condition=models.Q(is_active=True), name="one_rule_per_standard"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_standard_display()} → {self.get_spares_display()}"


class GatePolicy(models.Model):
    """Which conditions a segment needs, with their limits: versioned; one version is current.

    `conditions`: {"strategic": [{"condition": "self_inspection", "limits": {"min_score": 80}}, …], …};
    the condition codes are the keys of settings.GATE_CONDITIONS.
    """

    number = models.PositiveIntegerField(_("version"), unique=True)
    conditions = models.JSONField(_("conditions"))
    grace_days = models.PositiveSmallIntegerField(
        _("grace period in days"), default=14, validators=[MaxValueValidator(365)]
    )
    conditional_days = models.PositiveSmallIntegerField(
        _("longest conditional approval in days"), default=90, validators=[MaxValueValidator(365)]
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    is_current = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate policy")
        verbose_name_plural = _("gate policies")
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="one_current_gate_policy"
            )
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Review(Tracked):
    """The CSR review case: opened by a buyer, prepared by a CSR manager, decided by a second person (M1)."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="reviews")
    segment = models.CharField(_("segment"), max_length=20, choices=Segment.choices, default=Segment.STRATEGIC)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    request = models.TextField(_("why"), max_length=2000)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recommendation = models.TextField(_("recommendation"), blank=True, max_length=4000)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("CSR review")
        verbose_name_plural = _("CSR reviews")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=ReviewStatus.values), name="review_status_is_known"),
            models.UniqueConstraint(
                fields=["supplier", "segment"],
                condition=models.Q(status__in=["opened", "prepared"]),
                name="one_open_review_per_segment",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_status_display(self) -> str:
        return str(ReviewStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class Decision(models.Model):
    """The outcome of a CSR review, with a frozen snapshot of all inputs and the rule version. Never changed.

    Only `conditions_met_on` is set later, once, when somebody confirms that the conditions were met in time.
    """

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="decision")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="decisions")
    segment = models.CharField(max_length=20, choices=Segment.choices)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    reason = models.TextField(_("reason"), max_length=4000)
    conditions = models.TextField(_("conditions"), blank=True, max_length=4000)
    conditions_owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    until = models.DateField(_("until"), null=True, blank=True)
    conditions_met_on = models.DateField(_("conditions met on"), null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    policy = models.ForeignKey(GatePolicy, on_delete=models.PROTECT, related_name="+")
    snapshot = models.JSONField()
    snapshot_hash = models.CharField(max_length=64)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="conditional") | models.Q(until__isnull=False),
                name="conditional_decision_has_a_date",
            )
        ]

    def __str__(self) -> str:
        return f"{self.review} {self.get_outcome_display()}"

    @property
    def is_limited(self) -> bool:
        """Whether the decision holds only until a date, its conditions not yet being met."""
        return self.outcome == Outcome.CONDITIONAL and self.conditions_met_on is None

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class Waiver(Tracked):
    """A condition set aside for a time: reason, second approver, end date. Zero tolerance cannot be waived (B20)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="waivers")
    condition = models.CharField(_("condition"), max_length=30)
    reason = models.TextField(_("reason"), max_length=2000)
    valid_until = models.DateField(_("valid to"))
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=WaiverStatus.values), name="waiver_status_is_known"),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("requested_by")),
                name="waiver_needs_a_second_person",
            ),
        ]

    def get_status_display(self) -> str:
        return str(WaiverStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"


class SupplierReport(AbstractReport):
    """The supplier dossier as PDF: for staff only, because it shows risk inputs and who decided (B27)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="dossiers")
    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier dossier")
        constraints = [
            models.UniqueConstraint(fields=["supplier", "language", "fingerprint"], name="one_dossier_per_content")
        ]


class DecisionReport(AbstractReport):
    """The record of a CSR review decision as PDF."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="documents")
    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision record")
        constraints = [
            models.UniqueConstraint(fields=["decision", "language", "fingerprint"], name="one_record_per_content")
        ]


class YearlyReport(AbstractReport):
    """The company's yearly CSR report as PDF."""

    year = models.PositiveSmallIntegerField()
    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly CSR report")
        constraints = [
            models.UniqueConstraint(fields=["year", "language", "fingerprint"], name="one_yearly_report_per_content")
        ]
