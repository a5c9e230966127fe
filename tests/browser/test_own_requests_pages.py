"""A person asks from their own space, the correspondent corrects and answers, the person reads what was done."""

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.keys import sign_in
from tests.browser.office import stack
from tests.browser.pages import Tour, meets
from tests.browser.test_person_requests_pages import nora
from tests.browser.test_personal_space import file_of
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["nora", "stack"]
pytestmark = pytest.mark.browser


def corrected_elsewhere(stack: Stack, person: str) -> None:
    """Another office corrected the file of somebody whom this one follows."""
    guard, south = stack.guard, stack.guard.world.offices["South"]
    now = guard.run(guard.world.now())
    asked = {
        "id": uuid4(), "person": person, "organisation": south, "article": "rectification",
        "received_at": now - timedelta(days=3), "state": "answered", "extended": None, "reason": None,
        "registered_by": uuid4(), "registered_at": now, "moved_by": None, "moved_at": now,
    }  # fmt: skip
    guard.run(guard.world.insert("person_request", **asked))
    correction = {
        "id": uuid4(), "person": person, "request": asked["id"], "organisation": south, "groups": 3,
        "corrected_by": uuid4(), "corrected_at": now, "sealed": b"x",
    }  # fmt: skip
    guard.run(guard.world.insert("correction", **correction))


@meets(
    "own-requests", "own-file", "person-requests", "person-request", "person-request-words", "person-correction",
    "person-correction-compare",
)  # fmt: skip
def test_person_asks_and_reads_what_was_corrected_without_meeting_a_barrier(
    stack: Stack, nora: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    last_name = "Corrigee-Francaise" if french else "Corrigee-Anglaise"
    person = file_of(stack, last_name)
    page.goto(f"{stack.url}/mon-espace/")
    tour.press("link", "Prouver mon identité", "Prove my identity")
    page.get_by_role("link", name=f"Inès Marie {last_name.upper()}").click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.url}/mon-espace/consultations/")
    tour.press("link", "^Demandes$", "^Requests$")
    tour.meet("own-requests", "empty")
    page.locator("input[name=demande][value=rectification]").check()
    tour.press("button", "Envoyer ma demande", "Send my request")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("own-requests", "refused")
    page.locator("#id_texte").fill("Mon numéro de téléphone a changé depuis un an.")
    tour.press("button", "Envoyer ma demande", "Send my request")
    expect(page.get_by_text("est envoyée" if french else "was sent")).to_be_visible()
    tour.meet("own-requests")
    page.locator("input[name=demande][value=access]").check()
    tour.press("button", "Envoyer ma demande", "Send my request")
    expect(page.get_by_role("article")).to_have_count(2)

    agent = page.context.browser.new_context(locale=tour.locale, timezone_id="Europe/Paris").new_page()  # type: ignore[union-attr]
    sign_in(stack, agent, nora, "/demandes-des-personnes/")
    tour.page = agent
    agent.set_viewport_size({"width": 1280, "height": 900})
    asked = "SELECT id FROM guard.person_request WHERE person = $1 AND article = $2"
    request, refused = (stack.guard.one(asked, person, article) for article in ("rectification", "access"))
    address = f"{stack.url}/demandes-des-personnes/{request}/"
    agent.locator(f"a[href$='{request}/']").click()
    tour.meet("person-request", "online")
    tour.press("button", "Lire ce que la personne", "Read what the person")
    expect(agent.get_by_text("depuis un an")).to_be_visible()
    tour.meet("person-request-words")
    agent.goto(address)
    tour.press("button", "Commencer le traitement", "Begin to work on it")
    tour.meet("person-request", "correcting")
    tour.press("link", "^Suivi$", "^Follow-up$")
    tour.meet("person-correction", "note")
    agent.goto(f"{address}corriger/contact/")
    tour.meet("person-correction")
    agent.locator("#id_contact-phone").fill("06 98 76 54 32")
    tour.press("button", "Comparer avant", "Compare before")
    tour.meet("person-correction-compare")
    tour.press("button", "Envoyer la correction", "Send the correction")
    expect(agent.get_by_text("est corrigé" if french else "is corrected")).to_be_visible()
    agent.goto(address)
    agent.locator("#id_text").fill("Trop bref")
    tour.press("button", "Donner la réponse et clore", "Give the answer and close")
    expect(agent.locator("#erreurs")).to_be_visible()
    tour.meet("person-request", "answering")
    agent.locator("#id_text").fill("Votre nouveau numéro est dans le dossier.\nMerci de nous l'avoir dit.")
    tour.press("button", "Donner la réponse et clore", "Give the answer and close")
    agent.goto(f"{stack.url}/demandes-des-personnes/{refused}/")
    agent.locator("input[name=reason][value=excessive]").check()
    agent.locator("#id_explanation").fill("Vous avez reçu votre dossier hier, et rien n'a changé.")
    tour.press("button", "Refuser la demande", "Refuse the request")
    corrected_elsewhere(stack, person)
    agent.goto(f"{stack.url}/demandes-des-personnes/")
    expect(agent.get_by_text("orrigés par d" if french else "by other organisations")).to_be_visible()
    tour.meet("person-requests", "corrected")
    agent.context.close()

    tour.page = page
    stack.guard.execute("DELETE FROM guard.correction WHERE sealed = 'x'")
    page.goto(f"{stack.url}/mon-espace/dossier/")
    expect(page.get_by_text("à votre demande" if french else "at your request")).to_be_visible()
    tour.meet("own-file", "corrected")
    page.goto(f"{stack.url}/mon-espace/demandes/")
    expect(page.get_by_text("Merci de nous")).to_be_visible()
    expect(page.get_by_text("75334 Paris")).to_be_visible()
    tour.meet("own-requests", "closed")
