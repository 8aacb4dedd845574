"""Who we buy from and where they work: categories, suppliers, sites."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from csr_portal.core.fields import WebAddressField
from csr_portal.core.models import Tracked
from csr_portal.core.timezones import validate_time_zone
from csr_portal.core.translated import in_language, validate_texts
from suppliers.identity import registration_key
from suppliers.querysets import SiteQuerySet, SupplierQuerySet, search_text
from suppliers.states import RegistrationKind, RiskBand, Segment, Spend, SupplierStatus

User = settings.AUTH_USER_MODEL
validate_country = RegexValidator(r"^[A-Z]{2}$", _("Use the two capital letters of the country (ISO 3166)."))


# Conditions of saved views (suppliers/lists/companies.py) that have an index of their own.
BLOCKED = models.Q(gate_missing__gt=0)
KEY_MATERIAL = models.Q(is_key_material=True)
AGREEMENT_OPEN = ~models.Q(agreement_status="in_force")
NOT_REVIEWED = models.Q(site_review_status__in=["", "planned", "postponed"])


class Category(models.Model):
    """What we buy, as a tree. Suppliers of a key material belong to the yearly site review plan (M7)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.JSONField(pgettext_lazy("not of a person", "name"), validators=[validate_texts])
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
    name = models.CharField(
        pgettext_lazy("not of a person", "name"),
        max_length=200,
        help_text=_("As registered, in the company's own script"),
    )
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
    contact_name = models.CharField(_("contact to invite"), max_length=120, blank=True)
    contact_email = models.EmailField(_("email of the contact to invite"), blank=True)
    spend = models.CharField(_("spend"), max_length=12, choices=Spend.choices, default=Spend.MINOR)
    resume_status = models.CharField(max_length=30, blank=True, editable=False)
    search_text = models.TextField(editable=False, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged_suppliers"
    )

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
    clearance_worst = models.CharField(max_length=12, blank=True, editable=False)
    gate_states = models.TextField(blank=True, editable=False)
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
            # For the saved views of the list whose rows are few among many.
            models.Index(fields=["name", "id"], condition=BLOCKED, name="supplier_blocked"),
            models.Index(fields=["name", "id"], condition=KEY_MATERIAL, name="supplier_key_material"),
            models.Index(fields=["name", "id"], condition=AGREEMENT_OPEN, name="supplier_agreement_open"),
            models.Index(fields=["name", "id"], condition=NOT_REVIEWED, name="supplier_not_reviewed"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_status_display(self) -> str:
        return str(SupplierStatus(self.status).label)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.pk}"

    @property
    def survivor(self) -> "Supplier":
        """Itself, or what it was merged into."""
        return self.merged_into.survivor if self.merged_into else self

    def ids_merged_in(self) -> set[int]:
        """Everything that was merged into it, at any remove."""
        pks: set[int] = set()
        news = {self.pk}
        while news:
            news = set(Supplier.objects.filter(merged_into__in=news).values_list("pk", flat=True)) - pks
            pks |= news
        return pks

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
        self.registration_key = self._own_key()
        self.search_text = search_text(self.name, self.name_latin, self.number, self.registration_number)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "registration_key", "search_text"}
        super().save(*args, **kwargs)

    def _own_key(self) -> str | None:
        """None without a number, and for a merged supplier whose survivor has taken the number over."""
        key = registration_key(self.country, self.registration_number)
        is_taken = self.merged_into is not None and self.merged_into.registration_key == key
        return None if is_taken else key


# Numbers of people at a site, as forms and lists name them, in their order.
AGES = ("workers_under_16", "workers_young", "workers_over_55")
CONTRACTS = ("workers_temporary", "workers_dispatched", "workers_students")
WORKERS = ("workers_women", "workers_men", *AGES, *CONTRACTS, "workers_migrant")
COUNTS = (*WORKERS, "dormitory_residents")


class Site(models.Model):
    """Where people work. Self-inspections, certificates and site reviews belong to a site."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(pgettext_lazy("not of a person", "name"), max_length=160)
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
    workers_students = models.PositiveIntegerField(_("of them students or apprentices"), default=0, blank=True)
    workers_under_16 = models.PositiveIntegerField(_("of them under 16"), default=0, blank=True)
    workers_over_55 = models.PositiveIntegerField(_("of them over 55"), default=0, blank=True)
    has_dormitory = models.BooleanField(_("dormitory"), default=False)
    dormitory_residents = models.PositiveIntegerField(_("people living in the dormitory"), default=0, blank=True)
    uses_chemicals = models.BooleanField(_("hazardous chemicals"), default=False)
    chemicals = models.CharField(_("which chemicals"), max_length=300, blank=True)
    processes = models.CharField(_("processes"), max_length=300, blank=True)

    objects = SiteQuerySet.as_manager()

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
    def workers_permanent(self) -> int:
        """With a contract of their own for good: all who are in none of the other kinds of contract."""
        others = self.workers_temporary + self.workers_dispatched + self.workers_students
        return max(0, self.workers - others)

    @property
    def workers_16_to_55(self) -> int:
        """The age class that nobody counts: all adults who are not over 55."""
        return max(0, self.workers - self.workers_under_16 - self.workers_young - self.workers_over_55)

    @property
    def history_thread(self) -> str:
        return f"supplier:{self.supplier_id}"
