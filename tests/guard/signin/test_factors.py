"""The second factor: what proves it, what does not, and what a copy of a passkey gives away."""

from datetime import timedelta

import pytest

from beffroi.standards import totp
from tests.guard.signin.authenticator import UP, UV, altered
from tests.guard.signin.serving import Guard, fields_of, fresh_code, options_of, text_of


def factor_of(guard: Guard, account: str) -> dict[str, object]:
    return guard.row("SELECT * FROM guard.factor WHERE account = $1", account)


def test_code_serves_once_then_never_again(guard: Guard) -> None:
    member = guard.member("Once Only")
    first, second = guard.browser(), guard.browser()
    first.identify(member)
    second.identify(member)
    code = fresh_code(guard, member)
    pages = [browser.page("/sign-in/factor") for browser in (first, second)]
    assert first.send("/sign-in/factor", pages[0], kind="totp", code=code).status_code == 303
    assert second.send("/sign-in/factor", pages[1], kind="totp", code=code).status_code == 403


@pytest.mark.parametrize(("steps", "status"), [(-2, 403), (-1, 303), (0, 303), (1, 303), (2, 403)])
def test_code_of_a_neighbouring_half_minute_only_is_accepted(guard: Guard, steps: int, status: int) -> None:
    member = guard.member(f"Window {steps}")
    browser = guard.browser()
    browser.identify(member)
    page = browser.page("/sign-in/factor")
    assert member.secret is not None
    now = guard.one("SELECT guard.instant()")
    if now.timestamp() % 30 > 27:  # a step that ends while the form travels would prove nothing
        guard.one("SELECT pg_sleep(4)")
        now = guard.one("SELECT guard.instant()")
    code = totp.code(member.secret, totp.step_at(now) + steps)
    assert browser.send("/sign-in/factor", page, kind="totp", code=code).status_code == status


def test_five_wrong_codes_lock_the_factor_a_quarter_of_an_hour_and_no_longer(guard: Guard) -> None:
    member, browser = guard.member("Lock Out"), guard.browser()
    browser.identify(member)
    page = browser.page("/sign-in/factor")
    for _ in range(4):
        refused = browser.send("/sign-in/factor", page, kind="totp", code="000000")
        assert "bloquée" not in text_of(refused)
    refused = browser.send("/sign-in/factor", page, kind="totp", code="000000")
    assert "bloquée jusqu’à" in text_of(refused)
    assert guard.journal("factor-locked", member.account)
    assert browser.send("/sign-in/factor", page, kind="totp", code=fresh_code(guard, member)).status_code == 403
    factor = factor_of(guard, member.account)
    assert factor["locked_until"] - guard.one("SELECT guard.instant()") <= timedelta(minutes=15)
    guard.amend("factor", factor["id"], locked_until=guard.one("SELECT guard.instant()"))
    assert browser.send("/sign-in/factor", page, kind="totp", code=fresh_code(guard, member)).status_code == 303


def test_each_lock_is_twice_as_long_as_the_last_until_a_right_code(guard: Guard) -> None:
    member = guard.member("Patient Thief")
    waits: list[timedelta] = []
    for _ in range(9):
        browser = guard.browser()
        browser.identify(member)
        page = browser.page("/sign-in/factor")
        for _ in range(5):
            browser.send("/sign-in/factor", page, kind="totp", code="000000")
        guard.execute("DELETE FROM guard.attempt")
        factor = factor_of(guard, member.account)
        waits.append(factor["locked_until"] - guard.one("SELECT guard.instant()"))
        guard.amend("factor", factor["id"], locked_until=guard.one("SELECT guard.instant()"))
    quarters = [round(wait / timedelta(minutes=15)) for wait in waits]
    assert quarters == [1, 2, 4, 8, 16, 32, 64, 96, 96]
    browser = guard.browser()
    browser.identify(member)
    assert browser.prove(member).status_code == 303
    assert factor_of(guard, member.account)["failures"] == 0


def test_wrong_codes_for_one_agent_do_not_lock_another(guard: Guard) -> None:
    victim, other = guard.member("Near By"), guard.member("Wrong Typist")
    browser = guard.browser()
    browser.identify(other)
    page = browser.page("/sign-in/factor")
    for _ in range(6):
        browser.send("/sign-in/factor", page, kind="totp", code="000000")
    guard.signed_in(victim)


def test_agent_whose_role_demands_a_passkey_cannot_use_a_code(guard: Guard) -> None:
    allowed, demanding = guard.member("Ada Adviser"), guard.member("Max Manager", role="account-manager")
    assert guard.browser().identify(allowed).headers["location"] == "/sign-in/factor"
    assert guard.browser().identify(demanding).headers["location"] == "/sign-in/enrol"


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
def test_altered_passkey_answer_is_refused(guard: Guard, part: str) -> None:
    member, browser = guard.member(f"Alter {part}", with_totp=False, with_passkey=True), guard.browser()
    browser.identify(member)
    page = browser.page("/sign-in/factor")
    assert member.passkey is not None
    answer = altered(member.passkey.get(options_of(page)), part)
    assert browser.send("/sign-in/factor", page, kind="passkey", answer=answer).status_code == 403
    assert browser.prove(member).status_code == 303


@pytest.mark.parametrize("fault", ["origin", "rp_id", "no_user_verification", "no_user_presence"])
def test_passkey_answer_that_is_not_for_this_site_or_this_person_is_refused(guard: Guard, fault: str) -> None:
    member, browser = guard.member(f"Fault {fault}", with_totp=False, with_passkey=True), guard.browser()
    assert member.passkey is not None
    genuine = (member.passkey.origin, member.passkey.rp_id, member.passkey.flags)
    if fault == "origin":
        member.passkey.origin = "https://evil.example"
    elif fault == "rp_id":
        member.passkey.rp_id = "evil.example"
    else:
        member.passkey.flags = UP if fault == "no_user_verification" else UV
    browser.identify(member)
    assert browser.prove(member).status_code == 403
    member.passkey.origin, member.passkey.rp_id, member.passkey.flags = genuine
    assert browser.prove(member).status_code == 303


def test_passkey_answer_to_an_older_challenge_is_refused(guard: Guard) -> None:
    member = guard.member("Chal Lenge", with_totp=False, with_passkey=True)
    first, second = guard.browser(), guard.browser()
    first.identify(member)
    second.identify(member)
    assert member.passkey is not None
    answer = member.passkey.get(options_of(first.page("/sign-in/factor")))
    refused = second.send("/sign-in/factor", second.page("/sign-in/factor"), kind="passkey", answer=answer)
    assert refused.status_code == 403


def test_passkey_whose_counter_goes_back_is_revoked_and_journaled(guard: Guard) -> None:
    member, browser = guard.member("Clo Ned", with_totp=False, with_passkey=True), guard.browser()
    assert member.passkey is not None
    member.passkey.counter = 7
    guard.signed_in(member)
    member.passkey.counter = 3
    browser.identify(member)
    refused = browser.prove(member)
    assert refused.status_code == 403
    assert "copiée" in text_of(refused)
    assert factor_of(guard, member.account)["revoked_at"] is not None
    assert guard.journal("factor-revoked", member.account)[0]["explanation"] == "passkey_sign_count_went_back"


def test_attacker_without_the_key_cannot_have_a_passkey_revoked(guard: Guard) -> None:
    member, browser = guard.member("Keep Key", with_totp=False, with_passkey=True), guard.browser()
    assert member.passkey is not None
    member.passkey.counter = 7
    guard.signed_in(member)
    member.passkey.counter = 3
    browser.identify(member)
    page = browser.page("/sign-in/factor")
    forged = altered(member.passkey.get(options_of(page)), "signature")
    assert browser.send("/sign-in/factor", page, kind="passkey", answer=forged).status_code == 403
    assert factor_of(guard, member.account)["revoked_at"] is None


def test_factor_row_rewritten_in_the_database_lets_nobody_in(guard: Guard) -> None:
    member, browser = guard.member("For Ged"), guard.browser()
    browser.identify(member)
    guard.execute("UPDATE guard.factor SET failures = 1 WHERE account = $1", member.account)
    refused = browser.page("/sign-in/factor")
    assert refused.status_code == 503
    assert guard.journal("integrity")[-1]["detail"].endswith('"table":"factor"}')


def test_code_handed_over_is_bound_to_the_browser_s_state(guard: Guard) -> None:
    member, browser = guard.member("Bound State"), guard.browser()
    browser.identify(member)
    code = fields_of(browser.prove(member))["code"]
    assert guard.redeem(code, state="another-state-0123456789").status_code == 401
    assert guard.redeem(code).status_code == 401, "a code shown elsewhere is burnt"
    assert guard.journal("session-revoked", member.account)[0]["explanation"] == "code-other-state"
