"""The demonstration provider in a real browser: a newcomer signs in, finds a code, and meets no barrier."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from playwright.sync_api import Page

from beffroi.standards.oidc import VerifiedIdentity, end_session_url
from tests.simulation.identity_provider.served import CLAIRE, Served
from tests.simulation.identity_provider.served import serve as serve_provider

pytestmark = pytest.mark.browser


def service(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Where the browser comes back to; another port of this machine, as the guard's is."""
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b'<!doctype html><html lang="fr"><title>Service</title><link rel="icon" href="data:,"><h1>Service</h1>']


@pytest.fixture(scope="module")
def running(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    address = serve(service).replace("127.0.0.1", "localhost")
    with serve_provider(tmp_path_factory.mktemp("provider"), service=address) as started:
        yield started


@pytest.fixture
def provider(running: Served) -> Served:
    """The module's provider with its clock set right again."""
    running.forget()
    return running


@pytest.mark.parametrize("width", [1280, 390])
def test_newcomer_signs_in_by_keyboard_and_every_page_is_accessible(
    provider: Served,
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
    width: int,
) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    request = provider.ask()
    page.goto(request.url)
    axe(page)
    screenshot(page, f"identity-provider-people-{width}")
    page.get_by_label("Chercher une personne").fill("conseillere")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Claire Martin").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Choisir la manière de se connecter").click()
    axe(page)
    screenshot(page, f"identity-provider-password-{width}")
    page.get_by_role("button", name="Se connecter").press("Enter")
    page.wait_for_url(provider.party.redirect_uri + "*")
    identity = provider.identify(request, urlsplit(page.url).query)
    assert isinstance(identity, VerifiedIdentity)
    assert identity.sub == CLAIRE.sub
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_newcomer_finds_a_code_and_the_page_follows_the_time(
    provider: Served,
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
    width: int,
) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(f"{provider.settings.origin}/telephone")
    axe(page)
    page.get_by_role("link", name="Claire Martin").click()
    axe(page)
    screenshot(page, f"identity-provider-telephone-{width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    provider.clock.shift += 28 - provider.clock() % 30  # two seconds before the period's end
    page.reload()
    before = page.locator("[data-code]").get_attribute("data-code")
    page.wait_for_function("old => document.querySelector('[data-code]').dataset.code !== old", arg=before)


def test_newcomer_signs_out_and_lands_at_the_service(provider: Served, page: Page) -> None:
    request = provider.ask()
    page.goto(request.url)
    page.get_by_role("link", name="Claire Martin").click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(provider.party.redirect_uri + "*")
    tokens = provider.exchange(request, urlsplit(page.url).query)
    assert not isinstance(tokens, str)
    page.goto(end_session_url(provider.provider, provider.party, tokens.id_token, "z" * 43))
    assert page.url == f"{provider.party.post_logout_redirect_uri}?state={'z' * 43}"
    page.goto(provider.ask().url)
    assert page.get_by_role("heading", name="Qui se connecte").is_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_stranger_on_an_address_that_does_not_exist_reads_an_accessible_page(
    provider: Served, new_page: Callable[..., Page], axe: Callable[[Page], None], width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(f"{provider.settings.origin}/nulle-part")
    axe(page)
