"""What people ask about their data, on a desk and a telephone, in both languages: written down, worked on, closed."""

from json import loads
from pathlib import Path

import pytest
from playwright.sync_api import expect

from beffroi.guard.vault.records import FollowedAction, Followup, Note
from tests.browser.keys import sign_in
from tests.browser.office import stack
from tests.browser.pages import DESK, TELEPHONE, Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["stack"]
pytestmark = pytest.mark.browser
TEXT = "Veut se former à la boulangerie. Cherche un contrat d'apprentissage à moins d'une heure de chez elle.\n" * 3


@pytest.fixture(scope="module")
def nora(stack: Stack) -> Member:
    """The correspondent of the office."""
    return stack.guard.member(
        "Nora Correspondante", role="data-protection-correspondent", with_totp=False, with_passkey=True
    )


def reads_the_sheet(tour: Tour, sheet: Path) -> None:
    """The file that was handed out, opened from a disk: whole at both widths and on paper, without barrier."""
    shown = tour.page.context.new_page()
    shown.goto(sheet.as_uri())
    title = "Données vous concernant" if tour.french else "Data about you"
    expect(shown.get_by_role("heading", level=1)).to_have_text(title)
    expect(shown.get_by_text("Delaunay").first).to_be_visible()
    for width in (DESK, TELEPHONE):
        shown.set_viewport_size({"width": width, "height": 900})
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tour.screenshot(shown, f"console-person-data-{tour.locale[:2]}-{width}")
    # The sheet lets no script run: axe reads a copy of it that says nothing of scripts.
    copy = sheet.with_name("copie.html")
    copy.write_text(sheet.read_text("utf-8").replace("Content-Security-Policy", "x-none"), "utf-8")
    shown.goto(copy.as_uri())
    tour.axe(shown)
    shown.close()


@meets("person-requests", "person-request-new", "person-request", "person-erasure", "file")
def test_correspondent_answers_what_people_ask_without_meeting_a_barrier(
    stack: Stack, nora: Member, tour: Tour, tmp_path: Path
) -> None:
    page = tour.page
    notes = tuple(Note(at=f"2026-0{month}-01T10:00:00Z", text=TEXT) for month in range(1, 5))
    person = stack.person(
        organisation=stack.guard.organisation, last_name="Delaunay", first_names="Inès",
        followup=Followup(notes=notes, actions=(FollowedAction(label="Visiter l'atelier", status="to-do"),)),
    )  # fmt: skip
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
    card = page.get_by_role("heading", name="Remettre les données" if tour.french else "Hand over the data")
    expect(card).to_be_visible()
    tour.meet("person-request", "handing")
    with page.expect_download() as taken:
        tour.press("button", "pour lire ou imprimer", "to read or print")
    sheet = tmp_path / taken.value.suggested_filename
    taken.value.save_as(sheet)
    reads_the_sheet(tour, sheet)
    with page.expect_download() as taken:
        tour.press("button", "JSON", "JSON")
    whole = loads(Path(taken.value.path()).read_text("utf-8"))
    assert whole["groups"]["identity"]["last_name"] == "Delaunay"
    late = stack.person(organisation=stack.guard.organisation, last_name="Carpentier", first_names="Yanis")
    received = stack.guard.one("SELECT to_char(guard.instant() - interval '50 days', 'DD/MM/YYYY')")
    page.goto(f"{stack.url}/personnes/{late}/droits/")
    page.locator("input[name=article][value=erasure]").check()
    page.locator("#id_received_on").fill(received)
    tour.press("button", "Enregistrer la demande", "Register the request")
    expect(page.get_by_text("demande est enregistrée" if tour.french else "request is registered")).to_be_visible()
    second = page.url
    page.goto(f"{stack.url}/demandes-des-personnes/")
    expect(page.get_by_text("en retard" if tour.french else ", late").first).to_be_visible()
    tour.meet("person-requests")
    page.goto(second)
    tour.press("button", "identité est vérifiée", "identity is checked")
    tour.press("button", "Commencer le traitement", "Begin to work on it")
    tour.press("link", "Effacer le dossier", "Erase the file")
    tour.meet("person-erasure")
    tour.press("button", "Effacer le dossier", "Erase the file")
    expect(page.get_by_text("Le dossier est effacé" if tour.french else "The file is erased")).to_be_visible()
    tour.meet("person-request", "erased")
    page.goto(first)
    tour.press("button", "Donner la réponse et clore", "Give the answer and close")
    expect(page.get_by_text("Réponse donnée" if tour.french else "Answered")).to_be_visible()
    tour.meet("person-request", "closed")
