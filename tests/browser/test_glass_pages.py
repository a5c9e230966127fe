"""Openings by break-glass in a browser: typed by an adviser, examined by a security officer."""

import pytest
from playwright.sync_api import expect

from tests.browser.keys import sign_in
from tests.browser.office import camille, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser
TYPED = "Elle se présente sans logement, sa conseillère est injoignable."


@pytest.fixture(scope="module")
def security(stack: Stack) -> Member:
    """A security officer of the office."""
    return stack.guard.member("Claire Fontaine", role="security-officer", with_totp=False, with_passkey=True)


def break_glass(stack: Stack, member: Member, name: str) -> None:
    """Find somebody of another office, and open their file."""
    guard = stack.guard
    person = stack.person(organisation=guard.world.offices["South"], last_name=name)
    _, handle = guard.signed_in(member)
    search = {
        "purpose": "follow-up", "by": "name", "last_name": name, "first_name": "Camille", "birth_date": "2005-04-12"
    }  # fmt: skip
    assert guard.call("POST", "/v1/find", handle, json=search).json()["matches"]
    body = {
        "person": person, "purpose": "follow-up", "groups": ["identity"],
        "break_glass": {"reason": "presents-in-person", "text": TYPED},
    }  # fmt: skip
    assert guard.call("POST", "/v1/open", handle, json=body).status_code == 200


@meets("glass", "glass-opening")
def test_i14_security_officer_reads_why_a_file_was_opened_and_says_what_it_was(
    stack: Stack, security: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    adviser = stack.guard.member("Bruno Lestage" if french else "Bruno Legrand")
    sign_in(stack, page, security, "/urgences/")
    if french:
        tour.meet("glass", "empty")
    break_glass(stack, adviser, "Inconnue" if french else "Unknowable")
    page.goto(f"{stack.url}/urgences/")
    expect(page.get_by_role("navigation").get_by_text("1", exact=True).first).to_be_visible()
    tour.meet("glass")
    page.locator("table a").first.click()
    expect(page.get_by_text("sans logement")).to_be_visible()
    tour.meet("glass-opening")
    tour.press("button", "Inscrire mon avis", "Record my verdict")
    expect(page.get_by_text("Choisissez un avis" if french else "Choose a verdict")).to_be_visible()
    tour.meet("glass-opening", "refused")
    page.get_by_label("Rien ne la justifiait" if french else "Nothing justified it").check()
    tour.press("button", "Inscrire mon avis", "Record my verdict")
    expect(page.get_by_text("inscrit au journal" if french else "is in the journal")).to_be_visible()
    page.goto(f"{stack.url}/urgences/?toutes=oui")
    tour.meet("glass", "judged")
    page.locator("table a").first.click()
    expect(page.get_by_text("couper" if french else "cut off").first).to_be_visible()
    tour.meet("glass-opening", "unjustified")
