"""Who follows whom, changed on a desk and on a telephone in both languages: colleague, absence, other office."""

import pytest
from playwright.sync_api import expect

from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def karim(stack: Stack, camille: Member) -> Member:
    """Her colleague; others have names of every length."""
    for name in ("Anne Le Bris", "Marie-Dominique de La Rochefoucauld-Montmorency"):
        stack.guard.member(name)
    return stack.guard.member("Karim Haddad")


@pytest.fixture(scope="module")
def sophie(stack: Stack, camille: Member) -> Member:
    """An adviser of the other office."""
    return stack.guard.member("Sophie Lambert", organisation=stack.guard.world.offices["South"])


def people_of(stack: Stack, member: Member, *names: str) -> list[str]:
    """Somebody of each name, whom the member follows."""
    return [
        stack.person(organisation=stack.guard.organisation, referent=as_referent(member), last_name=name, days=20)
        for name in names
    ]


@meets("portfolio", "hand", "hand-several", "hand-preview")
def test_adviser_hands_people_to_a_colleague_without_meeting_a_barrier(
    stack: Stack, camille: Member, karim: Member, tour: Tour
) -> None:
    page, name = tour.page, "Abadie" if tour.french else "Abbott"
    one, other, third = people_of(stack, camille, f"{name} Un", f"{name} Deux", f"{name} Trois")
    sign_in(stack, page, camille)
    tour.meet("portfolio", "selectable")
    page.goto(f"{stack.url}/personnes/{one}/")
    tour.press("link", "Changer de conseiller", "Change adviser")
    tour.meet("hand")
    tour.press("button", "Changer de conseiller", "Change adviser")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("hand", "refused")
    page.get_by_label("Karim Haddad").check()
    tour.press("button", "Changer de conseiller", "Change adviser")
    one_done = "1 personne a changé de conseiller." if tour.french else "1 person has another adviser now."
    expect(page.get_by_text(one_done)).to_be_visible()
    page.goto(f"{stack.url}/portefeuille/?ordre=recent")
    for person in (other, third):
        page.locator(f'input[value="{person}"]').check()
    tour.press("button", "Confier la sélection", "Hand the selection over")
    tour.meet("hand-several", "chosen")
    page.get_by_label("Karim Haddad").check()
    tour.press("button", "Voir ce qui va changer", "See what will change")
    tour.meet("hand-preview")
    tour.press("button", "Confier ces personnes", "Hand over these people")
    done = "2 personnes ont changé de conseiller." if tour.french else "2 people have another adviser now."
    expect(page.get_by_text(done)).to_be_visible()
    tour.press("link", "Confier tout un portefeuille", "Hand over a whole portfolio")
    tour.meet("hand-several", "whole")
    tour.press("button", "Voir ce qui va changer", "See what will change")
    expect(page.locator("#erreurs")).to_be_visible()
    page.locator("#id_of").select_option(str(karim.account))
    page.locator(f'input[name=to][value="{karim.account}"]').check()
    tour.press("button", "Voir ce qui va changer", "See what will change")
    expect(page.get_by_text("Rien ne changerait" if tour.french else "Nothing would change")).to_be_visible()
    tour.meet("hand-preview", "nothing")


@meets("covers", "file")
def test_adviser_plans_an_absence_without_meeting_a_barrier(
    stack: Stack, camille: Member, karim: Member, tour: Tour
) -> None:
    page = tour.page
    person = stack.person(
        organisation=stack.guard.organisation, referent=as_referent(camille), last_name="Delaunay",
        first_names="Inès", days=20,
    )  # fmt: skip
    sign_in(stack, page, camille)
    tour.press("link", "Remplacer pendant une absence", "Cover an absence")
    tour.meet("covers", "empty")
    tour.press("button", "Prévoir le remplacement", "Plan the cover")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("covers", "refused")
    page.locator("#id_absent").select_option(str(camille.account))
    page.locator("#id_account").select_option(str(karim.account))
    day = stack.guard.one("SELECT to_char(guard.instant() AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY')")
    page.locator("#id_from_on").fill(day)
    page.locator("#id_until_on").fill(day)
    tour.press("button", "Prévoir le remplacement", "Plan the cover")
    expect(
        page.get_by_text("Karim Haddad remplace" if tour.french else "Karim Haddad stands in").first
    ).to_be_visible()
    tour.meet("covers")
    page.context.clear_cookies()
    sign_in(stack, page, karim)
    page.goto(f"{stack.url}/personnes/{person}/")
    expect(page.get_by_text("Vous remplacez le référent" if tour.french else "You stand in").first).to_be_visible()
    tour.meet("file", "covered")
    page.goto(f"{stack.url}/portefeuille/remplacements/")
    page.locator("summary", has_text="Mettre fin" if tour.french else "End it").click()
    tour.meet("covers", "ending")
    tour.press("button", "Mettre fin au remplacement", "End the cover")
    expect(page.get_by_text("remplacement est terminé" if tour.french else "cover is over")).to_be_visible()


@meets("give", "transfers", "transfer")
def test_two_offices_transfer_a_person_without_meeting_a_barrier(
    stack: Stack, camille: Member, sophie: Member, tour: Tour
) -> None:
    page = tour.page
    one, other = people_of(stack, camille, "Partante", "Restante")
    sign_in(stack, page, camille)
    if tour.french:
        page.goto(f"{stack.url}/transferts/")
        tour.meet("transfers", "empty")
    for person in (one, other):
        page.goto(f"{stack.url}/personnes/{person}/")
        tour.press("link", "Transférer ailleurs", "Transfer elsewhere")
        if person == one:
            tour.meet("give")
            tour.press("button", "Demander le transfert", "Ask for the transfer")
            expect(page.locator("#erreurs")).to_be_visible()
            tour.meet("give", "refused")
        page.locator("#id_organisation").select_option(label="Mission Locale de Rochefleury")
        page.locator("input[name=reason][value=moved]").check()
        tour.press("button", "Demander le transfert", "Ask for the transfer")
        expect(
            page.get_by_text("demande de transfert est" if tour.french else "request for a transfer")
        ).to_be_visible()
    tour.meet("transfers", "asked")
    tour.press("link", "Retirer la demande", "Withdraw the request")
    tour.meet("transfer", "withdrawing")
    page.locator("input[name=because][value=asked-by-mistake]").check()
    tour.press("button", "Retirer la demande", "Withdraw the request")
    expect(page.get_by_text("demande est retirée" if tour.french else "request is withdrawn")).to_be_visible()
    page.context.clear_cookies()
    sign_in(stack, page, sophie, "/transferts/")
    tour.meet("transfers", "to-answer")
    tour.press("link", "^Répondre$", "^Answer$")
    tour.meet("transfer")
    tour.press("button", "Refuser le transfert", "Refuse the transfer")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("transfer", "refused")
    tour.press("button", "Accepter le transfert", "Accept the transfer")
    expect(page.get_by_text("transfert est fait" if tour.french else "transfer is done")).to_be_visible()
    page.goto(f"{stack.url}/transferts/")
    tour.meet("transfers", "closed")
