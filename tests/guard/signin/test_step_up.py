"""A fresh factor for the session that asked for it, and for no other."""

import re
from datetime import timedelta

import httpx

from beffroi.guard.sessions.handles import digest, step_reference
from tests.guard.signin.serving import CONSOLE, STATE, Guard, Member, fields_of, text_of


def link(guard: Guard, handle: str, **changes: str) -> str:
    """The page's address as the application composes it from the refusal."""
    step = step_reference(guard.world.keys.session, digest(handle))
    fields = {"step": step, "application": CONSOLE, "return_to": guard.return_to, "state": STATE} | changes
    return f"/step-up?{httpx.QueryParams(fields)}"


def age(guard: Guard, member: Member) -> None:
    """Make the member's last factor three hours old."""
    session = guard.row("SELECT * FROM guard.session WHERE account = $1 AND revoked_at IS NULL", member.account)
    guard.amend("session", session["id"], factor_at=session["factor_at"] - timedelta(hours=3))


def factor_age(guard: Guard, member: Member) -> timedelta:
    return guard.one(  # type: ignore[no-any-return]
        "SELECT guard.instant() - factor_at FROM guard.session WHERE account = $1 AND revoked_at IS NULL",
        member.account,
    )


def test_agent_steps_up_and_returns_with_the_same_session(guard: Guard) -> None:
    member = guard.member("Step Up")
    browser, handle = guard.signed_in(member)
    age(guard, member)
    assert browser.page(link(guard, handle)).headers["location"] == "/sign-in/factor"
    assert "confirmation récente" in text_of(browser.page("/sign-in/factor"))
    left = browser.prove(member)
    assert fields_of(left) == {"state": STATE}
    assert factor_age(guard, member) < timedelta(minutes=1)
    assert guard.call("GET", "/v1/session", handle).status_code == 200
    assert guard.journal("stepped-up", member.account)


def test_step_of_another_session_is_refused(guard: Guard) -> None:
    member, other = guard.member("Mine Own"), guard.member("Not Mine")
    browser, handle = guard.signed_in(member)
    _, foreign = guard.signed_in(other)
    assert browser.page(link(guard, foreign)).status_code == 403
    assert browser.page(link(guard, handle, step="")).status_code == 403
    assert browser.page(link(guard, handle)).status_code == 303


def test_browser_that_did_not_sign_in_cannot_step_up_with_a_stolen_link(guard: Guard) -> None:
    browser, handle = guard.signed_in(guard.member("Stolen Link"))
    assert guard.browser().page(link(guard, handle)).status_code == 403
    assert browser.page(link(guard, handle)).status_code == 303


def test_step_up_returns_to_registered_addresses_only(guard: Guard) -> None:
    browser, handle = guard.signed_in(guard.member("Open Redirect"))
    assert browser.page(link(guard, handle, return_to="https://evil.example/")).status_code == 400
    assert browser.page(link(guard, handle)).status_code == 303


def test_ended_session_cannot_be_stepped_up(guard: Guard) -> None:
    browser, handle = guard.signed_in(guard.member("All Over"))
    guard.call("DELETE", "/v1/session", handle)
    assert browser.page(link(guard, handle)).status_code == 403


def test_session_ended_while_the_page_was_open_is_not_refreshed(guard: Guard) -> None:
    member = guard.member("Mean While")
    browser, handle = guard.signed_in(member)
    browser.page(link(guard, handle))
    guard.call("DELETE", "/v1/session", handle)
    assert browser.prove(member).status_code == 403


def test_code_application_does_not_satisfy_a_demand_for_a_passkey(guard: Guard) -> None:
    member = guard.member("Too Weak")
    browser, handle = guard.signed_in(member)
    browser.page(link(guard, handle, level="passkey"))
    page = browser.page("/sign-in/factor")
    assert "ne suffit" in text_of(page)
    assert not re.search(r"<form", page.text)
    browser.page(link(guard, handle))
    assert re.search(r"<form", browser.page("/sign-in/factor").text)


def test_session_of_a_passkey_is_not_refreshed_by_a_code(guard: Guard) -> None:
    member = guard.member("Both Kinds", with_passkey=True)
    browser, handle = guard.signed_in(member)
    age(guard, member)
    browser.page(link(guard, handle))
    page = browser.page("/sign-in/factor")
    assert "Code à six chiffres" not in text_of(page)
    assert browser.prove(member).status_code == 303
    assert factor_age(guard, member) < timedelta(minutes=1)
