"""What a supplier's clerk sees on a phone: where they are, what the button does, only what concerns them."""

import pytest
from django.test import Client
from django.utils import translation

from csr_portal.core.digests import DigestPart
from csr_portal.core.views import SettingsForm
from suppliers.forms.companies import CompanyForm
from suppliers.forms.sites import SiteForm


def place_shown(page):
    entries = [entry for group in page.context["navigation"]["groups"] for entry in group.entries]
    return [entry.url for entry in entries if entry.is_here]


@pytest.mark.parametrize(
    "address",
    ["company/", "company/edit/", "sites/add/", "people/", "people/invite/", "certificates/", "status/"],
)
def test_menu_marks_our_company_on_every_page_about_it(alice, login, address):
    assert place_shown(login(alice).get(f"/portal/{address}")) == ["/portal/company/"]


def test_menu_marks_my_tasks_on_the_start_page_alone(alice, login):
    assert place_shown(login(alice).get("/portal/")) == ["/portal/"]


def test_settings_offer_a_supplier_no_reminders_about_suppliers_in_care(alice, buyer):
    offered = {who: SettingsForm(instance=who).fields["muted_digests"].choices for who in (alice, buyer)}
    assert [code for code, _label in offered[alice]] == [DigestPart.EARLY]
    assert [code for code, _label in offered[buyer]] == [DigestPart.EARLY, DigestPart.CARE]


def test_names_of_companies_and_sites_are_not_asked_as_names_of_people(acme):
    with translation.override("zh-hans"):
        labels = [
            str(form.fields["name_latin"].label) for form in (CompanyForm(instance=acme), SiteForm(supplier=acme))
        ]
    assert labels == ["公司英文名称", "名称（拉丁字母）"]


def test_login_says_once_how_to_get_a_new_password(db):
    page = Client().get("/accounts/login/").content.decode()
    assert page.count("/accounts/password/reset/") == 1
    assert page.count("placeholder=") == 0


def test_login_with_a_wrong_password_says_what_to_do(alice):
    page = Client().post("/accounts/login/", {"login": alice.email, "password": "not this one"})
    assert page.context["form"].non_field_errors() == [
        "The email or the password is not right. Check both, or set a new password below."
    ]
