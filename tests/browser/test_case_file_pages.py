"""The depth of a file in a real browser: notes from outlines, sensitive ones, corrections, steps and what is due."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent
from tests.systems.cases.diary import at

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
    tour.press("button", "Accomplie : Refaire le CV", "Done : Refaire le CV|Done: Refaire le CV|Done.*Refaire le CV")
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
