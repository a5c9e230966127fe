"""What people ask about their data, on a desk and a telephone, in both languages: written down, worked on, closed."""

import pytest
from playwright.sync_api import expect

from tests.browser.keys import sign_in
from tests.browser.office import stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["stack"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def nora(stack: Stack) -> Member:
    """The correspondent of the office."""
    return stack.guard.member(
        "Nora Correspondante", role="data-protection-correspondent", with_totp=False, with_passkey=True
    )


@meets("person-requests", "person-request-new", "person-request", "file")
def test_correspondent_answers_what_people_ask_without_meeting_a_barrier(
    stack: Stack, nora: Member, tour: Tour
) -> None:
    page = tour.page
    person = stack.person(organisation=stack.guard.organisation, last_name="Delaunay", first_names="Inès")
    sign_in(stack, page, nora, "/demandes-des-personnes/")
    if tour.french:
        tour.meet("person-requests", "empty")
    page.goto(f"{stack.url}/personnes/{person}/")
    tour.meet("file", "correspondent")
    tour.press("link", "Enregistrer une demande", "Register a request")
    tour.meet("person-request-new")
    tour.press("button", "Enregistrer la demande", "Register the request")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("person-request-new", "refused")
    page.locator("input[name=article][value=access]").check()
    tour.press("button", "Enregistrer la demande", "Register the request")
    expect(page.get_by_text("demande est enregistrée" if tour.french else "request is registered")).to_be_visible()
    tour.meet("person-request")
    first = page.url
    tour.press("button", "Refuser la demande", "Refuse the request")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("person-request", "refused")
    page.locator("input[name=why][value=complex]").check()
    tour.press("button", "Prolonger de deux mois", "Extend by two months")
    expect(page.get_by_text("prolongé de deux mois" if tour.french else "extended by two months")).to_be_visible()
    tour.press("button", "identité est vérifiée", "identity is checked")
    tour.press("button", "Commencer le traitement", "Begin to work on it")
    late = stack.person(organisation=stack.guard.organisation, last_name="Carpentier", first_names="Yanis")
    received = stack.guard.one("SELECT to_char(guard.instant() - interval '50 days', 'DD/MM/YYYY')")
    page.goto(f"{stack.url}/personnes/{late}/droits/")
    page.locator("input[name=article][value=erasure]").check()
    page.locator("#id_received_on").fill(received)
    tour.press("button", "Enregistrer la demande", "Register the request")
    page.goto(f"{stack.url}/demandes-des-personnes/")
    expect(page.get_by_text("en retard" if tour.french else ", late").first).to_be_visible()
    tour.meet("person-requests")
    page.goto(first)
    tour.press("button", "réponse est donnée", "answer was given")
    expect(page.get_by_text("Répondue" if tour.french else "Answered")).to_be_visible()
    tour.meet("person-request", "closed")
