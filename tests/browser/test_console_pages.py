"""Every page of the console, met on the way to something: whole and without barrier in both languages and widths."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.office import camille, identify, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import SMALL, Stack
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


def search_le_gall(stack: Stack, tour: Tour, last_name: str = "Le Gall") -> None:
    tour.page.goto(f"{stack.url}/recherche/")
    tour.page.locator("#id_last_name").fill(last_name)
    tour.page.locator("#id_first_name").fill("Manon")
    tour.page.locator("#id_birth_date").fill("08/12/2003")
    tour.page.keyboard.press("Enter")


def give_reason(tour: Tour) -> None:
    tour.page.locator("input[name=reason][value=emergency]").check()
    tour.page.locator("#id_text").fill("Reçue sans rendez-vous, sans logement ce soir.")
    tour.press("button", "Ouvrir le dossier pour ce motif", "Open the file for this reason")


@meets("welcome", "portfolio", "file", "edit", "note", "account", "accessibility", "unknown", "organisation")
def test_adviser_works_on_her_files_without_meeting_a_barrier(stack: Stack, camille: Member, tour: Tour) -> None:
    page = tour.page
    page.goto(stack.url)
    tour.meet("welcome")
    sign_in(stack, page, camille)
    tour.meet("portfolio")
    tour.press("link", "DELAUNAY", "DELAUNAY")
    for fr, en in (("Coordonnées", "Contact details"), ("Situation", "Situation"), ("Suivi", "Follow-up")):
        tour.press("link", f"Ouvrir la rubrique {fr}", f"Open the section {en}")
    expect(page.get_by_text("06 39 98 12 34")).to_be_visible()
    tour.meet("file")
    opened = page.url
    tour.press("link", "Modifier la rubrique Coordonnées", "Edit the section Contact details")
    tour.meet("edit")
    page.get_by_label("Téléphone" if tour.french else "Phone").fill("12")
    tour.press("button", "Enregistrer", "Save")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("edit", "refused")
    page.goto(opened)
    page.get_by_text("Ajouter une note" if tour.french else "Add a note").click()
    tour.press("button", "Enregistrer la note", "Save the note")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("note")
    page.goto(f"{stack.url}/mon-compte/")
    tour.meet("account")
    page.goto(f"{stack.url}/personnes/00000000-0000-4000-8000-000000000000/")
    tour.meet("unknown")
    page.goto(f"{stack.url}/accessibilite/")
    tour.meet("accessibility")
    page.goto(f"{stack.url}/portefeuille/structure/")
    expect(page.get_by_text("identités sont masquées" if tour.french else "identities are masked")).to_be_visible()
    tour.meet("organisation", "masked")


@meets("search", "elsewhere", "elsewhere-reason", "break-glass", "registration")
def test_adviser_finds_somebody_followed_elsewhere_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page = tour.page
    sign_in(stack, page, camille, "/recherche/")
    tour.meet("search")
    search_le_gall(stack, tour)
    expect(page.get_by_text("Mission Locale de Rochefleury")).to_be_visible()
    tour.meet("search", "found")
    assert "Gall" not in page.url
    tour.press("link", "Que puis-je faire", "What can I do")
    tour.meet("elsewhere")
    tour.press("button", "Ouvrir le dossier pour ce motif", "Open the file for this reason")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("elsewhere-reason")
    page.locator("input[name=groups][value=contact]").check()
    give_reason(tour)
    tour.meet("break-glass")
    page.goto(f"{stack.url}/personnes/nouvelle/")
    tour.meet("registration")
    for name, value in (("last_name", "Le Gall"), ("first_names", "Manon"), ("birth_date", "08/12/2003")):
        page.locator(f"#id_identity-{name}").fill(value)
    tour.press("button", "Créer le dossier", "Create the file")
    expect(page.locator("#distinct")).to_be_visible()
    tour.meet("registration", "known")


@meets("own-organisation", "file", "registration")
def test_receptionist_sees_a_smaller_console_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour, width: int
) -> None:
    page = tour.page
    sign_in(stack, page, stack.guard.member(f"Sandrine Lopez{width}", role="receptionist"))
    tour.meet("own-organisation")
    tour.press("link", "DELAUNAY", "DELAUNAY")
    expect(page.get_by_text("14 mars 2005" if tour.french else "14 March 2005")).to_be_visible()
    expect(page.get_by_text("Coordonnées" if tour.french else "Contact details")).to_have_count(0)
    tour.meet("file", "reception")
    page.goto(f"{stack.url}/personnes/nouvelle/")
    expect(page.get_by_label("France Travail")).to_have_count(0)
    tour.meet("registration", "reception")


@meets("step-up", "file")
def test_adviser_steps_up_for_the_nir_and_comes_back_to_it(stack: Stack, camille: Member, tour: Tour) -> None:
    page = tour.page
    sign_in(stack, page, camille)
    tour.press("link", "DELAUNAY", "DELAUNAY")
    row = _session(stack, camille)
    stack.guard.amend("session", row["id"], factor_at=row["factor_at"] - timedelta(hours=5))
    tour.press("link", "Ouvrir la rubrique Numéro de sécurité", "Open the section Social security number")
    tour.meet("step-up")
    tour.press("button", "Confirmer mon identité", "Confirm my identity")
    identify(stack, page, camille)
    page.wait_for_url(f"{stack.url}/personnes/**")
    expect(page.get_by_text("(NIR)")).to_be_visible()
    tour.meet("file", "nir")


@meets("edit-identity")
def test_adviser_says_that_a_namesake_is_another_person(stack: Stack, camille: Member, tour: Tour) -> None:
    page, name = tour.page, "Tanguy" if tour.french else "Trividic"
    for last_name in (name, f"{name}-Bis"):
        stack.person(
            organisation=stack.guard.organisation, referent=as_referent(camille), last_name=last_name,
        )  # fmt: skip
    sign_in(stack, page, camille)
    tour.press("link", f"{name}-Bis".upper(), f"{name}-Bis".upper())
    tour.press("link", "Modifier la rubrique Identité", "Edit the section Identity")
    page.locator("#id_identity-last_name").fill(name)
    tour.press("button", "Enregistrer", "Save")
    page.locator("#distinct").focus()
    tour.meet("edit-identity", "namesake")
    page.keyboard.press("Space")
    tour.press("button", "Enregistrer", "Save")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Camille {name}")


@meets("session-over", "resume")
def test_adviser_whose_session_ended_while_she_wrote_resumes_where_she_was(
    stack: Stack, camille: Member, tour: Tour, width: int
) -> None:
    page = tour.page
    sign_in(stack, page, camille)
    tour.press("link", "DELAUNAY", "DELAUNAY")
    tour.press("link", "Ouvrir la rubrique Situation", "Open the section Situation")
    tour.press("link", "Modifier la rubrique Situation", "Edit the section Situation")
    page.locator("#id_situation-housing").fill(f"Foyer {width}")
    row = _session(stack, camille)
    stack.guard.amend("session", row["id"], expires_at=row["created_at"])
    tour.press("button", "Enregistrer", "Save")
    tour.meet("session-over")
    tour.press("button", "Se connecter et continuer", "Sign in and continue")
    identify(stack, page, camille)
    tour.meet("resume")
    tour.press("button", "Continuer", "Continue")
    expect(page.get_by_text(f"Foyer {width}")).to_be_visible()


@meets("budget")
def test_adviser_out_of_break_glass_is_told_when_it_comes_back(
    stack: Stack, camille: Member, tour: Tour, width: int
) -> None:
    sign_in(stack, tour.page, stack.guard.member(f"Bruno Brise{width}"), "/recherche/")
    for number in range(SMALL["[budgets.break-glass]"] + 1):
        name = f"Guillou{'abc'[number]}{'x' * (width % 7)}"
        stack.person(
            organisation=stack.guard.world.offices["South"], last_name=name, first_names="Manon",
            birth_date="2003-12-08",
        )  # fmt: skip
        search_le_gall(stack, tour, name)
        tour.press("link", "Que puis-je faire", "What can I do")
        give_reason(tour)
    expect(tour.page.get_by_role("meter")).to_be_visible()
    tour.meet("budget")


@meets("choice", "own-organisation", "portfolio")
def test_agent_of_two_organisations_chooses_and_changes(
    stack: Stack, camille: Member, tour: Tour, width: int
) -> None:
    page, member = tour.page, stack.guard.member(f"Julien Petit{width}")
    south = stack.guard.world.offices["South"]
    stack.guard.run(stack.guard.world.habilitation(member.account, south, "receptionist"))
    sign_in(stack, page, member)
    tour.meet("choice")
    page.locator("main").get_by_role("button", name="Rochefleury").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("structure" if tour.french else "organisation")
    page.locator(".account > summary").click()
    tour.meet("own-organisation", "menu")
    tour.press("button", "Valbrume", "Valbrume")
    page.wait_for_url(f"{stack.url}/portefeuille/")
    tour.meet("portfolio", "empty")


@meets("lost-return", "not-found", "refused", "guard-down")
def test_agent_for_whom_something_goes_wrong_reads_a_page_that_helps(
    stack: Stack, camille: Member, tour: Tour, width: int
) -> None:
    page, member = tour.page, stack.guard.member(f"Sonia Suspendue{width}")
    page.goto(f"{stack.url}/retour/?state=somebody-else-s-state&code=none")
    tour.meet("lost-return")
    page.goto(f"{stack.url}/nulle-part/")
    tour.meet("not-found")
    sign_in(stack, page, member)
    stack.guard.amend("account", member.account, status="suspended")
    page.goto(f"{stack.url}/portefeuille/")
    tour.meet("refused")
    stack.down.set()
    try:
        page.goto(f"{stack.url}/portefeuille/")
        tour.meet("guard-down")
    finally:
        stack.down.clear()


def _session(stack: Stack, member: Member) -> dict[str, object]:
    return stack.guard.row(
        "SELECT * FROM guard.session WHERE account = $1 ORDER BY created_at DESC LIMIT 1", member.account
    )
