"""Pages without an account in a real browser, on a phone."""

from suppliers.states import InvitationStatus, SupplierStatus
from suppliers.workflow import invitations
from tests.factories.suppliers import InvitationFactory, SupplierFactory

LINES = (
    "dd => { const range = document.createRange(); range.selectNodeContents(dd); return range.getClientRects().length }"
)


def test_address_in_the_registration_stands_on_one_line_on_a_phone(erasable, open_browser, buyer, gate_policy):
    supplier = SupplierFactory(status=SupplierStatus.INVITED, owner=buyer)
    row = InvitationFactory(
        supplier=supplier, email="quality.assurance@supplier41.example", language="ja", status=InvitationStatus.SENT,
        invited_by=buyer,
    )  # fmt: skip
    page = open_browser(width=360)
    page.goto(invitations.link_of(row))
    assert page.get_attribute("html", "lang") == "ja"
    assert page.eval_on_selector(".facts dd", LINES) == 1


def test_search_words_do_not_run_into_the_icon_on_a_phone(erasable, open_browser, log_in, alice):
    InvitationFactory.create_batch(6, supplier=alice.contacts.get().supplier)
    page = open_browser(width=360)
    log_in(page, alice)
    page.goto("/portal/people/invitations/")
    icon = page.locator(".search > .ic").bounding_box()
    field = page.locator(".search input[type=search]")
    begins = field.bounding_box()["x"] + field.evaluate("it => parseFloat(getComputedStyle(it).paddingLeft)")
    assert icon["x"] + icon["width"] < begins
