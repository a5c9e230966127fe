"""A person at the desk makes a code on a telephone, the adviser types it and opens the file, the person sees it."""

import pytest
from playwright.sync_api import expect

from tests.browser.keys import sign_in
from tests.browser.office import camille, stack
from tests.browser.pages import TELEPHONE, Tour, meets
from tests.browser.test_following_pages import sophie
from tests.browser.test_personal_space import file_of
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["camille", "sophie", "stack"]
pytestmark = pytest.mark.browser


@meets("own-presence", "own-presence-code", "by-presence")
def test_person_shows_a_code_and_the_adviser_opens_the_file_without_meeting_a_barrier(
    stack: Stack, sophie: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    last_name = "Presente-Francaise" if french else "Presente-Anglaise"
    file_of(stack, last_name)
    page.goto(f"{stack.url}/mon-espace/")
    tour.press("link", "Prouver mon identité", "Prove my identity")
    page.get_by_role("link", name=f"Inès Marie {last_name.upper()}").click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.url}/mon-espace/consultations/")
    tour.press("link", "^À l.accueil$", "^At the desk$")
    tour.meet("own-presence", "empty")
    walked = page.viewport_size
    page.set_viewport_size({"width": TELEPHONE, "height": 900})
    lines = page.locator(".navigation a").evaluate_all("all => new Set(all.map(each => each.offsetTop)).size")
    assert lines <= 3, "the page begins above the fold of a telephone"
    page.set_viewport_size(walked)
    page.locator("#id_nom").fill("Lille-sur-Rien")
    tour.press("button", "^Chercher$", "^Search$")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("own-presence", "refused")
    page.locator("#id_nom").fill("rochefleury")
    tour.press("button", "^Chercher$", "^Search$")
    page.get_by_label("Mission Locale de Rochefleury").check()
    tour.meet("own-presence", "chosen")
    tour.press("button", "Faire un code", "Make a code")
    expect(page.locator("code").first).to_be_visible()
    tour.meet("own-presence-code")
    size = page.locator(".shown-code code").evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
    assert size >= 2.5 * 16, "read across a counter"
    text = page.locator("code").first.inner_text()
    expect(page.locator(".language")).to_have_count(0)
    tour.press("link", "C.est fait", "^Done$")
    expect(page.get_by_text("Utilisable jusqu" if french else "Can be used until")).to_be_visible()
    tour.meet("own-presence", "waiting")

    agent = page.context.browser.new_context(locale=tour.locale, timezone_id="Europe/Paris").new_page()  # type: ignore[union-attr]
    sign_in(stack, agent, sophie, "/recherche/")
    tour.page = agent
    agent.set_viewport_size({"width": 1280, "height": 900})
    tour.press("link", "La personne a un code", "The person has a code")
    agent.locator("#id_code").fill("0000-0000")
    tour.press("button", "Suivre cette personne", "Follow this person")
    expect(agent.locator("#erreurs")).to_be_visible()
    tour.meet("by-presence", "wrong")
    agent.locator("#id_code").fill(text.lower())
    tour.press("button", "Suivre cette personne", "Follow this person")
    expect(agent.get_by_text(last_name).first).to_be_visible()
    agent.context.close()

    tour.page = page
    page.reload()
    expect(page.get_by_text("Utilisé" if french else "Used").first).to_be_visible()
    tour.meet("own-presence", "used")
    tour.press("link", "^Consultations$", "^Consultations$")
    expect(page.get_by_text("Mission Locale de Rochefleury").first).to_be_visible()
