"""The guard's own sign-in in a real browser: without JavaScript, with a failing passkey, in the dark, in a frame."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.at_guard import authenticator, begin, guard, redeemed, running, serve_application
from tests.guard.signin.serving import Guard, fresh_code

__all__ = ["guard", "running", "serve_application"]
pytestmark = pytest.mark.browser


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
    code = fresh_code(guard, member)
    page.get_by_label("Code à six chiffres").fill(
        f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]}"
    )  # as a telephone copies it
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
