"""A new proof of identity over HTTP: what the old proofs still open, who may ask, agree and hand the code over."""

import json
import re
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import msgspec
import pytest

from beffroi.core.approvals import Objection
from beffroi.standards import totp
from tests.guard.approvals.office import Seat, approve, decide, go, make, seat, show
from tests.guard.signin.authenticator import Authenticator
from tests.guard.signin.serving import Browser, Guard, Member, fields_of, options_of, text_of

pytestmark = pytest.mark.usefixtures("helene", "thomas")
NUMBERS = count()


def ask(guard: Guard, somebody: Seat, account: str, reason: str = "lost-factor") -> httpx.Response:
    body = {"kind": "identity", "body": {"account": account, "reason": reason}}
    return guard.call("POST", "/v1/requests/make", somebody.handle, json=body)


def colleague(guard: Guard, name: str = "Nora Petit", **more: Any) -> Seat:
    """An adviser with a one-time password, signed in, under a name of her own."""
    letters = "".join(chr(97 + int(digit)) for digit in str(next(NUMBERS)))
    return seat(guard, f"{name}{letters}", "adviser", **more)


def reset(guard: Guard, manager: Seat, approver: Seat, account: str, reason: str = "lost-factor") -> str:
    """Asked for and agreed to; the request."""
    made = ask(guard, manager, account, reason)
    assert made.status_code == 201, made.text
    request: str = made.json()["request"]
    assert approve(guard, approver, request).status_code == 303
    return request


def line_of(guard: Guard, reader: Seat, somebody: Seat) -> dict[str, Any]:
    """What the list of arrivals says of somebody."""
    persona = somebody.member.persona
    rows = guard.call("POST", "/v1/enrolments/list", reader.handle, json={}).json()["rows"]
    [row] = [each for each in rows if each["name"] == f"{persona.given_name} {persona.usual_name}"]
    found: dict[str, Any] = row
    return found


def hand_over(guard: Guard, witness: Seat, somebody: Seat) -> str:
    """The code, as a witness gets it on the guard's page."""
    go(guard, witness, line_of(guard, witness, somebody)["proof_url"])
    assert witness.browser.prove(witness.member).status_code == 303
    proof = witness.browser.page("/proofs/hand-over")
    handed = witness.browser.send("/proofs/hand-over", proof, proof="identity-card")
    code = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", handed.text)
    assert code is not None, text_of(handed)
    return code[0]


def enrol(guard: Guard, member: Member, code: str) -> Browser:
    """Sign in at the provider, type the code, keep a passkey; the browser that left for the application."""
    browser = guard.browser()
    assert browser.identify(member).headers["location"] == "/sign-in/enrol"
    asked = browser.page("/sign-in/enrol")
    assert browser.send("/sign-in/enrol", asked, kind="code", code=code).status_code == 303
    passkey = Authenticator(guard.url)
    page = browser.page("/sign-in/enrol")
    left = browser.send("/sign-in/enrol", page, kind="passkey", answer=passkey.create(options_of(page)))
    assert fields_of(left)["code"]
    return browser


def account_row(guard: Guard, account: str) -> dict[str, Any]:
    return guard.row("SELECT * FROM guard.account WHERE id = $1", account)


def statuses(guard: Guard, account: str) -> list[str]:
    found: list[str] = guard.one("SELECT array_agg(status) FROM guard.habilitation WHERE account = $1", account)
    return found


@pytest.fixture(scope="module")
def karim(guard: Guard) -> Seat:
    """A witness: a colleague of the office who neither asked nor agreed."""
    return seat(guard, "Karim Haddad", "adviser")


def test_old_session_and_factor_work_until_the_approval_and_no_longer(
    guard: Guard, manager: Seat, helene: Seat, karim: Seat
) -> None:
    nora = colleague(guard)
    account = nora.member.account
    made = ask(guard, manager, account)
    assert (made.status_code, made.json()["needed"]) == (201, 1)
    request = made.json()["request"]
    assert guard.call("GET", "/v1/session", nora.handle).status_code == 200
    thief = guard.browser()
    assert thief.identify(nora.member).headers["location"] == "/sign-in/factor"
    begun = thief.page("/sign-in/factor")
    page = decide(guard, helene, request)
    assert "Second facteur perdu" in text_of(page)
    assert approve(guard, helene, request, page=page).status_code == 303

    assert guard.call("GET", "/v1/session", nora.handle).json()["code"] == "session-ended"
    secret = nora.member.secret
    assert secret is not None
    nora.member.secret, old = None, guard.row("SELECT * FROM guard.factor WHERE account = $1", account)
    assert old["revoked_at"] is not None
    typed = totp.code(secret, totp.step_at(guard.run(guard.world.now())))
    assert not thief.send("/sign-in/factor", begun, kind="totp", code=typed).is_redirect
    again = guard.browser()
    assert again.identify(nora.member).headers["location"] == "/sign-in/enrol"
    told = again.page("/sign-in/enrol")
    assert "vos anciens moyens de confirmation ne valent plus" in text_of(told)
    assert again.send("/sign-in/enrol", told, kind="code", code="AAAA-BBBB-CCCC-DDDD").status_code == 403

    [entry] = guard.journal("identity-reset", account)
    assert entry["explanation"] == "lost-factor"
    assert json.loads(entry["detail"])["factors"] == 1
    assert guard.journal("factor-revoked", account)[-1]["explanation"] == "identity-reset"
    assert account_row(guard, account)["status"] == "active", "the identity is the same: it stays bound"
    assert statuses(guard, account) == ["probation"]
    enrol(guard, nora.member, hand_over(guard, karim, nora))
    assert statuses(guard, account) == ["probation"]


def test_identity_that_changed_is_bound_anew_by_the_code_and_nothing_else(
    guard: Guard, manager: Seat, helene: Seat, karim: Seat
) -> None:
    nora = colleague(guard)
    account, before = nora.member.account, nora.member.persona
    other = msgspec.structs.replace(before, sub=f"{before.sub}-new")
    guard.know(other)
    nora.member.persona = other
    assert "vérifiée de nouveau" in text_of(guard.browser().identify(nora.member))
    assert not guard.browser().identify(nora.member).is_redirect, "quarantined until somebody asks"
    [line] = [row for row in quarantined(guard, manager) if row["account"] == account]
    assert (line["reason"], line["times"]) == ("other-subject", 2)
    assert line["name"] == f"{other.given_name} {other.usual_name}"

    reset(guard, manager, helene, account, "other-subject")
    row = account_row(guard, account)
    assert (row["status"], row["subject_index"], row["idp_id"]) == ("invited", None, None)
    assert account not in {each["account"] for each in quarantined(guard, manager)}
    enrol(guard, nora.member, hand_over(guard, karim, nora))
    row = account_row(guard, account)
    assert (row["status"], row["idp_id"]) == ("active", other.idp_id)
    guard.know(before)
    nora.member.persona = before
    assert "vérifiée de nouveau" in text_of(guard.browser().identify(nora.member)), "the old identity is nobody now"


def quarantined(guard: Guard, somebody: Seat) -> list[dict[str, Any]]:
    answer = guard.call("POST", "/v1/enrolments/quarantined", somebody.handle, json={})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


def test_i03_confirmed_adviser_returns_to_probation_and_to_the_pools_of_makers_and_requester(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat, karim: Seat
) -> None:
    maker = seat(guard, "Old Manager", "account-manager")
    made = {"requested_by": maker.member.account, "approved_by": thomas.member.account}
    nora = colleague(guard, **made)
    account = nora.member.account
    [held] = [guard.row("SELECT * FROM guard.habilitation WHERE account = $1", account)]
    guard.amend("habilitation", held["id"], status="confirmed")
    request = make(guard, maker, email="origin@north.example").json()["request"]
    now = guard.run(guard.world.now())
    guard.run(
        guard.world.insert(
            "origin", id=held["id"], request=request, requested_by=maker.member.account,
            approved_by=thomas.member.account, enrolled_by=None, proof=None, trained_at=now - timedelta(days=90),
            begun_at=now - timedelta(days=90), confirmed_by=helene.member.account,
            confirmed_at=now - timedelta(days=60),
        )
    )  # fmt: skip
    reset(guard, manager, helene, account)
    assert statuses(guard, account) == ["probation"]
    pools = {str(pool) for pool in account_row(guard, account)["pools"]}
    assert pools == {str(maker.member.account), str(manager.member.account)}
    origin = guard.row("SELECT * FROM guard.origin WHERE id = $1", held["id"])
    assert (origin["confirmed_by"], origin["confirmed_at"]) == (None, None)
    assert origin["begun_at"] > now
    early = {"kind": "confirmation", "body": {"habilitation": str(held["id"])}}
    answer = guard.call("POST", "/v1/requests/make", maker.handle, json=early)
    assert answer.json()["code"] == Objection.TOO_EARLY
    enrol(guard, nora.member, hand_over(guard, karim, nora))
    anew = guard.row("SELECT * FROM guard.origin WHERE id = $1", held["id"])
    assert anew["begun_at"] > origin["begun_at"], "days without a factor are no probation"

    guard.amend("origin", held["id"], begun_at=now - timedelta(days=20))
    identity = guard.row("SELECT * FROM guard.request WHERE kind = 'identity' AND beneficiary = $1", account)
    assert guard.call("POST", "/v1/requests/make", maker.handle, json=early).json()["code"] == Objection.TOO_EARLY
    guard.amend("request", identity["id"], decided_at=now - timedelta(days=20))
    asked = guard.call("POST", "/v1/requests/make", maker.handle, json=early)
    assert asked.status_code == 201, asked.text
    assert approve(guard, helene, asked.json()["request"]).status_code == 303
    assert account_row(guard, account)["pools"] == []


def test_i03_confirmation_by_somebody_of_the_resetter_s_line_leaves_his_pool_charged(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat
) -> None:
    resetter = seat(guard, "Resetting Manager", "account-manager")
    inside = seat(guard, "Approving Child", "approver", requested_by=resetter.member.account)
    nora = colleague(guard)
    account = nora.member.account
    reset(guard, resetter, helene, account)
    [request] = [guard.row("SELECT * FROM guard.request WHERE kind = 'identity' AND beneficiary = $1", account)]
    past = guard.run(guard.world.now()) - timedelta(days=20)
    guard.amend("request", request["id"], decided_at=past)
    [held] = [guard.row("SELECT * FROM guard.habilitation WHERE account = $1", account)]
    guard.amend("habilitation", held["id"], from_at=past)
    body = {"kind": "confirmation", "body": {"habilitation": str(held["id"])}}
    asked = guard.call("POST", "/v1/requests/make", manager.handle, json=body)
    assert approve(guard, inside, asked.json()["request"]).status_code == 303
    assert [str(pool) for pool in account_row(guard, account)["pools"]] == [str(resetter.member.account)]


def test_nobody_asks_for_himself_nor_for_a_colleague_of_another_office(
    guard: Guard, manager: Seat, karim: Seat
) -> None:
    south = guard.run(guard.world.organisation("South"))
    other = seat(guard, "Far Manager", "account-manager", organisation=south)
    nora = colleague(guard)
    account = nora.member.account
    assert ask(guard, other, account).json()["code"] == Objection.OUT_OF_REACH
    assert ask(guard, manager, manager.member.account).json()["code"] == Objection.SAME_PERSON
    assert ask(guard, karim, account).json()["code"] == "action-not-allowed"
    assert ask(guard, manager, "00000000-0000-4000-8000-000000000000").json()["code"] == Objection.OUT_OF_REACH
    assert ask(guard, manager, account, "because").json()["code"] == "malformed"
    assert account not in {row["account"] for row in quarantined(guard, other)}
    guard.amend("account", account, status="suspended")
    assert ask(guard, manager, account).json()["code"] == Objection.NOT_IN_THAT_STATE
    guard.amend("account", account, status="active")
    assert ask(guard, manager, account).status_code == 201
    assert ask(guard, manager, account, "recreated").json()["code"] == Objection.ALREADY_REQUESTED
    assert guard.call("POST", "/v1/enrolments/quarantined", karim.handle, json={}).status_code == 403


def test_manager_does_not_unseat_somebody_who_watches_elsewhere(guard: Guard, manager: Seat) -> None:
    west = guard.run(guard.world.organisation("West"))
    nora = colleague(guard)
    guard.run(guard.world.habilitation(nora.member.account, west, "security-officer"))
    assert ask(guard, manager, nora.member.account).json()["code"] == Objection.OUT_OF_REACH


def test_i04_approver_inside_the_requester_s_line_may_not_agree_and_the_beneficiary_neither(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat
) -> None:
    inside = seat(guard, "Line Approver", "approver", requested_by=manager.member.account)
    third = seat(guard, "Third Approver", "approver")
    nora = colleague(guard)
    request = ask(guard, manager, nora.member.account).json()["request"]
    assert show(guard, inside, request).json()["objection"] == Objection.WITHIN_LINE
    about = ask(guard, manager, third.member.account).json()["request"]
    assert show(guard, third, about).json()["objection"] == Objection.SAME_PERSON
    assert show(guard, thomas, about).json()["objection"] is None
    assert approve(guard, helene, about).status_code == 303
    assert guard.call("GET", "/v1/session", third.handle).json()["code"] == "session-ended"


def test_account_suspended_after_the_request_is_not_given_back_by_it(
    guard: Guard, manager: Seat, helene: Seat
) -> None:
    nora = colleague(guard)
    account = nora.member.account
    request = ask(guard, manager, account, "recreated").json()["request"]
    page = decide(guard, helene, request)
    guard.amend("account", account, status="suspended")
    assert approve(guard, helene, request, page=page).status_code == 409
    assert account_row(guard, account)["status"] == "suspended"
    assert guard.one("SELECT revoked_at FROM guard.factor WHERE account = $1", account) is None


def test_code_is_handed_over_by_neither_who_asked_nor_who_agreed_nor_before_the_approval(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat, karim: Seat
) -> None:
    second = seat(guard, "Second Manager", "account-manager")
    other, nora = colleague(guard, "Other Person"), colleague(guard)
    account = nora.member.account
    reset(guard, second, thomas, other.member.account)
    request = ask(guard, manager, account).json()["request"]
    assert nothing_to_hand(guard, karim, other, account), "nobody has agreed yet"
    assert approve(guard, helene, request).status_code == 303
    assert line_of(guard, manager, nora)["status"] == "identity"
    pooled = seat(guard, "Pooled Witness", "adviser", pools=[manager.member.account])
    for somebody in (manager, helene, pooled):
        assert "proof_url" not in line_of(guard, somebody, nora)
        assert nothing_to_hand(guard, somebody, other, account)
    south = guard.run(guard.world.organisation("South of it"))
    far = seat(guard, "Far Witness", "adviser", organisation=south)
    rows = guard.call("POST", "/v1/enrolments/list", far.handle, json={}).json()["rows"]
    assert rows == []
    assert hand_over(guard, karim, nora)


def nothing_to_hand(guard: Guard, somebody: Seat, lawful: Seat, account: str) -> bool:
    """Whether a hand-over begun for one colleague, and turned to another, ends without a code."""
    url = re.sub(r"account=[0-9a-f-]{36}", f"account={account}", line_of(guard, somebody, lawful)["proof_url"])
    go(guard, somebody, url)
    somebody.browser.prove(somebody.member)
    shown = somebody.browser.page("/proofs/hand-over")
    return shown.status_code in (403, 404, 409) and "form_token" not in shown.text


def test_requester_and_approver_read_that_five_wrong_tries_closed_the_code(
    guard: Guard, manager: Seat, helene: Seat, karim: Seat
) -> None:
    nora = colleague(guard)
    request = reset(guard, manager, helene, nora.member.account)
    assert "code" not in show(guard, manager, request).json()
    code = hand_over(guard, karim, nora)
    assert show(guard, manager, request).json()["code"]["state"] == "open"
    browser = guard.browser()
    browser.identify(nora.member)
    page = browser.page("/sign-in/enrol")
    for _ in range(5):
        browser.send("/sign-in/enrol", page, kind="code", code="0000-0000-0000-0000")
    for somebody in (manager, helene):
        assert show(guard, somebody, request).json()["code"]["state"] == "closed"
    assert line_of(guard, karim, nora)["code_state"] == "closed"
    fresh = guard.browser()
    fresh.identify(nora.member)
    assert fresh.send("/sign-in/enrol", fresh.page("/sign-in/enrol"), kind="code", code=code).status_code == 403
    enrol(guard, nora.member, hand_over(guard, karim, nora))
    assert show(guard, helene, request).json()["code"]["state"] == "used"


def test_code_handed_over_before_the_approval_dies_with_it(guard: Guard, manager: Seat, helene: Seat) -> None:
    nora = colleague(guard)
    old = guard.issue_code(nora.member)
    reset(guard, manager, helene, nora.member.account)
    browser = guard.browser()
    browser.identify(nora.member)
    page = browser.page("/sign-in/enrol")
    assert browser.send("/sign-in/enrol", page, kind="code", code=old).status_code == 403


def test_enrolment_already_past_its_code_keeps_no_factor_after_the_approval(
    guard: Guard, manager: Seat, helene: Seat
) -> None:
    nora = colleague(guard)
    account = nora.member.account
    code = guard.issue_code(nora.member)
    browser = guard.browser()
    browser.identify(nora.member)
    accepted = browser.send("/sign-in/enrol", browser.page("/sign-in/enrol"), kind="code", code=code)
    assert accepted.status_code == 303
    page = browser.page("/sign-in/enrol")
    reset(guard, manager, helene, account)
    passkey = Authenticator(guard.url)
    kept = browser.send("/sign-in/enrol", page, kind="passkey", answer=passkey.create(options_of(page)))
    assert not kept.is_redirect
    assert guard.one("SELECT count(*) FROM guard.factor WHERE account = $1 AND revoked_at IS NULL", account) == 0
