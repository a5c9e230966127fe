"""A file restricted in a browser: by the correspondent, before the adviser who follows, in the person's own space."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from beffroi.core.ids import OrganisationId, PersonId
from tests.browser.keys import sign_in as sign_in_with_a_key
from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.browser.test_personal_space import enter, file_of
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def nora(stack: Stack) -> Member:
    """The correspondent of the office."""
    return stack.guard.member(
        "Nora Correspondante", role="data-protection-correspondent", with_totp=False, with_passkey=True
    )


def restrict(stack: Stack, person: str) -> None:
    """The use of the file is restricted from now on, as the correspondent's command leaves it."""
    guard = stack.guard
    guard.run(guard.world.relation(person, guard.organisation, kind="restricted", days=3))  # type: ignore[arg-type]


async def standing(stack: Stack, nora: Member, person: str, organisation: str, ground: str) -> None:
    """A restriction that no request asked for, as its command leaves it."""
    world = stack.guard.world
    await world.relation(PersonId(person), OrganisationId(organisation), kind="restricted", days=3)
    row = {
        "id": str(uuid4()), "person": person, "organisation": organisation, "ground": ground, "request": None,
        "since_at": await world.now(), "decided_by": nora.account, "told_at": None, "lifted_at": None,
        "lifted_by": None,
    }  # fmt: skip
    await world.insert("restriction", **row)


@meets("person-request", "restriction")
def test_correspondent_restricts_a_file_and_lifts_it_once_the_person_was_told(
    stack: Stack, nora: Member, tour: Tour
) -> None:
    page = tour.page
    name = "Delaunay" if tour.french else "Carpentier"
    person = stack.person(organisation=stack.guard.organisation, last_name=name, first_names="Inès")
    sign_in_with_a_key(stack, page, nora, f"/personnes/{person}/droits/")
    page.locator("input[name=article][value=restriction]").check()
    tour.press("button", "Enregistrer la demande", "Register the request")
    tour.meet("person-request", "to-restrict-later")
    tour.press("button", "identité est vérifiée", "identity is checked")
    tour.meet("person-request", "to-restrict")
    request = page.url
    tour.press("button", "Limiter l.usage du dossier", "Restrict the use of the file")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("restriction", "refused")
    page.locator("input[name=ground][value=accuracy]").check()
    tour.press("button", "Limiter l.usage du dossier", "Restrict the use of the file")
    expect(page).to_have_url(request)
    expect(page.get_by_text("limité depuis le" if tour.french else "restricted since").first).to_be_visible()
    tour.meet("person-request", "restricted")
    page.get_by_label("prévenue de la levée" if tour.french else "Date the person was told").fill("01/01/2020")
    tour.press("button", "Lever la limitation", "Lift the restriction")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("restriction", "told")
    today = stack.guard.one("SELECT to_char(guard.instant() AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY')")
    page.get_by_label("prévenue de la levée" if tour.french else "Date the person was told").fill(today)
    tour.press("button", "Lever la limitation", "Lift the restriction")
    expect(page.get_by_text("a été prévenue" if tour.french else "was told").first).to_be_visible()
    tour.meet("person-request", "lifted")


@meets("restrictions", "restriction-lift")
def test_correspondent_lifts_from_the_list_of_restricted_files(stack: Stack, nora: Member, tour: Tour) -> None:
    page, french, guard = tour.page, tour.french, stack.guard
    sign_in_with_a_key(stack, page, nora, "/demandes-des-personnes/")
    tour.press("link", "Voir les dossiers limités", "See the restricted files")
    tour.meet("restrictions", "none")
    person = stack.person(organisation=guard.organisation, last_name="Delaunay", first_names="Inès")
    name = "Mission Locale de Fermebourg" if french else "Fermebourg Youth Office"
    closed = guard.run(guard.world.organisation(name, active=False))
    for office, ground in ((guard.organisation, "accuracy"), (closed, "objection")):
        guard.run(standing(stack, nora, person, office, ground))
    page.reload()
    expect(page.get_by_text(name)).to_be_visible()
    tour.meet("restrictions")
    tour.press("link", "Lever la limitation", "Lift the restriction")
    tour.meet("restriction-lift")
    tour.press("button", "Lever la limitation", "Lift the restriction")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("restriction-lift", "refused")
    today = guard.one("SELECT to_char(guard.instant() AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY')")
    page.get_by_label("prévenue de la levée" if french else "Date the person was told").fill(today)
    tour.press("button", "Lever la limitation", "Lift the restriction")
    expect(page.get_by_text("La limitation est levée" if french else "The restriction is lifted")).to_be_visible()
    left = page.get_by_role("link", name="Lever la limitation" if french else "Lift the restriction")
    expect(left).to_have_count(1)
    tour.press("link", "Lever la limitation", "Lift the restriction")
    page.get_by_label("prévenue de la levée" if french else "Date the person was told").fill(today)
    tour.press("button", "Lever la limitation", "Lift the restriction")


@meets("restricted", "restricted-reason", "portfolio")
def test_adviser_reads_why_a_file_does_not_open_and_opens_it_to_protect_somebody(stack: Stack, tour: Tour) -> None:
    page, french = tour.page, tour.french
    adviser = stack.guard.member("Ana Duval" if french else "Ana Adviser")
    for last_name in ("Delaunay", "Carpentier"):
        person = stack.person(
            organisation=stack.guard.organisation, referent=as_referent(adviser), last_name=last_name,
            first_names="Inès" if french else "Yanis",
        )  # fmt: skip
    restrict(stack, person)
    sign_in(stack, page, adviser, "/portefeuille/")
    mention = "limité à la demande" if french else "restricted at the person"
    expect(page.get_by_text(mention).first).to_be_visible()
    expect(page.get_by_text("DELAUNAY")).to_be_visible()
    expect(page.get_by_text("CARPENTIER")).to_have_count(0)
    expect(page.get_by_text("Vous avez atteint une limite" if french else "You have reached")).to_have_count(0)
    tour.meet("portfolio", "restricted")
    tour.press("link", mention, mention)
    tour.meet("restricted")
    expect(page.locator("input[name=reason]")).to_have_count(1)
    page.locator("input[name=reason]").check()
    tour.press("button", "Ouvrir le dossier pour ce motif", "Open the file for this reason")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("restricted-reason", "refused")
    page.get_by_label("Expliquez" if french else "Explain").fill("Sa sœur est en danger ce soir, au domicile.")
    tour.press("button", "Ouvrir le dossier pour ce motif", "Open the file for this reason")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Carpentier")


@meets("own-consultations", "own-file")
def test_person_reads_in_their_own_space_that_their_file_is_restricted(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page, french = tour.page, tour.french
    last_name = "Delaunay-Limite" if french else "Delaunay-Restreint"
    restrict(stack, file_of(stack, last_name))
    enter(stack, page, last_name, french=french)
    tour.meet("own-consultations", "restricted")
    page.goto(f"{stack.url}/mon-espace/dossier/")
    expect(page.get_by_text("Votre dossier est limité" if french else "Your file is restricted")).to_be_visible()
    expect(page.get_by_role("heading", name="Mission Locale de Valbrume")).to_have_count(1)  # who follows; no more
    tour.meet("own-file", "restricted")
