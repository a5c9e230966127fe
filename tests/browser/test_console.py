"""An adviser's day in a real browser: sign-in, files, refusals, budgets, keyboard, axe in two languages."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from beffroi.guard.vault.records import Contact, Followup, Note, Situation
from tests.config.console.stack import SMALL, Stack, running
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member, fresh_code
from tests.guard.world import AgentOfTest, some_nir

pytestmark = pytest.mark.browser
SIZES = [(1280, "fr-FR"), (390, "fr-FR"), (1280, "en-GB"), (390, "en-GB")]
FIRST_NAMES = ("Alexia", "Boubacar", "Océane", "Samuel", "Manon", "Lilou", "Jules", "Esteban", "Kelly")
LAST_NAMES = ("André", "Bah", "Ben Youssef", "Bernard", "Bernier", "Bertin", "Bonnet", "Bouchet", "Bouvier")


@pytest.fixture(scope="module")
def stack(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(fresh_for_module, tmp_path_factory.mktemp("stack")) as started:
        yield started


@pytest.fixture(scope="module")
def camille(stack: Stack) -> Member:
    """An adviser with ten people of her own, one of whom has a whole file; one colleague; one person elsewhere."""
    guard = stack.guard
    guard.amend("organisation", guard.organisation, name="Mission Locale de Valbrume")
    guard.amend("organisation", guard.world.offices["South"], name="Mission Locale de Rochefleury")
    member = guard.member("Camille Moreau")
    referent = AgentOfTest(member.account, None, None, None, "", "")  # type: ignore[arg-type]
    for number, (first, last) in enumerate(zip(FIRST_NAMES, LAST_NAMES, strict=True)):
        stack.person(
            organisation=guard.organisation, referent=referent, last_name=last, first_names=first,
            birth_date=f"200{number % 9}-0{number % 8 + 1}-1{number}", days=30 + number,
        )  # fmt: skip
    written = Note(at="2026-11-12T09:30:00Z", text="Projet de CAP cuisine confirmé.", author=str(member.account))
    stack.person(
        organisation=guard.organisation, referent=referent, last_name="Delaunay", first_names="Inès, Marie",
        birth_date="2005-03-14", nir=some_nir(), followup=Followup(notes=(written,)),
        contact=Contact(
            email="ines.delaunay@courriel.example", phone="+33639981234", address_line="95 rue des Roses",
            postcode="63110", city="Beaumont",
        ),
        situation=Situation(situation="Sans emploi ni formation", housing="Chez ses parents"),
    )  # fmt: skip
    stack.person(
        organisation=guard.world.offices["South"], last_name="Le Gall", first_names="Manon", birth_date="2003-12-08"
    )
    for number in range(SMALL["[budgets.office]"] + 2):
        stack.person(organisation=guard.organisation, last_name=f"Zola{chr(97 + number)}")
    return member


def sign_in(stack: Stack, page: Page, member: Member, path: str = "/") -> None:
    """From the console's first page to the page asked for, with a one-time code."""
    page.goto(stack.url + path)
    if path == "/":
        page.locator("main").get_by_role("link", name=re.compile("Se connecter|Sign in")).click()
    _identify(stack, page, member)
    page.wait_for_url(f"{stack.url}/**")


def _identify(stack: Stack, page: Page, member: Member) -> None:
    if page.url.startswith(stack.guard.provider.settings.origin):
        page.get_by_role("link", name=f"{member.persona.given_name} {member.persona.usual_name}").click()
        page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.guard.url}/sign-in/factor*")
    page.locator("#code").fill(fresh_code(stack.guard, member))
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("width", "locale"), SIZES)
def test_adviser_day_meets_no_barrier(
    stack: Stack,
    camille: Member,
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
    width: int,
    locale: str,
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, locale=locale)
    french = locale == "fr-FR"

    def meet(name: str) -> None:
        expect(page.locator("html")).to_have_attribute("lang", "fr" if french else "en")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} overflows"
        screenshot(page, f"console-{name}-{locale[:2]}-{width}")
        axe(page)

    def press(role: str, fr: str, en: str) -> None:
        page.get_by_role(role, name=re.compile(fr if french else en)).first.click()  # type: ignore[arg-type]

    page.goto(stack.url)
    meet("welcome")
    sign_in(stack, page, camille)
    meet("portfolio")
    press("link", "DELAUNAY", "DELAUNAY")
    for fr, en in (("Coordonnées", "Contact details"), ("Situation", "Situation"), ("Suivi", "Follow-up")):
        press("link", f"Ouvrir la rubrique {fr}", f"Open the section {en}")
    expect(page.get_by_text("06 39 98 12 34")).to_be_visible()
    meet("file")
    press("link", "Modifier la rubrique Coordonnées", "Edit the section Contact details")
    meet("edit")
    page.get_by_label("Téléphone" if french else "Phone").fill("12")
    press("button", "Enregistrer", "Save")
    expect(page.locator("#erreurs")).to_be_visible()
    meet("edit-refused")
    press("link", "Renoncer", "Cancel")
    page.goto(f"{stack.url}/recherche/")
    meet("search")
    page.locator("#id_last_name").fill("Le Gall")
    page.locator("#id_first_name").fill("Manon")
    page.locator("#id_birth_date").fill("08/12/2003")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Mission Locale de Rochefleury")).to_be_visible()
    meet("found")
    assert "Gall" not in page.url
    press("link", "Que puis-je faire", "What can I do")
    meet("refusal")
    press("button", "Ouvrir le dossier pour ce motif", "Open the file for this reason")
    expect(page.locator("#erreurs")).to_be_visible()
    page.locator("input[name=reason][value=emergency]").check()
    page.locator("#id_text").fill("Reçue sans rendez-vous, sans logement ce soir.")
    page.locator("input[name=groups][value=contact]").check()
    press("button", "Ouvrir le dossier pour ce motif", "Open the file for this reason")
    expect(page.get_by_role("heading", level=1)).to_have_text("Manon Le Gall")
    meet("break-glass")
    page.goto(f"{stack.url}/personnes/nouvelle/")
    meet("registration")
    page.goto(f"{stack.url}/mon-compte/")
    meet("account")
    page.goto(f"{stack.url}/personnes/00000000-0000-4000-8000-000000000000/")
    meet("unknown")
    page.goto(f"{stack.url}/accessibilite/")
    meet("accessibility")
    page.goto(f"{stack.url}/portefeuille/structure/")
    expect(page.get_by_text(re.compile("identités sont masquées|identities are masked"))).to_be_visible()
    meet("masked")


def test_receptionist_sees_a_smaller_console(
    stack: Stack, camille: Member, page: Page, axe: Callable[[Page], None]
) -> None:
    sign_in(stack, page, stack.guard.member("Sandrine Lopez", role="receptionist"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Les personnes de ma structure")
    expect(page.get_by_role("link", name="Inscrire")).to_have_count(0)
    page.get_by_role("link", name="DELAUNAY").click()
    expect(page.get_by_text("14 mars 2005")).to_be_visible()
    expect(page.get_by_text("Coordonnées")).to_have_count(0)
    axe(page)


def test_adviser_steps_up_for_the_nir_and_comes_back_to_it(
    stack: Stack, camille: Member, page: Page, axe: Callable[[Page], None], screenshot: Callable[[Page, str], Path]
) -> None:
    sign_in(stack, page, camille)
    page.get_by_role("link", name="DELAUNAY").click()
    row = stack.guard.row(
        "SELECT id, factor_at FROM guard.session WHERE account = $1 ORDER BY created_at DESC LIMIT 1", camille.account
    )
    stack.guard.amend("session", row["id"], factor_at=row["factor_at"] - timedelta(hours=5))
    page.get_by_role("link", name="Ouvrir la rubrique Numéro de sécurité sociale").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez que c’est bien vous")
    axe(page)
    screenshot(page, "console-step-up")
    page.get_by_role("button", name="Confirmer mon identité").click()
    _identify(stack, page, camille)
    page.wait_for_url(f"{stack.url}/personnes/**")
    expect(page.get_by_text("Numéro (NIR)")).to_be_visible()


def test_adviser_out_of_break_glass_is_told_when_it_comes_back(
    stack: Stack, camille: Member, page: Page, axe: Callable[[Page], None], screenshot: Callable[[Page, str], Path]
) -> None:
    sign_in(stack, page, stack.guard.member("Bruno Brise"), "/recherche/")
    for number in range(SMALL["[budgets.break-glass]"] + 1):
        name = f"Guillou{chr(97 + number)}"
        stack.person(
            organisation=stack.guard.world.offices["South"], last_name=name, first_names="Manon",
            birth_date="2003-12-08",
        )  # fmt: skip
        page.goto(f"{stack.url}/recherche/")
        page.locator("#id_last_name").fill(name)
        page.locator("#id_first_name").fill("Manon")
        page.locator("#id_birth_date").fill("08/12/2003")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Que puis-je faire").click()
        page.locator("input[name=reason][value=emergency]").check()
        page.locator("#id_text").fill("Reçue sans rendez-vous, sans logement ce soir.")
        page.get_by_role("button", name="Ouvrir le dossier pour ce motif").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Volume de consultations atteint")
    expect(page.get_by_role("meter")).to_be_visible()
    axe(page)
    screenshot(page, "console-budget")


def test_agent_of_two_organisations_chooses_and_changes(
    stack: Stack, page: Page, axe: Callable[[Page], None], screenshot: Callable[[Page, str], Path]
) -> None:
    member = stack.guard.member("Julien Petit")
    south = stack.guard.world.offices["South"]
    stack.guard.run(stack.guard.world.habilitation(member.account, south, "receptionist"))
    sign_in(stack, page, member)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Pour qui travaillez-vous"))
    axe(page)
    screenshot(page, "console-choice")
    page.locator("main").get_by_role("button", name="Rochefleury").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Les personnes de ma structure")
    page.locator(".account > summary").click()
    axe(page)
    page.get_by_role("button", name=re.compile("Valbrume")).click()
    page.wait_for_url(f"{stack.url}/portefeuille/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mon portefeuille")


def test_agent_signs_out_everywhere_from_another_browser(
    stack: Stack, camille: Member, new_page: Callable[..., Page]
) -> None:
    here, there = new_page(), new_page()
    sign_in(stack, here, camille)
    sign_in(stack, there, camille)
    here.goto(f"{stack.url}/mon-compte/")
    here.get_by_role("button", name="Se déconnecter partout").click()
    here.wait_for_url(lambda address: not address.startswith(stack.url))
    there.reload()
    expect(there.get_by_role("heading", level=1)).to_have_text("Votre session est terminée")
    here.goto(f"{stack.url}/portefeuille/")
    assert not here.url.startswith(f"{stack.url}/portefeuille/")


def test_adviser_works_by_keyboard_alone(stack: Stack, camille: Member, page: Page) -> None:
    def reach(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")
            if name in " ".join(focused.split()):
                assert page.evaluate("document.activeElement.matches(':focus-visible')")
                return
        raise AssertionError(f"{name} is not reached")

    sign_in(stack, page, camille)
    reach("DELAUNAY")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/personnes/"))
    reach("Ouvrir la rubrique Coordonnées")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#contact$"))
    expect(page.get_by_text("06 39 98 12 34")).to_be_visible()
    page.keyboard.press("Control+Home")
    page.goto(f"{stack.url}/recherche/")
    reach("last_name")
    page.keyboard.type("Delaunay")
    page.keyboard.press("Tab")
    page.keyboard.type("Inès")
    page.keyboard.press("Tab")
    page.keyboard.type("14/03/2005")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Une personne correspond")).to_be_visible()
    page.goto(f"{stack.url}/mon-compte/")
    reach("Se déconnecter")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: not address.startswith(f"{stack.url}/mon-compte"))


def test_adviser_without_scripts_reads_and_writes(
    stack: Stack, camille: Member, new_page: Callable[..., Page]
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(stack, page, camille)
    page.get_by_role("link", name="DELAUNAY").click()
    page.get_by_role("link", name="Ouvrir la rubrique Suivi").click()
    page.get_by_text("Ajouter une note").click()
    page.get_by_label("Nouvelle note").fill("Vu ce matin.")
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.get_by_text("Vu ce matin.")).to_be_visible()
    expect(page.get_by_text("– Camille Moreau").first).to_be_visible()
