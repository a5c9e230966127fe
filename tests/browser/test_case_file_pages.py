"""The depth of a file in a real browser: notes from outlines, sensitive ones, corrections, steps and what is due."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent
from tests.systems.cases.diary import Diary, at

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser
LONG = (
    "Demander à la caisse d’allocations familiales l’attestation de paiement des six derniers mois, puis la déposer "
    "à l’accueil avec le formulaire de demande de logement social signé par les deux parents"
)


def person_of(stack: Stack, member: Member, last_name: str, **more: object) -> str:
    return stack.person(
        organisation=stack.guard.organisation, referent=as_referent(member), last_name=last_name,
        first_names="Inès", **more,
    )  # fmt: skip


@meets("file", "note", "note-correction", "step", "due-steps")
def test_adviser_writes_corrects_and_follows_steps_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    saved = "C’est enregistré." if french else "Saved."
    person = person_of(stack, camille, "Delaunay" + "xy"[french])
    sign_in(stack, page, camille, "/demarches/")
    if french:
        tour.meet("due-steps", "empty")
    page.goto(f"{stack.url}/personnes/{person}/?rubriques=followup")
    page.get_by_text("Ajouter une note" if french else "Add a note").click()
    tour.press("link", "Partir d.un modèle, ou", "Begin from an outline, or")
    tour.press("link", "Bilan", "Assessment")
    expect(page.locator("#id_text")).to_have_value(re.compile("Objectifs fixés"))
    tour.meet("note", "outline")
    tour.press("button", "Enregistrer la note", "Save the note")
    expect(page.locator("#erreurs")).to_be_visible()
    page.locator("#id_text").fill("Période : automne\nCe qui a été atteint : permis\nSuite : formation")
    tour.press("button", "Enregistrer la note", "Save the note")
    expect(page.get_by_text(saved)).to_be_visible()
    tour.press("link", "Corriger cette note", "Correct this note")
    tour.meet("note-correction")
    page.locator("#id_text").fill("")
    tour.press("button", "Enregistrer la correction", "Save the correction")
    expect(page.locator("#erreurs")).to_be_visible()
    page.locator("#id_text").fill("Période : automne\nCe qui a été atteint : code de la route\nSuite : formation")
    tour.press("button", "Enregistrer la correction", "Save the correction")
    expect(page.get_by_text("Corrigée une fois" if french else "Corrected once")).to_be_visible()

    for label, days in (("Refaire le CV", 4), (LONG, 9)):
        tour.press("link", "Convenir d.une démarche", "Agree on a step")
        page.locator("#id_label").fill(label)
        page.locator("#id_due_on").fill("2020-01-01")
        tour.press("button", "Enregistrer la démarche", "Save the step")
        expect(page.locator("#erreurs")).to_be_visible()
        if days == 9:
            tour.meet("step", "refused")
        page.locator("#id_due_on").fill(str((at(0, 9) + timedelta(days=days)).date()))
        tour.press("button", "Enregistrer la démarche", "Save the step")
        expect(page.get_by_text(saved)).to_be_visible()
    page.get_by_text("Corrigée une fois" if french else "Corrected once").click()
    tour.meet("file", "followup")
    tour.press("link", "^(Démarches|Steps)", "^(Démarches|Steps)")
    expect(page.get_by_role("cell", name=re.compile("Inès Delaunay")).first).to_be_visible()
    tour.meet("due-steps")
    page.get_by_role("link", name=re.compile("Inès Delaunay" + "xy"[french])).first.click()
    tour.press("button", "Marquer accomplie : Refaire le CV", "Mark as done.*Refaire le CV")
    expect(page.locator("li", has_text="Refaire le CV").locator(".badge")).to_have_text(
        "Accomplie" if french else "Done"
    )

    tour.press("link", "Ouvrir la rubrique Notes sensibles", "Open the section Sensitive notes")
    tour.press("link", "Ajouter une note sensible", "Add a sensitive note")
    expect(page.locator("input[value=sensitive_followup]")).to_be_checked()
    page.locator("#id_text").fill("Suivi médical en cours, ne pas appeler le matin.")
    tour.press("button", "Enregistrer la note", "Save the note")
    expect(page.get_by_text("ne pas appeler le matin")).to_be_visible()
    tour.meet("file", "sensitive")


@meets("file", "situation")
def test_adviser_notes_changes_of_situation_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    saved = "C’est enregistré." if french else "Saved."
    person = person_of(stack, camille, "Delaunay" + "zw"[french])
    sign_in(stack, page, camille, f"/personnes/{person}/?rubriques=situation")
    tour.press("link", "Situation dans le temps", "Situation over time")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Situation"))
    tour.meet("situation", "empty")
    changes = (
        ("housing:family", "2026-01-05", ""), ("work:seeking", "2026-02-10", ""),
        ("housing:hostel", "2026-06-01", "Place au foyer des Tilleuls, chambre seule, " * 6),
        ("health-cover:solidarity", "2026-06-15", ""),
    )  # fmt: skip
    for what, on, text in changes:
        page.locator("#id_what").select_option(what)
        page.locator("#id_on").fill(on)
        page.locator("#id_text").fill(text.strip())
        tour.press("button", "Enregistrer le changement", "Save the change")
        expect(page.get_by_text(saved)).to_be_visible()
    tour.press("link", "Corriger : Emploi", "Correct : Work|Correct: Work|Correct.*Work")
    expect(page.locator("#id_what")).to_have_value("work:seeking")
    page.locator("#id_what").select_option("work:internship")
    tour.press("button", "Enregistrer le changement", "Save the change")
    expect(page.get_by_text("Corrigé" if french else "Corrected", exact=True)).to_be_visible()
    page.locator("#id_du").fill("2026-02-01")
    page.locator("#id_au").fill("2026-11-01")
    tour.press("button", "Comparer", "Compare")
    expect(page.get_by_text(re.compile("→")).first).to_be_visible()
    tour.meet("situation")
    page.locator("#id_what").select_option("work:seeking")
    page.locator("#id_on").fill("2035-01-01")
    tour.press("button", "Enregistrer le changement", "Save the change")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("situation", "refused")
    tour.press("link", "Retour au dossier", "Back to the file")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Inès"))
    tour.meet("file", "situation")


@pytest.fixture(scope="module")
def diary(fresh_for_module: FreshDatabase) -> Diary:
    return Diary(fresh_for_module)


@meets("reception", "walk-in", "search", "appointments-day")
def test_receptionist_receives_people_without_meeting_a_barrier(
    stack: Stack, camille: Member, diary: Diary, tour: Tour, width: int
) -> None:
    page, french = tour.page, tour.french
    office, name = stack.guard.organisation, f"Accueil{'xy'[french]}"
    member = stack.guard.member(f"Sandrine Guichet{width}", role="receptionist")
    sign_in(stack, page, member, "/reception/")
    if french:
        tour.meet("reception", "empty")
    walking = stack.person(organisation=office, last_name=f"Imprevue{'xy'[french]}", birth_date="2004-02-03")
    people = [
        stack.person(organisation=office, referent=as_referent(camille), last_name=f"{name}{letter}")
        for letter in "abcd"
    ]
    long = stack.person(
        organisation=office, referent=as_referent(camille), last_name=f"{name} de Montmorency-Laval",
        first_names="Marie-Antoinette, Joséphine",
    )  # fmt: skip
    for number, person in enumerate([*people, long]):
        state = "excused" if number == 3 else "planned"
        diary.give(person, office, camille.account, at(0, 0), state=state)
    page.goto(f"{stack.url}/reception/")
    tour.press("button", f"Arrivée : Camille {name}a", f"Arrival.*Camille {name}a")
    expect(page.get_by_text(re.compile("Arrivée à" if french else "Arrived at")).first).to_be_visible()
    tour.press("button", f"Absence : Camille {name}b", f"Absence.*Camille {name}b")
    tour.meet("reception")
    page.goto(f"{stack.url}/reception/?voir=arrives")
    tour.meet("reception", "arrived")
    tour.press("link", "Quelqu.un vient sans", "Somebody comes without")
    whom = {"last_name": f"Imprevue{'xy'[french]}", "first_name": "Camille", "birth_date": "03/02/2004"}
    for field, value in whom.items():
        page.locator(f"#id_{field}").fill(value)
    tour.press("button", "Rechercher par l.identité", "Search by identity")
    expect(page.get_by_role("link", name="Noter son arrivée" if french else "Note their arrival")).to_be_visible()
    tour.meet("search", "reception")
    diary.give(walking, office, camille.account, at(0, 0), kind="workshop")
    tour.press("link", "Noter son arrivée", "Note their arrival")
    tour.meet("walk-in")
    page.locator("#id_account").select_option(str(camille.account))
    page.locator("#id_minutes").evaluate("field => { field.options[0].value = '7' }")
    page.locator("#id_minutes").select_option("7")
    tour.press("button", "Noter l.arrivée", "Note the arrival")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("walk-in", "refused")
    page.locator("#id_minutes").select_option("30")
    tour.press("button", "Noter l.arrivée", "Note the arrival")
    expect(page.get_by_text("L’arrivée est notée." if french else "The arrival is noted.")).to_be_visible()
    page.context.clear_cookies()
    sign_in(stack, page, camille, "/rendez-vous/jour/")
    expect(page.get_by_text(re.compile("Arrivée à" if french else "Arrived at")).first).to_be_visible()
    tour.meet("appointments-day", "arrived")


@meets("file", "representatives")
def test_adviser_writes_down_who_represents_a_minor_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    saved = "C’est enregistré." if french else "Saved."
    person = person_of(stack, camille, "Delaunay" + "mn"[french], birth_date=str(at(-365 * 16, 9).date()))
    sign_in(stack, page, camille, f"/personnes/{person}/")
    tour.meet("file", "minor")
    tour.press("link", "Représentants légaux", "Legal representatives")
    tour.meet("representatives", "empty")
    page.locator("#id_last_name").fill("Delaunay")
    page.locator("#id_first_names").fill("Claire, Joséphine")
    page.locator("#id_relationship").select_option("mother")
    tour.press("button", "Enregistrer le représentant", "Save the representative")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("representatives", "refused")
    page.locator("#id_phone").fill("06 39 98 00 02")
    tour.press("button", "Enregistrer le représentant", "Save the representative")
    expect(page.get_by_text(saved)).to_be_visible()
    page.locator("#id_last_name").fill("Ben Youssef de Montmorency-Laval")
    page.locator("#id_first_names").fill("Abdelkader")
    page.locator("#id_relationship").select_option("service")
    page.locator("#id_address_line").fill("Résidence Les Tilleuls, 95 avenue du Général-de-Gaulle, bâtiment C")
    page.locator("#id_postcode").fill("63110")
    page.locator("#id_city").fill("Beaumont")
    page.locator("#id_letters").check()
    tour.press("button", "Enregistrer le représentant", "Save the representative")
    expect(page.get_by_role("heading", name=re.compile("Montmorency"))).to_be_visible()
    tour.meet("representatives")
    page.locator("summary", has_text="Montmorency").click()
    tour.meet("representatives", "removing")
    tour.press("link", "Retour au dossier", "Back to the file")
    expect(page.get_by_role("heading", name=re.compile("Montmorency"))).to_be_visible()
    tour.meet("file", "representatives")
    adult = person_of(stack, camille, "Delaunay" + "op"[french])
    page.goto(f"{stack.url}/personnes/{adult}/representants/")
    tour.meet("representatives", "adult")


@meets("progress", "payments")
def test_adviser_notes_what_a_programme_pays_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    saved = "C’est enregistré." if french else "Saved."
    person = person_of(stack, camille, "Payee" + "xy"[french])
    today = at(0, 9).date()
    sign_in(stack, page, camille, f"/personnes/{person}/parcours/")
    tour.meet("progress", "payments")
    tour.press("link", "^Montants$", "^Amounts$")
    tour.meet("payments", "empty")
    for programme, euros, paid_on in (("pacea", "1 080", str(today)), ("cej", "5524,6", ""), ("cej", "12,5", "")):
        page.locator("#id_programme").select_option(programme)
        page.locator("#id_euros").fill(euros)
        page.locator("#id_paid_on").fill(paid_on)
        tour.press("button", "Enregistrer le montant", "Save the amount")
        expect(page.get_by_text(saved)).to_be_visible()
    tour.press("link", "Corriger : CEJ", "Correct.*CEJ")
    page.locator("#id_euros").fill("trop")
    tour.press("button", "Enregistrer le montant", "Save the amount")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("payments", "refused")
    page.locator("#id_euros").fill("552,46")
    tour.press("button", "Enregistrer le montant", "Save the amount")
    expect(page.get_by_text("Corrigé" if french else "Corrected", exact=True)).to_be_visible()
    tour.meet("payments")


def type_newcomer(tour: Tour, last_name: str) -> None:
    """Fill in the form of a registration, and send it."""
    for field, value in (("last_name", last_name), ("first_names", "Yann"), ("birth_date", "01/02/2004")):
        tour.page.locator(f"#id_identity-{field}").fill(value)
    tour.page.locator("#id_contact-phone").fill("06 39 98 12 34")
    tour.press("button", "Créer le dossier", "Create the file")


@meets("search", "no-file", "registration", "walk-in", "filtered", "hand-preview")
def test_newcomer_is_registered_at_the_desk_and_taken_on_by_an_adviser_without_meeting_a_barrier(
    stack: Stack, camille: Member, diary: Diary, tour: Tour, width: int
) -> None:
    page, french = tour.page, tour.french
    name = "Nouveau" + "xy"[french]
    member = stack.guard.member(f"Sandrine Comptoir{width}", role="receptionist")
    known = stack.person(organisation=stack.guard.organisation, referent=as_referent(camille), last_name="Ancien")
    diary.give(known, stack.guard.organisation, camille.account, at(0, 1), state="present")
    sign_in(stack, page, member, "/recherche/")
    for field, value in (("last_name", name), ("first_name", "Yann"), ("birth_date", "01/02/2004")):
        page.locator(f"#id_{field}").fill(value)
    tour.press("button", "Rechercher par l.identité", "Search by identity")
    tour.meet("search", "nobody")
    tour.press("button", "Inscrire une personne", "Register a person")
    expect(page.locator("#id_identity-last_name")).to_have_value(name)
    expect(page.get_by_label("France Travail")).to_have_count(0)
    tour.meet("registration", "desk")
    type_newcomer(tour, name)
    waits = "Il attend un conseiller référent." if french else "It waits for an adviser."
    expect(page.get_by_text(waits)).to_be_visible()
    tour.meet("walk-in", "registered")
    tour.press("link", "Prendre un rendez-vous", "Make an appointment")
    page.locator("#id_account").select_option(str(camille.account))
    page.locator("#id_day").fill(str(at(50 + french, 9).date()))
    page.locator("#id_hour").fill("09:00")
    tour.press("button", "Prendre le rendez-vous", "Make the appointment")
    expect(page.get_by_text("Le rendez-vous est pris." if french else "The appointment is made.")).to_be_visible()
    page.goto(f"{stack.url}/personnes/nouvelle/")
    type_newcomer(tour, name)
    expect(page.get_by_role("link", name="Noter son arrivée" if french else "Note their arrival")).to_be_visible()

    page.goto(f"{stack.url}/demarches/")
    tour.meet("no-file")
    page.context.clear_cookies()
    sign_in(stack, page, stack.guard.member(f"Karim Preneur{width}"), "/portefeuille/")
    tour.press("link", "Sans conseiller référent", "Without an adviser")
    expect(page.get_by_text(name.upper())).to_be_visible()
    tour.meet("filtered", "without-referent")
    tour.press("button", "Devenir leur référent", "Become their adviser")
    expect(
        page.get_by_text("Choisissez d’abord des personnes." if french else "Choose people first.")
    ).to_be_visible()
    page.get_by_label(f"Choisir {name.upper()}" if french else f"Choose {name.upper()}").check()
    tour.press("button", "Devenir leur référent", "Become their adviser")
    tour.meet("hand-preview", "oneself")
    tour.press("button", "Devenir son référent", "Become their adviser")
    done = "Vous êtes le référent de 1 personne de plus." if french else "You are the adviser of 1 more person."
    expect(page.get_by_text(done)).to_be_visible()
    page.goto(f"{stack.url}/portefeuille/")
    expect(page.get_by_role("link", name=re.compile(name.upper()))).to_be_visible()
