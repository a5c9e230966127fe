"""Breaches in a browser: declared from the answer to who was read, agreed to, read by the person, withdrawn."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from beffroi.guard.journal import Entry, append
from tests.browser.office import camille, stack
from tests.browser.pages import Tour, meets
from tests.browser.test_containment_pages import Watch, arrive, watch
from tests.browser.test_personal_space import enter, file_of
from tests.config.console.stack import Stack
from tests.guard.approvals.office import Seat, approve, seat
from tests.guard.signin.serving import CONSOLE, Member

__all__ = ["camille", "stack", "watch"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def second(stack: Stack, watch: Watch) -> Seat:
    """Who agrees for the network."""
    return seat(stack.guard, "Anne Valois", "approver", organisation=watch.network)


@meets("breaches", "breach-declare", "request-breach", "own-breaches")
def test_officer_declares_a_breach_that_its_person_then_reads_and_withdraws_it(
    stack: Stack, watch: Watch, second: Seat, tour: Tour, new_page: Callable[..., Page]
) -> None:
    officer, french, guard = tour.page, tour.french, stack.guard
    young = new_page(locale=tour.locale, viewport=officer.viewport_size)
    stolen = guard.member("Bastien Vole-Fr" if french else "Bastien Vole-En")
    last_name = "Lue-Francaise" if french else "Lue-Anglaise"
    person = file_of(stack, last_name)
    read_by(stack, stolen, person, groups=(3, 15))
    enter(stack, young, last_name, french=french)
    tour.page = young
    tour.press("link", "^Violations$", "^Breaches$")
    tour.meet("own-breaches", "empty")

    arrive(stack, officer, watch.security, "/consultations/violations/")
    tour.page = officer
    tour.meet("breaches", "empty" if french else "some")
    tour.press("link", "Qui a été lu", "Who was read")
    officer.get_by_label("Adresse professionnelle" if french else "Professional address").fill(stolen.persona.email)
    tour.press("button", "Voir les dossiers", "See the files")
    tour.press("button", "Déclarer une violation", "Declare a data breach")
    tour.meet("breach-declare")
    tour.press("button", "Faire la demande", "Make the request")
    expect(officer.locator("#erreurs")).to_be_visible()
    tour.meet("breach-declare", "refused")
    officer.get_by_label("compte d’un agent" if french else "account of an agent").check()
    tour.press("button", "Faire la demande", "Make the request")
    officer.wait_for_url(f"{stack.url}/demandes/*/")
    tour.meet("request-breach")
    assert "vole" not in officer.url.lower()
    signed(stack, second, officer)
    officer.goto(f"{stack.url}/consultations/violations/")
    expect(officer.get_by_text(stolen.account).first).to_be_visible()
    tour.meet("breaches")

    tour.page = young
    young.reload()
    expect(young.get_by_text("ouvert 2 fois" if french else "opened 2 times")).to_be_visible()
    tour.meet("own-breaches")
    tour.press("link", "Voir ces consultations", "See these consultations")
    expect(young.get_by_text("2 consultations")).to_be_visible()

    tour.page = officer
    tour.press("button", "Demander son retrait", "Ask for its withdrawal")
    officer.wait_for_url(f"{stack.url}/demandes/*/")
    signed(stack, second, officer)
    tour.page = young
    tour.press("link", "^Violations$", "^Breaches$")
    expect(young.get_by_text("C’était une erreur" if french else "It was a mistake")).to_be_visible()
    expect(young.get_by_text("Ce que vous pouvez faire" if french else "What you can do")).to_have_count(0)
    tour.meet("own-breaches", "withdrawn")


def read_by(stack: Stack, stolen: Member, person: str, groups: tuple[int, ...]) -> None:
    """Openings of this person by that account."""
    guard = stack.guard

    async def happen() -> None:
        whole = Entry(
            await guard.world.now(), "released", person, 0, stolen.account, organisation=guard.organisation,
            application=CONSOLE, role="adviser", purpose="follow-up", explanation="followed",
        )  # fmt: skip
        await append(guard.world.conn, [whole._replace(groups=one) for one in groups])

    guard.run(happen())


def signed(stack: Stack, second: Seat, page: Page) -> None:
    """The request shown is approved by a second person, with a passkey, on the guard's own page."""
    request = page.url.rstrip("/").rsplit("/", 1)[1]
    answer = approve(stack.guard, second, request)
    assert answer.status_code == 303, answer.text
