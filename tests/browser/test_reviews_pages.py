"""The pages of a review, from the campaigns to the signature on the guard's page, in both languages and widths."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from beffroi.core.ids import OrganisationId
from beffroi.guard.reviewing.opening import digest_of
from tests.browser.at_guard import authenticator
from tests.browser.office import stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.reviewing.campaigns import Campaigns
from tests.guard.signin.serving import Guard

__all__ = ["stack"]
pytestmark = pytest.mark.browser


def _past(guard: Guard, office: OrganisationId) -> None:
    """A campaign of last quarter, in which nobody answered for one habilitation."""
    due = guard.run(guard.world.now()) - timedelta(days=61)
    campaign = str(uuid4())
    held = guard.row("SELECT * FROM guard.habilitation WHERE organisation = $1 LIMIT 1", office)
    row: dict[str, object] = {
        "id": campaign, "organisation": office, "opened_at": due - timedelta(days=30), "due_at": due,
        "closed_at": due, "reminded": 2, "digest": digest_of([str(held["id"])]),
    }  # fmt: skip
    guard.run(guard.world.insert("campaign", **row))
    line: dict[str, object] = {
        "id": str(uuid4()), "campaign": campaign, "habilitation": held["id"], "account": held["account"],
        "reasons": [], "facts": "{}", "verdict": "silent", "reviewer": None, "sitting": None, "at": due,
    }  # fmt: skip
    guard.run(guard.world.insert("review", **line))


@meets("campaigns", "review", "review-sign")
def test_approver_reviews_an_office_and_signs_once_without_meeting_a_barrier(
    stack: Stack, tour: Tour, width: int
) -> None:
    guard, page = stack.guard, tour.page
    office = guard.run(guard.world.organisation(f"Mission Locale de Valbrume {width}"))
    campaigns = Campaigns(guard)
    for number, name in enumerate(("Nora Petit", "Karim Haddad", "Lise Aubert")):
        campaigns.adviser(f"{name}{width}", openings=40 + number, organisation=office)
    campaigns.adviser(f"Luc Bris{width}", openings=12, explanation="break-glass", organisation=office)
    guard.member(f"Ines Oubli{width}", role="adviser", organisation=office)
    guard.member(f"Paul Garnier{width}", role="account-manager", organisation=office, with_passkey=True)
    name = f"Helene Marchand{width}"
    member = guard.member(name, role="approver", with_totp=False, bound=False, status="invited", organisation=office)
    code = guard.issue_code(member)
    authenticator(page)
    page.goto(f"{stack.url}/revues/")
    page.get_by_role("link", name=f"Helene Marchand{width}").click()
    page.get_by_role("button", name="Se connecter").click()
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("clé d’accès|passkey")).press("Enter")
    page.wait_for_url(f"{stack.url}/revues/")
    tour.meet("campaigns", "none")
    _past(guard, office)
    campaigns.open(office)
    page.reload()
    tour.meet("campaigns")
    tour.press("link", "Terminées", "Over")
    tour.meet("campaigns", "closed")
    page.goto(f"{stack.url}/revues/")
    tour.press("link", "Revoir Mission", "Review Mission")
    page.locator("main details > summary").click()
    tour.meet("review")
    page.locator("button[type=submit], form button").last.click()
    expect(
        page.get_by_text("au moins une habilitation" if tour.french else "at least one habilitation")
    ).to_be_visible()
    tour.meet("review", "empty")
    page.locator("input[name=ensemble]").check()
    card = page.get_by_role("group", name=re.compile(f"Luc Bris{width}"))
    card.get_by_label("Retirer" if tour.french else "Remove").check()
    tour.press("button", "Relire et signer", "Read again and sign")
    page.wait_for_url(f"{stack.guard.url}/reviews/decide")
    tour.meet("review-sign")
    tour.press("button", "Signer avec ma clé", "Sign with my passkey")
    page.wait_for_url(re.compile("/revues/[0-9a-f-]{36}/"))
    expect(page.get_by_text(f"Luc Bris{width}")).to_have_count(0)
    assert guard.one("SELECT count(*) FROM guard.review WHERE verdict = 'keep'") >= 3
    with page.expect_download() as downloading:
        page.goto(f"{stack.url}/revues/")
        tour.press("link", "Preuves de", "Evidence for")
    assert downloading.value.suggested_filename.startswith("revue-")
