"""Risk models as versions, the additive model, rating many suppliers at once, country values."""

import datetime as dt
from copy import deepcopy

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from csr_portal.core import history
from csr_portal.core.models import HistoryEntry, Job
from csr_portal.core.timezones import today
from csr_portal.core.workflow import SYSTEM, WorkflowError
from suppliers import country_import, defaults, risk, risk_additive, sweeps
from suppliers.forms.rules import RiskModelForm
from suppliers.models import CountryImport, CountryValue, RecognitionRule, RiskModel, RiskRating, Supplier
from suppliers.risk_facts import Control, Facts, Origin, facts_of_many
from suppliers.states import RiskBand, RiskKind, Spend
from suppliers.workflow import country_values, rules
from tests.factories.audits import SelfInspectionFactory
from tests.factories.suppliers import (
    CategoryFactory,
    CertificateFactory,
    RiskModelFactory,
    SiteFactory,
    SupplierFactory,
)

DAY = dt.date(2026, 11, 21)
CPI, ITUC, LIST = "Transparency International CPI", "ITUC Global Rights Index", "US DoL TVPRA list"


def value(source, text, year=2025):
    return CountryValue(country="CN", source=source, indicator="-", value=text, year=year, confidence="sourced")


def control(code, worth=1.0, since=DAY, until=DAY + dt.timedelta(days=99), **more):
    return Control(code, worth, since, until, f"{code} 1", "Mia Brandt", f"/{code}/", **more)


FACTS = {
    "country_values": [value(CPI, "43"), value(ITUC, "5"), value(LIST, "31")],
    "goods_on_labour_list": True,
    "workers": 800,
    "vulnerable_share": 0,
    "spend": Spend.STRATEGIC,
    "day": DAY,
}


def assess(**changes):
    facts = Facts(**(FACTS | changes))
    return risk_additive.assess(facts, risk_additive.DEFAULT_FACTORS, risk_additive.DEFAULT_BANDS)


# The additive model (field.md 2.3)


def test_inherent_risk_adds_country_goods_workforce_and_spend():
    """China: 20 x 57 % + 20 x 100 %, goods listed 30, 800 workers 20 x 65 %, strategic 10: 84.4, nothing lowers it."""
    result = assess()
    assert result.parts == {"inherent": 84.4, "control": 0.0, "residual": 84.4}
    assert (result.points, result.band) == (84, RiskBand.HIGH)
    assert {i.factor: i.points for i in result.inputs if i.part == "inherent"} == {
        "corruption": 11.4, "workers_rights": 20.0, "labour_list": 30.0, "workforce": 13.0, "spend": 10.0,
    }  # fmt: skip


def test_fresh_controls_lower_the_risk_by_their_weights():
    """Self-inspection 90 % (36), review 80 % (32), certificate 10, training 10: 88 %, so 84.4 x (1 - 0.704)."""
    controls = {
        "self_inspection": [control("self_inspection", 0.9)],
        "site_review": [control("site_review", 0.8)],
        "certificate": [control("certificate")],
        "training": [control("training", is_per_site=False)],
    }
    result = assess(controls=controls)
    assert result.parts == {"inherent": 84.4, "control": 88.0, "residual": 25.0}
    assert (result.points, result.band) == (25, RiskBand.LOW)


@pytest.mark.parametrize(
    ("day", "fresh"),
    [(0, 1.0), (50, 0.5), (99, 0.01), (100, 0.0), (365, 0.0), (-5, 1.0)],
)
def test_control_grows_old_evenly_over_its_validity(day, fresh):
    assert control("training").freshness(DAY + dt.timedelta(days=day)) == fresh


def test_control_without_a_day_of_validity_is_worth_nothing():
    assert control("training", until=DAY - dt.timedelta(days=2)).freshness(DAY) == 0.0


def test_site_without_a_control_lowers_nothing():
    one_of_two = assess(sites=2, controls={"certificate": [control("certificate")]})
    trained = assess(sites=2, controls={"training": [control("training", is_per_site=False)]})
    assert (one_of_two.parts["control"], trained.parts["control"]) == (5.0, 10.0)


def test_unknown_is_the_worst_and_is_named():
    result = assess(country_values=[], workers=0, has_categories=False, goods_on_labour_list=False)
    assert result.parts["inherent"] == 100.0
    assert [i.factor for i in result.inputs if not i.value] == [
        "corruption", "workers_rights", "labour_list", "workforce",
        "self_inspection", "site_review", "certificate", "training",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "factor", "points"),
    [
        ({"goods_on_labour_list": False}, "labour_list", 6.0),
        ({"country_values": [value(CPI, "43"), value(ITUC, "5")]}, "labour_list", 15.0),
        ({"vulnerable_share": 21}, "workforce", 20.0),
        ({"workers": 50}, "workforce", 7.0),
        ({"workers": 10}, "workforce", 2.0),
        ({"spend": Spend.MINOR}, "spend", 3.5),
    ],
)
def test_share_of_a_weight_follows_the_fact(changes, factor, points):
    assert assess(**changes).points_by_factor[factor] == points


def test_open_zero_tolerance_forces_the_highest_band_and_open_major_sets_a_floor():
    safe = {
        "country_values": [value(CPI, "90"), value(ITUC, "1")], "goods_on_labour_list": False, "workers": 10,
        "spend": Spend.MINOR,
    }  # fmt: skip
    assert assess(**safe).band == RiskBand.LOW
    major = assess(**safe, has_open_major=True)
    assert (major.points, major.band, major.inputs[-1].factor) == (40, RiskBand.MEDIUM, "major_floor")
    zero = assess(**safe, has_open_major=True, has_open_zero_tolerance=True)
    assert (zero.band, zero.overrides) == (RiskBand.HIGH, ["zero_tolerance"])


def test_nothing_is_rounded_before_it_is_compared_with_a_band():
    assert risk.band_of(30.04, risk_additive.DEFAULT_BANDS) == "medium"


def test_every_input_says_where_it_comes_from():
    written = Origin(dt.date(2026, 3, 1), "Anna Keller")
    entered = value(CPI, "43")
    entered.source_url, entered.entered_by_name = "https://cpi.example", "Liu Fang"
    entered.entered_at = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
    result = assess(
        country_values=[entered], site_data=written, company_data=written,
        controls={"site_review": [control("site_review")]},
    )  # fmt: skip
    told = {i.factor: (i.on, i.by, i.url) for i in result.inputs if i.on}
    assert told == {
        "corruption": ("2026-02-01", "Liu Fang", "https://cpi.example"),
        "workforce": ("2026-03-01", "Anna Keller", ""),
        "spend": ("2026-03-01", "Anna Keller", ""),
        "site_review": ("2026-11-21", "Mia Brandt", "/site_review/"),
    }


# Facts for many


@pytest.fixture
def model(gate_policy):
    return RiskModelFactory(number=1, is_current=True)


def test_facts_carry_controls_with_date_and_author(acme, csr_manager):
    RecognitionRule.objects.create(standard="sa8000")
    site = SiteFactory(supplier=acme)
    certificate = CertificateFactory(
        supplier=acme, sites=[site], issued_on=DAY, expires_on=dt.date(2029, 11, 20), verified_by=csr_manager
    )
    inspection = SelfInspectionFactory(
        supplier=acme, site=site, status="accepted", score=88, letter="A", accepted_by=csr_manager,
        accepted_at=dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC), submitted_at=dt.datetime(2026, 5, 20, tzinfo=dt.UTC),
        valid_until=dt.date(2027, 5, 19), turn="",
    )  # fmt: skip
    facts = facts_of_many([acme], DAY)[acme.pk]
    assert facts.controls["certificate"] == [
        Control(
            "certificate", 1.0, DAY, dt.date(2029, 11, 20), str(certificate), "Liu Fang",
            f"/staff/certificates/{certificate.pk}/",
        )
    ]  # fmt: skip
    told = facts.controls["self_inspection"][0]
    assert (told.worth, told.since, told.until, told.what, told.by) == (
        0.88, dt.date(2026, 6, 1), dt.date(2027, 5, 19), inspection.number, "Liu Fang",
    )  # fmt: skip
    assert "site_review" not in facts.controls


def test_facts_name_who_wrote_the_data_last(acme, buyer):
    site = SiteFactory(supplier=acme)
    history.record(site, "site.add", by=SYSTEM, data={"site": site.name})
    history.record(site, "site.edit", by=buyer, data={"site": site.name})
    facts = facts_of_many([acme], DAY)[acme.pk]
    assert (facts.site_data.by, facts.company_data) == ("Anna Keller", None)


@pytest.mark.parametrize("number", [2, 12])
def test_rating_many_takes_the_same_queries_for_any_number(number, model):
    category = CategoryFactory()
    for _ in range(number):
        SiteFactory(supplier=SupplierFactory()).supplier.categories.add(category)
    suppliers = list(Supplier.objects.all())
    risk.rate_many(suppliers, model)
    suppliers = list(Supplier.objects.all())
    with CaptureQueriesContext(connection) as queries:
        assert risk.rate_many(suppliers, model) == []
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == NIGHT_QUERIES
    assert RiskRating.objects.count() == number


NIGHT_QUERIES = 11


def test_night_rates_anew_what_has_changed_and_writes_nothing_twice(model, acme):
    SiteFactory(supplier=acme, workers_women=10, workers_men=0)
    sweeps.rate_suppliers(DAY)
    acme.refresh_from_db()
    assert (acme.risk_band, RiskRating.objects.count()) == ("medium", 1)
    Supplier.objects.update(region="Xinjiang")
    for day in (1, 2):
        sweeps.rate_suppliers(DAY + dt.timedelta(days=day))
    acme.refresh_from_db()
    assert (acme.risk_band, RiskRating.objects.count()) == ("high", 2)
    entries = HistoryEntry.objects.about(acme).filter(action="supplier.rated").order_by("pk")
    assert [e.data["before"] for e in entries] == ["", "medium"]


def test_without_a_model_nobody_is_rated(acme):
    sweeps.rate_suppliers(DAY)
    rules.rate_everybody()
    assert risk.rate(acme) is None


# Versions


def values_of(model, **changes):
    form = RiskModelForm(instance=model)
    return {name: field.initial for name, field in form.fields.items() if field.initial is not None} | {
        "name": model.name, "note": "",
    } | changes  # fmt: skip


def test_draft_of_a_model_is_edited_in_a_form(model, csr_manager):
    draft = rules.draft_model(by=csr_manager)
    form = RiskModelForm(values_of(draft, **{"corruption-from-0-0": 75}), instance=draft)
    assert form.is_valid(), form.errors
    rules.save_model(draft, by=csr_manager, **form.values())
    assert draft.factors["corruption"]["from"] == [[75, 0], [60, 1], [40, 2], [0, 3]]
    model.refresh_from_db()
    assert model.factors == defaults.FACTORS
    assert HistoryEntry.objects.get(action="risk_model.edit").data == {"number": 2, "fields": ["factors"]}


def test_model_of_another_kind_begins_with_its_own_numbers_or_its_last_version(model, csr_manager):
    additive = rules.draft_model(by=csr_manager, kind=RiskKind.ADDITIVE)
    assert (additive.kind, additive.factors) == ("additive", risk_additive.DEFAULT_FACTORS)
    changed = deepcopy(additive.factors) | {"effect": 70}
    rules.save_model(additive, by=csr_manager, name="B", note="", factors=changed, bands=additive.bands)
    assert rules.draft_model(by=csr_manager, kind=RiskKind.ADDITIVE).factors["effect"] == 70
    back = rules.draft_model(by=csr_manager, base=additive, kind=RiskKind.POINTS)
    assert back.factors == defaults.FACTORS


def test_draft_needs_a_model_to_begin_from(csr_manager):
    with pytest.raises(WorkflowError, match="no risk model"):
        rules.draft_model(by=csr_manager)


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        ("points", {"corruption-from-0-0": 50}, "corruption"),
        ("points", {"workforce-unknown": 0}, "workforce-unknown"),
        ("points", {"bands-0-0": 8}, "bands"),
        ("additive", {"weights-country": 41}, "weights"),
        ("additive", {"controls-training": 0}, "controls"),
    ],
)
def test_model_that_contradicts_itself_is_refused(kind, change, problem, model, csr_manager):
    draft = rules.draft_model(by=csr_manager, kind=kind)
    before = draft.content()
    form = RiskModelForm(values_of(draft, **change), instance=draft)
    assert form.is_valid(), form.errors
    with pytest.raises(WorkflowError) as refused:
        rules.save_model(draft, by=csr_manager, **form.values())
    assert [b.code for b in refused.value.blockers] == [problem]
    assert RiskModel.objects.get(pk=draft.pk).content() == before


def test_model_in_force_is_never_edited(model, csr_manager, buyer):
    values = {"name": "x", "note": "", "factors": model.factors, "bands": model.bands}
    with pytest.raises(WorkflowError, match="Only drafts"):
        rules.save_model(model, by=csr_manager, **values)
    with pytest.raises(PermissionDenied):
        rules.save_model(model, by=buyer, **values)
    with pytest.raises(PermissionDenied):
        rules.draft_model(by=buyer)


def test_dry_run_names_who_would_change_band_and_why(model, acme, csr_manager):
    """Without country values, 124 workers, minor spend: 3 + 3 + 0 + 1 + 1 = 8, medium; with the limit at 7: high."""
    SiteFactory(supplier=acme)
    draft = rules.draft_model(by=csr_manager)
    form = RiskModelForm(values_of(draft, **{"bands-1-0": 7, "spend-points-minor": 2}), instance=draft)
    assert form.is_valid()
    rules.save_model(draft, by=csr_manager, **form.values())
    line = rules.try_out(draft, by=csr_manager).lines.get()
    assert (line.effect, line.before, line.points_before, line.after, line.points_after, line.codes) == (
        "higher", "medium", 8, "high", 9, ["spend"],
    )  # fmt: skip
    assert RiskRating.objects.count() == 0
    rules.activate(draft, reason="Customers ask for it", by=csr_manager)
    acme.refresh_from_db()
    assert (acme.risk_band, acme.risk_points) == ("high", 9)
    assert HistoryEntry.objects.get(action="risk_model.activate").data == {"number": 2, "before": 1}


def test_model_goes_from_draft_to_in_force_on_the_pages(model, acme, csr_manager, login):
    site = SiteFactory(supplier=acme)
    CertificateFactory(supplier=acme, sites=[site])
    RecognitionRule.objects.create(standard="sa8000")
    client = login(csr_manager)
    assert client.get("/staff/rules/risk/").context["current"] == model
    edit = client.post("/staff/rules/risk/draft/", {"kind": "additive"})["Location"]
    draft = RiskModel.objects.get(number=2)
    assert client.get(edit).status_code == 200
    bad = client.post(edit, values_of(draft, **{"weights-country": 50}))
    assert (bad.status_code, [b.code for b in bad.context["blockers"]]) == (422, ["weights"])
    detail = client.post(edit, values_of(draft, name="Residual risk"))["Location"]
    assert client.get(detail).context["base"] is None
    trial = client.post(f"{detail}try/")["Location"]
    page = client.get(f"{trial}?view=all")
    assert [row.supplier.number for row in page.context["page"].rows] == ["S-10417"]
    assert client.get(f"{trial}?export=csv").status_code == 200
    client.post(f"{detail}activate/", {"reason": "Controls shall count"})
    acme.refresh_from_db()
    rating = RiskRating.objects.get(supplier=acme, is_current=True)
    assert (rating.model.name, set(rating.parts)) == ("Residual risk", {"inherent", "control", "residual"})
    page = client.get(f"/staff/suppliers/{acme.pk}/risk/").content.decode()
    assert ("Residual risk" in page, "SA8000" in page) == (True, True)
    assert client.get(edit).status_code == 302
    assert client.post("/staff/rules/risk/draft/", {"base": model.pk}).status_code == 302


def test_draft_on_the_page_without_a_model_says_why(csr_manager, login):
    response = login(csr_manager).post("/staff/rules/risk/draft/", follow=True)
    assert "There is no risk model" in response.content.decode()


# Country values


HEAD = "iso2,country,source,indicator,score_or_level,year,confidence,source_url\n"
GOOD = HEAD + f"CN,China,{CPI},index,45,2026,sourced,https://cpi.example/2026\n"


def table(content, by):
    return country_values.upload(file_name="values.csv", content=content, by=by)


@pytest.fixture
def known(db):
    return CountryValue.objects.create(
        country="CN", source=CPI, indicator="index", value="43", year=2025, confidence="sourced"
    )


def test_dry_run_says_line_by_line_what_it_would_do(known):
    content = (
        GOOD
        + f"CN,China,{CPI},index,43,2025,sourced,\n"
        + f"NA,Namibia,{CPI},index,46,2025,sourced,\n"
        + f"China,China,{CPI},index,43,2025,sourced,\n"
        + f"CN,China,{CPI},index,high,2024,sourced,\n"
        + f"CN,China,{CPI},index,46,2026,sourced,\n"
        + f"CN,China,{CPI},index,46,last,sourced,\n"
    )
    lines = country_import.plan("\ufeff" + content)
    assert [(line.number, line.action) for line in lines] == [
        (2, "create"), (3, "unchanged"), (4, "create"), (5, "error"), (6, "error"), (7, "error"), (8, "error"),
    ]  # fmt: skip
    assert [line.errors[0].split(":")[0] for line in lines if line.errors] == [
        "iso2", "score_or_level", "The same country, source, indicator and year stand in line 2.", "year",
    ]  # fmt: skip
    assert country_import.counts(lines) == {"create": 2, "update": 0, "unchanged": 1, "error": 4}


def test_table_without_its_columns_or_too_long_is_refused(monkeypatch, db):
    assert [line.errors for line in country_import.plan("iso2,source\n")] == [
        [f"The column “{name}” is missing." for name in country_import.COLUMNS if name not in {"iso2", "source"}]
    ]
    monkeypatch.setattr(country_import, "MOST_LINES", 0)
    assert country_import.plan(GOOD)[0].errors == ["More than 0 lines."]


def test_import_writes_all_or_nothing(known, csr_manager, buyer):
    with pytest.raises(WorkflowError) as refused:
        country_values.apply_import(table(GOOD + "xx,,,,,,,\n", csr_manager), by=csr_manager)
    assert [b.code for b in refused.value.blockers] == ["3"]
    assert CountryValue.objects.count() == 1
    good = table(GOOD + f"CN,China,{CPI},index,44,2025,sourced,\n", csr_manager)
    with pytest.raises(PermissionDenied):
        country_values.apply_import(good, by=buyer)
    assert country_values.apply_import(good, by=csr_manager) == {"create": 1, "update": 1, "unchanged": 0, "error": 0}
    rows = CountryValue.objects.current().order_by("year").values_list("value", "year", "entered_by_name")
    assert list(rows) == [("44", 2025, "Liu Fang"), ("45", 2026, "Liu Fang")]
    entry = HistoryEntry.objects.get(action="country_values.import")
    assert entry.data == {"file": "values.csv", "created": 1, "updated": 1, "changes": {f"CN {CPI} 2025": ["43", "44"]}}
    assert Job.objects.filter(task="suppliers.rate_everybody").count() == 1
    with pytest.raises(WorkflowError, match="already"):
        country_values.apply_import(good, by=csr_manager)


def test_importing_the_same_again_changes_nothing(known, csr_manager):
    country_values.apply_import(table(GOOD, csr_manager), by=csr_manager)
    again = country_values.apply_import(table(GOOD, csr_manager), by=csr_manager)
    assert again == {"create": 0, "update": 0, "unchanged": 1, "error": 0}
    assert Job.objects.filter(task="suppliers.rate_everybody").count() == 1


def test_undone_table_gives_way_to_the_values_before_and_none_is_deleted(known, csr_manager, buyer, login):
    first = table(GOOD + f"CN,China,{CPI},index,44,2025,sourced,\n", csr_manager)
    country_values.apply_import(first, by=csr_manager)
    second = table(HEAD + f"CN,China,{CPI},index,50,2026,sourced,\n", csr_manager)
    country_values.apply_import(second, by=csr_manager)
    current = CountryValue.objects.current().order_by("year").values_list("value", flat=True)
    with pytest.raises(WorkflowError, match="later table"):
        country_values.undo_import(first, by=csr_manager, reason="Wrong year")
    with pytest.raises(PermissionDenied):
        country_values.undo_import(second, by=buyer, reason="Wrong year")
    client = login(csr_manager)
    for number, left in ((second.pk, ["44", "45"]), (first.pk, ["43"])):
        assert "Undo this table" in client.get(f"/staff/rules/countries/import/{number}/").content.decode()
        client.post(f"/staff/rules/countries/import/{number}/undo/", {"reason": "Wrong year"})
        assert list(current.all()) == left
        assert "Undo this table" not in client.get(f"/staff/rules/countries/import/{number}/").content.decode()
    assert CountryValue.objects.count() == 4
    with pytest.raises(WorkflowError, match="nothing of this table"):
        country_values.undo_import(first, by=csr_manager, reason="Wrong year")
    entry = HistoryEntry.objects.filter(action="country_values.undo").latest("pk")
    assert (entry.reason, entry.data) == ("Wrong year", {"file": "values.csv", "number": 2})
    country_values.apply_import(table(GOOD, csr_manager), by=csr_manager)
    assert list(current.all()) == ["43", "45"]


def test_discarded_draft_stays_readable_and_is_never_put_in_force(model, csr_manager, login):
    draft = rules.draft_model(by=csr_manager)
    address = f"/staff/rules/risk/{draft.pk}/"
    client = login(csr_manager)
    assert "Discard the draft" in client.get(address).content.decode()
    with pytest.raises(WorkflowError, match="Give a reason"):
        rules.discard(draft, by=csr_manager, reason=" ")
    client.post(f"{address}discard/", {"reason": "Not needed"})
    draft.refresh_from_db()
    assert (draft.state, RiskModel.objects.count()) == ("discarded", 2)
    page = client.get(address).content.decode()
    assert ("Discarded" in page, "Put in force" in page, "Discard the draft" in page) == (True, False, False)
    for act in (rules.discard, rules.activate):
        with pytest.raises(WorkflowError):
            act(draft, by=csr_manager, reason="x")
    with pytest.raises(WorkflowError, match="Only drafts"):
        rules.discard(model, by=csr_manager, reason="x")
    assert HistoryEntry.objects.get(action="risk_model.discard").reason == "Not needed"


def test_newer_value_counts_for_everybody_after_the_import(model, known, acme, csr_manager):
    """CPI 43 gives 2 points (R-RISK-1), 71 gives none."""
    rules.rate_everybody()
    before = Supplier.objects.get(pk=acme.pk).risk_points
    newer = HEAD + f"CN,China,{CPI},index,71,2026,sourced,https://cpi.example/2026\n"
    country_values.apply_import(table(newer, csr_manager), by=csr_manager)
    rules.rate_everybody()
    assert Supplier.objects.get(pk=acme.pk).risk_points == before - 2
    inputs = RiskRating.objects.get(supplier=acme, is_current=True).inputs
    told = next(item for item in inputs if item["factor"] == "corruption")
    assert (told["value"], told["year"], told["by"], told["on"]) == ("71", 2026, "Liu Fang", str(today()))


def test_table_is_uploaded_looked_at_and_written_on_the_pages(known, csr_manager, login):
    client = login(csr_manager)
    upload = "/staff/rules/countries/import/"
    assert client.get(upload).status_code == 200
    for content, reason in ((b"\xff\xfe\x00", "UTF-8"), (b"x" * (country_import.MOST_BYTES + 1), "5 MB")):
        page = client.post(upload, {"file": SimpleUploadedFile("values.csv", content)})
        assert (page.status_code, reason in page.content.decode()) == (422, True)
    where = client.post(upload, {"file": SimpleUploadedFile("values.csv", GOOD.encode())})["Location"]
    assert client.get(where).context["counts"] == {"create": 1, "update": 0, "unchanged": 0, "error": 0}
    assert CountryValue.objects.count() == 1
    assert client.post(where)["Location"] == "/staff/rules/countries/"
    assert (CountryValue.objects.count(), CountryImport.objects.get().applied_by) == (2, csr_manager)
    client.post(where)
    assert client.get(where).context["may_write"] is False
    page = client.get("/staff/rules/countries/?q=CN").context["page"]
    assert [row.year for row in page.rows] == [2025, 2026]
    assert client.get("/staff/rules/countries/?export=csv").status_code == 200
