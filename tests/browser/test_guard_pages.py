"""Every page of the guard's sign-in, met on the way to something, in both languages and at both widths."""

import base64
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
import pytest

from beffroi.guard.signin import arriving
from beffroi.standards import totp
from tests.browser.at_guard import authenticator, begin, guard, redeemed, running, serve_application
from tests.browser.pages import Tour, meets
from tests.guard.signin.serving import CONSOLE, STATE, Guard, fresh_code
from tests.guard.signin.test_step_up import link

__all__ = ["guard", "running", "serve_application"]
pytestmark = pytest.mark.browser


@meets("code", "enrol", "factor")
def test_invited_manager_enrols_a_passkey_then_signs_in_with_it_by_keyboard(
    guard: Guard, tour: Tour, width: int
) -> None:
    page = tour.page
    member = guard.member(
        f"Mona Manager{width}", role="account-manager", with_totp=False, bound=False, status="invited"
    )
    code = guard.issue_code(member)
    authenticator(page)
    begin(guard, page, member)
    tour.meet("code")
    page.locator("#code").fill("0000-0000-0000-0000")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    tour.meet("code", "wrong")
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    tour.meet("enrol")
    page.get_by_role("button", name="clé d’accès" if tour.french else "passkey").press("Enter")
    redeemed(guard, page)
    begin(guard, page, member)
    tour.meet("factor", "passkey")
    page.get_by_role("button", name="clé d’accès" if tour.french else "passkey").press("Enter")
    handle = redeemed(guard, page)
    assert guard.call("GET", "/v1/session", handle).json()["level"] == 3
    page.goto(guard.url + link(guard, handle, level="passkey"))
    tour.meet("factor", "step-up")
    tour.press("button", "Utiliser ma clé d’accès", "Use my passkey")
    page.wait_for_url(f"{guard.return_to}?state={STATE}")


@meets("factor", "enrol", "ADDED", "SESSION_OVER", "SIGNED_OUT")
def test_adviser_adds_a_code_application_and_signs_out(guard: Guard, tour: Tour, width: int) -> None:
    page, member = tour.page, guard.member(f"Alix Ajoute{width}")
    begin(guard, page, member)
    tour.meet("factor")
    page.locator("#code").fill("000000")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    tour.meet("factor", "wrong")
    page.locator("#code").fill(fresh_code(guard, member))
    page.keyboard.press("Enter")
    handle = redeemed(guard, page)
    fields = urlencode({"application": CONSOLE, "return_to": guard.return_to, "state": STATE})
    page.goto(f"{guard.url}/factors/add?{fields}")
    page.locator("#code").fill(fresh_code(guard, member))
    page.keyboard.press("Enter")
    page.locator("summary").click()
    tour.meet("enrol", "code-application")
    secret = base64.b32decode(page.locator("code").inner_text())
    page.locator("#code").fill(totp.code(secret, totp.step_at(datetime.now(UTC))))
    page.keyboard.press("Enter")
    tour.meet("ADDED")
    guard.call("DELETE", "/v1/session", handle)
    page.goto(f"{guard.url}/factors/add?{fields}")
    tour.meet("SESSION_OVER")
    page.goto(f"{guard.url}/sign-out?state={CONSOLE}.0123456789abcdef")
    tour.meet("SIGNED_OUT")


@meets("WRONG_LINK", "OVER", "NOT_IDENTIFIED", "REFUSED_FORM", "TOO_MANY", "PROVIDER_DOWN")
def test_agent_whose_sign_in_goes_astray_reads_a_page_that_helps(
    guard: Guard, tour: Tour, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, member = tour.page, guard.member(f"Ariane Astray{width}")
    page.goto(f"{guard.url}/sign-in?application=nobody")
    tour.meet("WRONG_LINK")
    page.goto(f"{guard.url}/sign-in/factor")
    tour.meet("OVER")
    fields = urlencode({"application": CONSOLE, "return_to": guard.return_to, "state": STATE})
    page.goto(f"{guard.url}/sign-in?{fields}")
    page.goto(f"{guard.url}/sign-in/callback?code=of-somebody-else&state=of-somebody-else")
    tour.meet("NOT_IDENTIFIED")
    begin(guard, page, member)
    page.locator("[name=form_token]").last.evaluate("each => { each.value = 'of-another-page' }")
    page.locator("#code").fill("123456")
    page.keyboard.press("Enter")
    tour.meet("REFUSED_FORM")
    guard.execute("UPDATE guard.attempt SET times = 1000000")
    page.goto(f"{guard.url}/sign-in?{fields}")
    tour.meet("TOO_MANY")
    guard.execute("DELETE FROM guard.attempt")
    monkeypatch.setattr(arriving, "edge_of", lambda _services: None)
    page.goto(f"{guard.url}/sign-in?{fields}")
    tour.meet("PROVIDER_DOWN")


@meets("UNKNOWN", "SUSPENDED", "QUARANTINED", "UNSEEN_PROVIDER", "INTEGRITY")
def test_agent_whom_the_guard_does_not_let_in_reads_why_and_whom_to_ask(guard: Guard, tour: Tour, width: int) -> None:
    changed = {
        "UNKNOWN": {"email_index": uuid4(), "subject_index": None},
        "SUSPENDED": {"status": "suspended"},
        "QUARANTINED": {"idp_id": "another-provider"},
        "UNSEEN_PROVIDER": {"subject_index": None, "idp_id": None, "status": "invited"},
    }
    for name in ("UNKNOWN", "SUSPENDED", "QUARANTINED", "UNSEEN_PROVIDER", "INTEGRITY"):
        member = guard.member(f"Noe {name.title().replace('_', '')}{width}")
        if name == "UNSEEN_PROVIDER":
            guard.know(msgspec.structs.replace(member.persona, idp_id="unseen-idp"))
        if name in changed:
            guard.amend("account", member.account, **changed[name])
        else:
            guard.execute("UPDATE guard.account SET reviewed_until = created_at WHERE id = $1", member.account)
        tour.page.context.clear_cookies()
        begin(guard, tour.page, member)
        tour.meet(name)
