"""First factor with a code handed over by people; further ones with a factor at least as strong."""

import re
from datetime import UTC, datetime, timedelta

import httpx

from beffroi.standards import totp
from tests.guard.signin.authenticator import Authenticator
from tests.guard.signin.serving import CLIENT, CONSOLE, STATE, Browser, Guard, Member, fields_of, options_of, text_of


def newcomer(guard: Guard, name: str, role: str = "adviser") -> Member:
    member = guard.member(name, role=role, with_totp=False, bound=False, status="invited")
    member.code = guard.issue_code(member)
    return member


def with_code(guard: Guard, member: Member) -> tuple[Browser, httpx.Response]:
    browser = guard.browser()
    assert browser.identify(member).headers["location"] == "/sign-in/enrol"
    assert member.code is not None
    answer = browser.send("/sign-in/enrol", browser.page("/sign-in/enrol"), kind="code", code=member.code)
    return browser, answer


def secret_of(page: httpx.Response) -> bytes:
    import base64

    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert found is not None, page.text
    return base64.b32decode(found[1])


def test_invited_adviser_enrols_a_code_application_and_is_bound_and_signed_in(guard: Guard) -> None:
    member = newcomer(guard, "New Adviser")
    browser, accepted = with_code(guard, member)
    assert accepted.status_code == 303
    page = browser.page("/sign-in/enrol")
    secret = secret_of(page)
    left = browser.send("/sign-in/enrol", page, kind="totp", code=totp.code(secret, totp.step_at(datetime.now(UTC))))
    assert guard.redeem(fields_of(left)["code"]).json()["account"] == member.account
    account = guard.row("SELECT * FROM guard.account WHERE id = $1", member.account)
    assert account["status"] == "active"
    assert account["subject_index"] is not None
    assert [entry["kind"] for entry in guard.journal("factor-added", member.account)] == ["factor-added"]
    member.secret = secret
    guard.signed_in(member)


def test_invited_manager_enrols_a_passkey_only(guard: Guard) -> None:
    member = newcomer(guard, "New Manager", role="account-manager")
    browser, _ = with_code(guard, member)
    page = browser.page("/sign-in/enrol")
    assert "application de codes" not in text_of(page)
    member.passkey = Authenticator(guard.url)
    left = browser.send("/sign-in/enrol", page, kind="passkey", answer=member.passkey.create(options_of(page)))
    assert guard.redeem(fields_of(left)["code"]).json()["level"] == 3
    guard.signed_in(member)


def test_invited_agent_without_the_code_binds_nothing(guard: Guard) -> None:
    member, browser = newcomer(guard, "No Code"), guard.browser()
    browser.identify(member)
    page = browser.page("/sign-in/enrol")
    assert browser.send("/sign-in/enrol", page, kind="code", code="0000-0000-0000-0000").status_code == 403
    passkey = Authenticator(guard.url)
    options = '{"challenge": "AAAA"}'
    assert browser.send("/sign-in/enrol", page, kind="passkey", answer=passkey.create(options)).status_code == 403
    assert guard.row("SELECT * FROM guard.account WHERE id = $1", member.account)["subject_index"] is None


def test_code_is_closed_after_five_errors(guard: Guard) -> None:
    member, browser = newcomer(guard, "Five Tries"), guard.browser()
    browser.identify(member)
    page = browser.page("/sign-in/enrol")
    for _ in range(5):
        browser.send("/sign-in/enrol", page, kind="code", code="0000-0000-0000-0000")
    assert guard.journal("enrolment-closed", member.account)
    assert member.code is not None
    assert browser.send("/sign-in/enrol", page, kind="code", code=member.code).status_code == 403


def test_code_typed_carelessly_is_still_the_code(guard: Guard) -> None:
    member, browser = newcomer(guard, "Care Less"), guard.browser()
    browser.identify(member)
    page = browser.page("/sign-in/enrol")
    assert member.code is not None
    typed = member.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert browser.send("/sign-in/enrol", page, kind="code", code=typed).status_code == 303


def test_code_expires(guard: Guard) -> None:
    member = newcomer(guard, "Too Late")
    row = guard.row("SELECT * FROM guard.enrolment WHERE account = $1", member.account)
    guard.amend("enrolment", row["id"], expires_at=row["created_at"] + timedelta(microseconds=1))
    _, refused = with_code(guard, member)
    assert refused.status_code == 403


def test_code_of_one_account_is_nothing_for_another(guard: Guard) -> None:
    one, other = newcomer(guard, "Code Owner"), newcomer(guard, "Code Thief")
    other.code = one.code
    assert with_code(guard, other)[1].status_code == 403
    assert with_code(guard, one)[1].status_code == 303


def test_code_serves_for_one_factor(guard: Guard) -> None:
    member = newcomer(guard, "One Factor", role="account-manager")
    first, _ = with_code(guard, member)
    second, _ = with_code(guard, member)
    pages = [first.page("/sign-in/enrol"), second.page("/sign-in/enrol")]
    keys = [Authenticator(guard.url), Authenticator(guard.url)]
    answers = [key.create(options_of(page)) for key, page in zip(keys, pages, strict=True)]
    assert first.send("/sign-in/enrol", pages[0], kind="passkey", answer=answers[0]).status_code == 303
    assert second.send("/sign-in/enrol", pages[1], kind="passkey", answer=answers[1]).status_code == 400
    assert guard.one("SELECT count(*) FROM guard.factor WHERE account = $1", member.account) == 1


def test_lost_factor_is_replaced_with_a_code_only_and_other_sessions_end(guard: Guard) -> None:
    member = guard.member("Lost Phone")
    _, handle = guard.signed_in(member)
    browser = guard.browser()
    browser.identify(member)
    assert "code d’enrôlement" in text_of(browser.page("/sign-in/factor"))
    code = guard.issue_code(member)
    # The link of the factor page leads to the code page.
    page = browser.page("/sign-in/enrol")
    assert browser.send("/sign-in/enrol", page, kind="code", code=code).status_code == 303
    page = browser.page("/sign-in/enrol")
    passkey = Authenticator(guard.url)
    left = browser.send("/sign-in/enrol", page, kind="passkey", answer=passkey.create(options_of(page)))
    assert left.status_code == 303
    assert guard.call("GET", "/v1/session", handle).json()["code"] == "session-ended"


def test_agent_adds_a_factor_no_stronger_than_the_one_just_shown(guard: Guard) -> None:
    member = guard.member("Add One", with_totp=True)
    browser, handle = guard.signed_in(member)
    assert browser.page(_add(guard)).headers["location"] == "/sign-in/factor"
    assert browser.prove(member).headers["location"] == "/sign-in/enrol"
    page = browser.page("/sign-in/enrol")
    passkey = Authenticator(guard.url)
    refused = browser.send("/sign-in/enrol", page, kind="passkey", answer=passkey.create(options_of(page)))
    assert refused.status_code == 403
    page = browser.page("/sign-in/enrol")
    code = totp.code(secret_of(page), totp.step_at(datetime.now(UTC)))
    added = browser.send("/sign-in/enrol", page, kind="totp", code=code)
    assert added.status_code == 200, added.text
    assert guard.call("GET", "/v1/session", handle, client=CLIENT).status_code == 200


def test_agent_with_a_passkey_adds_another_and_the_sessions_elsewhere_end(guard: Guard) -> None:
    member = guard.member("Add Two", with_totp=False, with_passkey=True)
    _, elsewhere = guard.signed_in(member)
    browser, handle = guard.signed_in(member)
    browser.page(_add(guard))
    browser.prove(member)
    page = browser.page("/sign-in/enrol")
    answer = Authenticator(guard.url).create(options_of(page))
    assert browser.send("/sign-in/enrol", page, kind="passkey", answer=answer).status_code == 200
    assert guard.call("GET", "/v1/session", handle).status_code == 200
    assert guard.call("GET", "/v1/session", elsewhere).json()["code"] == "session-ended"


def test_session_ended_while_a_factor_is_being_added_leaves_no_factor(guard: Guard) -> None:
    member = guard.member("Ended Adding", with_totp=False, with_passkey=True)
    browser, handle = guard.signed_in(member)
    browser.page(_add(guard))
    browser.prove(member)
    page = browser.page("/sign-in/enrol")
    guard.call("POST", "/v1/session/end-all", handle)
    answer = Authenticator(guard.url).create(options_of(page))
    assert browser.send("/sign-in/enrol", page, kind="passkey", answer=answer).status_code == 403
    assert guard.one("SELECT count(*) FROM guard.factor WHERE account = $1", member.account) == 1


def test_session_ended_before_the_fresh_factor_is_shown_adds_none(guard: Guard) -> None:
    member = guard.member("Ended Before", with_totp=False, with_passkey=True)
    browser, handle = guard.signed_in(member)
    browser.page(_add(guard))
    guard.call("DELETE", "/v1/session", handle)
    assert browser.prove(member).status_code == 403


def test_browser_without_a_session_cannot_begin_to_add_a_factor(guard: Guard) -> None:
    assert guard.browser().page(_add(guard)).status_code == 403


def _add(guard: Guard) -> str:
    query = httpx.QueryParams({"application": CONSOLE, "return_to": guard.return_to, "state": STATE})
    return f"/factors/add?{query}"
