"""An adviser writes to people, and somebody checks the code they received, in a browser."""

import pytest
from playwright.sync_api import expect

from beffroi.guard.vault.records import Contact
from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


@meets("write", "messages", "check")
def test_adviser_writes_to_two_people_and_the_code_is_checked_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    two = [
        stack.person(
            organisation=stack.guard.organisation, referent=as_referent(camille), last_name=f"Destinataire{number}",
            days=10, contact=Contact(email=f"d{number}@people.example"),
        )
        for number in "ab"
    ]  # fmt: skip
    sign_in(stack, page, camille)
    if french:
        page.goto(f"{stack.url}/portefeuille/messages/")
        tour.meet("messages", "empty")
    page.goto(f"{stack.url}/portefeuille/?ordre=recent")
    for person in two:
        page.locator(f'input[value="{person}"]').check()
    tour.press("button", "Écrire à la sélection", "Write to the selection")
    tour.meet("write")
    page.get_by_label("atelier" if french else "workshop").check()
    tour.press("button", "Lire avant d.envoyer", "Read before sending")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("write", "refused")
    year = stack.guard.one("SELECT extract(year FROM guard.instant())::int")
    page.locator("#id_day").fill(f"15/06/{year + 1}")
    page.locator("#id_hour").fill("14 h 30")
    tour.press("button", "Lire avant d.envoyer", "Read before sending")
    expect(page.get_by_text("14 h 30" if french else "14:30").first).to_be_visible()
    tour.meet("write", "preview")
    tour.press("button", "Modifier", "Edit")
    expect(page.locator("#id_hour")).to_have_value("14 h 30")
    tour.press("button", "Lire avant d.envoyer", "Read before sending")
    tour.press("button", "Envoyer ce message", "Send this message")
    tour.meet("messages")
    code = page.locator("code").first.inner_text()

    page.context.clear_cookies()
    page.goto(f"{stack.url}/verifier/")
    tour.meet("check")
    page.locator("#id_code").fill("0000-0000-0000")
    tour.press("button", "Vérifier", "Check")
    expect(page.get_by_text("pas le nôtre" if french else "not ours").first).to_be_visible()
    tour.meet("check", "unknown")
    page.locator("#id_code").fill(code.lower())
    tour.press("button", "Vérifier", "Check")
    expect(page.get_by_text("Mission Locale de Valbrume").first).to_be_visible()
    assert code not in page.url
    tour.meet("check", "ours")
