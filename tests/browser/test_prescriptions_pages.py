"""Catalogue and prescriptions in a real browser: a school keeps its sessions, an adviser prescribes, both follow."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent
from tests.systems.prescriptions.school import LINE, Books, file, on, written

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser
LONG = "Préparation aux métiers de l'accompagnement éducatif, de la petite enfance et de l'aide à domicile"


@pytest.fixture(scope="module")
def books(fresh_for_module: FreshDatabase) -> Books:
    return Books(fresh_for_module)


def a_school(stack: Stack, tour: Tour, staff: str) -> tuple[str, Member]:
    """A training organisation for one language's tour."""
    guard = stack.guard
    place = guard.run(guard.world.organisation(f"School-{tour.locale}", kind="training-organisation"))
    guard.amend("organisation", place, name="Atelier des métiers de Valbrume")
    suffix = "fr" if tour.french else "en"
    return str(place), guard.member(f"{staff}{suffix}", role="training-staff", organisation=place)


@meets(
    "sessions", "session", "session-new", "session-change", "session-cancel", "sessions-file", "catalogue",
    "received",
)  # fmt: skip
def test_school_keeps_its_catalogue_without_meeting_a_barrier(
    stack: Stack, camille: Member, books: Books, tour: Tour
) -> None:
    page = tour.page
    place, member = a_school(stack, tour, "Nadia Benali")
    sign_in(stack, page, member, "/sessions/")
    tour.meet("sessions", "empty")
    page.goto(f"{stack.url}/prescriptions/recues/")
    tour.meet("received", "empty")
    page.goto(f"{stack.url}/sessions/")
    tour.press("link", "Nouvelle session", "New session")
    tour.meet("session-new")
    page.locator("#id_title").fill(LONG)
    page.locator("#id_reference").fill("cui-1")
    page.locator("#id_commune").fill("Saint-Denis")
    tour.press("button", "Enregistrer", "Save")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("session-new", "refused")
    for name, value in (
        ("commune", "Riom 63200"), ("starts_on", written(on(30))), ("ends_on", written(on(120))), ("places", "12"),
        ("rome", "G1602 K1303"), ("prerequisites", "Lire, écrire et compter ; supporter la station debout."),
    ):  # fmt: skip
        page.locator(f"#id_{name}").fill(value)
    page.locator("#id_places").press("Enter")
    expect(page.get_by_text("est au catalogue" if tour.french else "in the catalogue")).to_be_visible()
    tour.meet("session", "own")
    tour.press("link", "^Modifier$", "^Edit$")
    tour.meet("session-change")
    page.locator("#id_places").fill("9")
    tour.press("button", "Enregistrer", "Save")
    tour.press("link", "Annuler la session", "Cancel the session")
    tour.meet("session-cancel")
    tour.press("button", "Annuler la session", "Cancel the session")
    tour.meet("session", "cancelled")
    page.goto(f"{stack.url}/sessions/fichier/")
    tour.meet("sessions-file")
    tour.press("button", "Lire le fichier", "Read the file")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("sessions-file", "none")
    text = file(LINE.replace("CUI-1", "A-1"), LINE.replace("CUI-1", "A-2"), LINE.replace("G1602", "cuisine"))
    page.locator("#id_file").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": text.encode()})
    tour.press("button", "Lire le fichier", "Read the file")
    tour.meet("sessions-file", "read")
    tour.press("button", "Appliquer", "Apply")
    expect(page.get_by_text("2 sessions ajoutées" if tour.french else "2 sessions added")).to_be_visible()
    tour.meet("sessions")
    assert [row["reference"] for row in books.of(place)] == ["A-1", "A-2", "CUI-1"]
    for _ in range(21):
        books.session(place, LONG, commune="63300")
    page.goto(f"{stack.url}/catalogue/?commune=clermont-ferrand&km=25")
    tour.meet("catalogue", "near")
    page.goto(f"{stack.url}/catalogue/?mots=introuvable")
    tour.meet("catalogue", "empty")
    page.goto(f"{stack.url}/catalogue/?commune=saint-denis")
    tour.meet("catalogue", "namesakes")


@meets(
    "catalogue", "session", "choose", "send", "sent", "sent-one", "prescriptions-of", "received",
    "received-one",
)  # fmt: skip
def test_adviser_prescribes_and_the_school_answers_without_meeting_a_barrier(
    stack: Stack, camille: Member, books: Books, tour: Tour
) -> None:
    page = tour.page
    place, member = a_school(stack, tour, "Nora Ecole")
    session = books.session(place, "CAP cuisine en un an", places=1, prerequisites="Lire, écrire et compter.")
    name = f"Cuisiniere{'fr' if tour.french else 'en'}"
    other = stack.person(
        organisation=stack.guard.organisation, referent=as_referent(camille), last_name=name, first_names="Alix"
    )
    sign_in(stack, page, camille, f"/personnes/{other}/")
    tour.press("link", "Formations prescrites", "Training prescribed")
    tour.meet("prescriptions-of", "empty")
    tour.press("link", "Prescrire une formation", "Prescribe training")
    tour.meet("catalogue", "person")
    page.goto(f"{stack.url}/catalogue/{session}/")
    tour.meet("session")
    tour.press("link", "Prescrire cette session", "Prescribe this session")
    tour.meet("choose")
    page.get_by_role("link", name=re.compile(name)).click()
    tour.meet("send")
    tour.press("button", "Envoyer la prescription", "Send the prescription")
    expect(page.get_by_text("est envoyée" if tour.french else "is sent")).to_be_visible()
    tour.meet("sent-one")
    page.goto(f"{stack.url}/catalogue/{session}/prescrire/{other}/")
    tour.press("button", "Envoyer la prescription", "Send the prescription")
    expect(page.get_by_role("alert")).to_be_visible()
    tour.meet("send", "twice")
    page.goto(f"{stack.url}/personnes/{other}/prescriptions/")
    tour.meet("prescriptions-of")
    page.goto(f"{stack.url}/prescriptions/?vue=en-cours")
    tour.meet("sent")

    page.context.clear_cookies()
    sign_in(stack, page, member, "/prescriptions/recues/")
    tour.meet("received")
    page.get_by_role("link", name=re.compile(name.upper())).click()
    tour.meet("received-one")
    page.get_by_role("radio").last.check()
    tour.press("button", "Enregistrer", "Save")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("received-one", "refused")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    tour.press("button", "Enregistrer", "Save")
    expect(page.get_by_text("est acceptée" if tour.french else "is accepted")).to_be_visible()
    tour.meet("received-one", "accepted")

    page.context.clear_cookies()
    sign_in(stack, page, camille, "/prescriptions/")
    tour.meet("sent", "new")
    page.get_by_role("link", name=re.compile(name.upper())).first.click()
    page.locator("main details > summary").click()
    tour.meet("sent-one", "withdrawing")
    tour.press("button", "Retirer la prescription", "Withdraw the prescription")
    expect(page.get_by_text("est retirée" if tour.french else "is withdrawn")).to_be_visible()
    tour.meet("sent-one", "withdrawn")
