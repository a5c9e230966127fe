"""The guard's own pages in a real browser, with a virtual authenticator: enrolment, sign-in, step-up, axe."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from tests.databases import FreshDatabase
from tests.guard.signin.serving import CONSOLE, STATE, Guard, Member, fresh_code, serve
from tests.guard.signin.test_step_up import link

pytestmark = pytest.mark.browser


def application(environ: object, start_response: Callable[..., object]) -> list[bytes]:
    """Where the browser comes back to: another origin of this machine."""
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [
        b'<!doctype html><html lang="fr"><title>Application</title><link rel="icon" href="data:,"><h1>Retour</h1>'
    ]


@pytest.fixture(scope="module")
def running(
    serve_application: str, fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guard]:
    return_to = f"{serve_application}/back"
    with serve(fresh_for_module.guard, tmp_path_factory.mktemp("provider"), return_to=return_to) as guard:
        yield guard


@pytest.fixture(scope="module")
def serve_application(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue("serve")(application)
    return address.replace("127.0.0.1", "localhost").rstrip("/")


@pytest.fixture
def guard(running: Guard) -> Guard:
    running.provider.forget()
    running.execute("DELETE FROM guard.attempt")
    return running


def authenticator(page: Page, *, verified: bool = True) -> tuple[CDPSession, str]:
    """A platform authenticator that asks nobody (WebDriver BiDi/CDP domain WebAuthn)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verified,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session, made["authenticatorId"]


def begin(guard: Guard, page: Page, member: Member) -> None:
    """From the application's link to the guard's own page, through the provider's."""
    fields = {"application": CONSOLE, "return_to": guard.return_to, "state": STATE}
    page.goto(f"{guard.url}/sign-in?{urlencode(fields)}")
    if urlsplit(page.url).netloc == urlsplit(guard.provider.settings.origin).netloc:
        name = f"{member.persona.given_name} {member.persona.usual_name}"
        page.get_by_role("link", name=re.compile(re.escape(name))).click()
        page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{guard.url}/sign-in/*")


def redeemed(guard: Guard, page: Page) -> str:
    """Wait for the application and redeem its code as it would; the handle."""
    page.wait_for_url(f"{guard.return_to}?*")
    fields = parse_qs(urlsplit(page.url).query)
    assert fields["state"] == [STATE]
    answer = guard.redeem(fields["code"][0])
    assert answer.status_code == 200, answer.text
    handle: str = answer.json()["handle"]
    return handle


@pytest.mark.parametrize("width", [1280, 360])
def test_invited_manager_enrols_a_passkey_then_signs_in_with_it_by_keyboard(
    guard: Guard,
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
    width: int,
) -> None:
    member = guard.member(
        f"Mona Manager{width}", role="account-manager", with_totp=False, bound=False, status="invited"
    )
    code = guard.issue_code(member)
    page = new_page(viewport={"width": width, "height": 900})
    authenticator(page)
    begin(guard, page, member)
    axe(page)
    screenshot(page, f"guard-code-{width}")
    page.get_by_label("Code d’enrôlement").fill(code)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Enregistrer une clé d’accès").wait_for()
    axe(page)
    screenshot(page, f"guard-enrol-{width}")
    page.get_by_role("button", name="Enregistrer une clé d’accès").press("Enter")
    redeemed(guard, page)
    begin(guard, page, member)
    axe(page)
    screenshot(page, f"guard-passkey-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Utiliser ma clé d’accès").press("Enter")
    handle = redeemed(guard, page)
    assert guard.call("GET", "/v1/session", handle).json()["level"] == 3
    page.goto(guard.url + link(guard, handle, level="passkey"))
    axe(page)
    screenshot(page, f"guard-step-up-{width}")
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url(f"{guard.return_to}?state={STATE}")


def test_adviser_without_javascript_enrols_and_uses_a_code_application(
    guard: Guard, new_page: Callable[..., Page], screenshot: Callable[[Page, str], Path]
) -> None:
    import base64
    from datetime import UTC, datetime

    from beffroi.standards import totp

    member = guard.member("Jean Sansscript", with_totp=False, bound=False, status="invited")
    code = guard.issue_code(member)
    page = new_page(java_script_enabled=False)
    begin(guard, page, member)
    page.get_by_label("Code d’enrôlement").fill(code)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_text("Je ne peux pas lire le dessin").click()
    secret = base64.b32decode(page.locator("code").inner_text())
    assert page.locator(".qr svg").is_visible()
    screenshot(page, "guard-enrol-code-application")
    page.get_by_label("Code à six chiffres").fill(totp.code(secret, totp.step_at(datetime.now(UTC))))
    page.get_by_role("button", name="Enregistrer l’application").click()
    redeemed(guard, page)
    member.secret = secret
    begin(guard, page, member)
    page.get_by_label("Code à six chiffres").fill(fresh_code(guard, member))
    page.get_by_role("button", name="Confirmer").click()
    assert guard.call("GET", "/v1/session", redeemed(guard, page)).json()["level"] == 2


def test_passkey_whose_owner_is_not_verified_is_refused_and_the_page_says_what_to_do(
    guard: Guard, new_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    member = guard.member("Vera Verified", role="account-manager", with_totp=False, bound=False, status="invited")
    code = guard.issue_code(member)
    page = new_page()
    session, made = authenticator(page)
    begin(guard, page, member)
    page.get_by_label("Code d’enrôlement").fill(code)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Enregistrer une clé d’accès").click()
    redeemed(guard, page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": made, "isUserVerified": False})
    begin(guard, page, member)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.get_by_text("La clé d’accès n’a pas répondu").wait_for()
    axe(page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": made, "isUserVerified": True})
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    redeemed(guard, page)


def test_agent_reads_the_pages_in_english_and_is_told_of_errors(
    guard: Guard,
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    screenshot: Callable[[Page, str], Path],
) -> None:
    member = guard.member("Eve English")
    page = new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    begin(guard, page, member)
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", name="Confirm that it is you").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_label("Six-digit code").fill("000000")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("alert").wait_for()
    axe(page)
    screenshot(page, "guard-wrong-code-dark")
    page.get_by_label("Six-digit code").fill(fresh_code(guard, member))
    page.get_by_role("button", name="Confirm").click()
    redeemed(guard, page)


def test_stranger_reads_a_page_that_helps(
    guard: Guard, page: Page, axe: Callable[[Page], None], screenshot: Callable[[Page, str], Path]
) -> None:
    page.goto(f"{guard.url}/sign-in?application=nobody")
    page.get_by_role("heading", name="Ce lien n’est pas valable").wait_for()
    axe(page)
    screenshot(page, "guard-wrong-link")


def test_page_in_a_frame_of_another_site_shows_nothing(guard: Guard, browser: Browser) -> None:
    """Clickjacking: the browser itself refuses the frame (a context of its own, where that refusal is no fault)."""
    context = browser.new_context()
    try:
        page, said = context.new_page(), []
        page.on("console", lambda line: said.append(line.text))
        page.goto(guard.return_to)
        page.evaluate(
            "url => new Promise(done => { const frame = document.createElement('iframe'); frame.onload = done;"
            " frame.src = url; document.body.append(frame); })",
            f"{guard.url}/sign-out",
        )
        assert any("frame-ancestors" in line for line in said)
        assert not any("déconnecté" in frame.content() for frame in page.frames[1:])
    finally:
        context.close()
