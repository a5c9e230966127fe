"""A session is redeemed once, held by one client of one application, and ends when it must."""

from datetime import timedelta
from hashlib import sha256

import httpx
import pytest

from beffroi.core.ids import Bucket
from beffroi.guard import turnstile
from beffroi.guard.habilitations.applications import give
from beffroi.guard.signin.provider import Unreachable, edge_of
from beffroi.standards.oidc import Provider
from tests.guard.signin.serving import CLIENT, CONSOLE, STATE, Guard, fields_of


def code_of(guard: Guard, name: str) -> tuple[str, str]:
    member, browser = guard.member(name), guard.browser()
    browser.identify(member)
    return fields_of(browser.prove(member))["code"], member.account


def test_code_redeemed_twice_revokes_the_session(guard: Guard) -> None:
    code, account = code_of(guard, "Twice Redeemed")
    handle = guard.redeem(code).json()["handle"]
    assert guard.call("GET", "/v1/session", handle).status_code == 200
    assert guard.redeem(code).json()["code"] == "session-unknown"
    assert guard.call("GET", "/v1/session", handle).json()["code"] == "session-ended"
    assert guard.journal("session-revoked", account)[0]["explanation"] == "code-replayed"  # type: ignore[arg-type]


def test_code_expires_after_sixty_seconds(guard: Guard) -> None:
    code, _ = code_of(guard, "Slow Console")
    handed = guard.row("SELECT * FROM guard.handover ORDER BY expires_at DESC LIMIT 1")
    assert handed["expires_at"] - guard.one("SELECT guard.instant()") <= timedelta(seconds=60)
    guard.execute("UPDATE guard.handover SET expires_at = guard.instant() WHERE code_hash = $1", handed["code_hash"])
    assert guard.redeem(code).status_code == 401


def test_code_turned_to_another_session_in_the_database_gives_neither(guard: Guard) -> None:
    _, victim = code_of(guard, "Turned Victim")
    code, thief = code_of(guard, "Turned Thief")
    own, theirs = (guard.one("SELECT id FROM guard.session WHERE account = $1", each) for each in (thief, victim))
    guard.execute("UPDATE guard.handover SET session = $2 WHERE session = $1", own, theirs)
    assert guard.redeem(code).json()["code"] == "session-unknown"
    assert guard.one("SELECT handle_hash FROM guard.session WHERE id = $1", theirs) is None


def test_code_written_into_the_database_gives_no_session(guard: Guard) -> None:
    _, victim = code_of(guard, "Planted Victim")
    planted = "planted-by-who-administers-the-database-000"
    guard.execute(
        "INSERT INTO guard.handover (code_hash, application, state_hash, session, expires_at)"
        " SELECT $2, 'console', $3, id, guard.instant() + interval '1 minute' FROM guard.session WHERE account = $1",
        victim, sha256(planted.encode()).digest(), sha256(STATE.encode()).digest(),
    )  # fmt: skip
    assert guard.redeem(planted).json()["code"] == "session-unknown"
    assert guard.one("SELECT handle_hash FROM guard.session WHERE account = $1", victim) is None


def test_code_made_to_last_longer_in_the_database_is_refused(guard: Guard) -> None:
    code, account = code_of(guard, "Longer Life")
    guard.execute(
        "UPDATE guard.handover SET expires_at = expires_at + interval '1 hour'"
        " WHERE session = (SELECT id FROM guard.session WHERE account = $1)", account,
    )  # fmt: skip
    assert guard.redeem(code).status_code == 401


def test_code_is_nothing_without_the_application_s_token(guard: Guard) -> None:
    code, _ = code_of(guard, "No Token")
    assert guard.redeem(code, token="bt1.console.eA.9999999999." + "0" * 32).json()["code"] == "token-invalid"
    assert guard.redeem(code).status_code == 200


def test_two_redemptions_at_once_give_at_most_one_session_that_then_ends(guard: Guard) -> None:
    from concurrent.futures import ThreadPoolExecutor

    code, account = code_of(guard, "Race Redeem")
    guard.token()
    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(answer.status_code for answer in threads.map(lambda _: guard.redeem(code), range(4)))
    assert statuses == [200, 401, 401, 401]
    assert guard.one("SELECT revoked_at IS NOT NULL FROM guard.session WHERE account = $1", account)


def test_database_holds_neither_handle_nor_code(guard: Guard) -> None:
    code, _ = code_of(guard, "Hash Only")
    handle = guard.redeem(code).json()["handle"]
    for table in ("session", "handover", "sign_in", "journal"):
        dumped = str(guard.run(guard.world.conn.fetch(f"SELECT * FROM guard.{table}")))
        for value in (code, handle, CLIENT):
            assert value not in dumped


def test_handle_from_another_client_revokes_the_session(guard: Guard) -> None:
    member = guard.member("Info Stealer")
    _, handle = guard.signed_in(member)
    assert guard.call("GET", "/v1/session", handle, client="elsewhere").json()["code"] == "session-other-client"
    assert guard.call("GET", "/v1/session", handle).json()["code"] == "session-ended"
    assert guard.journal("session-revoked", member.account)[0]["explanation"] == "session-other-client"


@pytest.mark.parametrize("column", ["expires_at", "seen_at"])
def test_session_ends_by_age_and_by_idleness(guard: Guard, column: str) -> None:
    member = guard.member(f"Old {column}")
    _, handle = guard.signed_in(member)
    session = guard.row("SELECT * FROM guard.session WHERE account = $1", member.account)
    rules = guard.services.policy.session
    past = {"expires_at": session["created_at"], "seen_at": session["seen_at"] - timedelta(seconds=rules.idle)}
    assert session["expires_at"] - session["created_at"] == timedelta(seconds=rules.absolute)
    guard.amend("session", session["id"], **{column: past[column]})
    assert guard.call("GET", "/v1/session", handle).json()["code"] == "session-ended"


def test_session_row_rewritten_in_the_database_is_refused(guard: Guard) -> None:
    member = guard.member("Db Admin")
    _, handle = guard.signed_in(member)
    guard.execute("UPDATE guard.session SET level = 3 WHERE account = $1", member.account)
    assert guard.call("GET", "/v1/session", handle).json()["code"] == "integrity"


def test_agent_with_two_memberships_chooses_and_may_not_choose_another_s(guard: Guard) -> None:
    member, other = guard.member("Two Hats"), guard.member("Other Hat")
    south = guard.run(guard.world.organisation("South"))
    second = guard.run(guard.world.habilitation(member.account, south, "receptionist"))
    foreign = guard.one("SELECT id::text FROM guard.habilitation WHERE account = $1", other.account)
    _, handle = guard.signed_in(member)
    shown = guard.call("GET", "/v1/session", handle).json()
    assert shown["habilitation"] is None
    assert len(shown["memberships"]) == 2
    chosen = guard.call("PUT", "/v1/session", handle, json={"habilitation": second})
    assert chosen.json()["habilitation"] == second
    assert chosen.json()["budgets"][0]["bucket"] == "reception"
    assert guard.call("PUT", "/v1/session", handle, json={"habilitation": foreign}).json()["code"] == (
        "habilitation-inactive"
    )
    assert guard.call("PUT", "/v1/session", handle, json={"habilitation": "x"}).status_code == 400


def test_agent_whose_other_habilitation_serves_elsewhere_acts_under_the_only_one_that_serves_here(
    guard: Guard,
) -> None:
    member = guard.member("One Hat Here")
    west = guard.run(guard.world.organisation("West"))
    elsewhere = guard.run(guard.world.habilitation(member.account, west, "receptionist", applications=()))
    _, handle = guard.signed_in(member)
    shown = guard.call("GET", "/v1/session", handle).json()
    assert shown["habilitation"] is not None
    assert [one["habilitation"] for one in shown["memberships"]] == [shown["habilitation"]]
    choice = {"habilitation": elsewhere}
    refused = guard.call("PUT", "/v1/session", handle, json=choice)
    assert (refused.status_code, refused.json()["code"]) == (403, "habilitation-elsewhere")
    guard.run(give(guard.world.conn, guard.world.keys, elsewhere, [CONSOLE]))
    assert guard.call("PUT", "/v1/session", handle, json=choice).json()["habilitation"] == elsewhere


def test_i16_agent_whose_habilitation_was_given_an_application_behind_the_guard_signs_in_nowhere(
    guard: Guard,
) -> None:
    member = guard.member("Forged Place")
    browser = guard.browser()
    browser.identify(member)
    forged = "UPDATE guard.habilitation_application SET mac = '\\x00' WHERE habilitation ="
    guard.execute(f"{forged} (SELECT id FROM guard.habilitation WHERE account = $1)", member.account)
    before = len(guard.journal("integrity"))
    shown = browser.page("/sign-in/factor")
    assert (shown.status_code, "anomalie" in shown.text) == (503, True)
    assert len(guard.journal("integrity")) > before


def test_agent_in_probation_is_shown_the_caps_that_really_apply(guard: Guard) -> None:
    member = guard.member("New Comer")
    _, handle = guard.signed_in(member)
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)

    def shown() -> dict[str, int]:
        budgets = guard.call("GET", "/v1/session", handle).json()["budgets"]
        return {each["bucket"]: each["caps"]["day"] for each in budgets}

    whole = shown()
    assert whole["office"] == guard.services.policy.buckets[Bucket("office")].day
    guard.amend("habilitation", held, status="probation")
    assert shown() == {bucket: day // 2 for bucket, day in whole.items()}


def test_agent_signs_out_here_then_at_the_provider_and_reads_that_it_is_done(guard: Guard) -> None:
    member = guard.member("Sign Out")
    browser, handle = guard.signed_in(member)
    url = guard.call("DELETE", "/v1/session", handle).json()["logout_url"]
    assert url.startswith(guard.provider.settings.issuer)
    assert member.persona.email not in url
    assert guard.call("GET", "/v1/session", handle).json()["code"] == "session-ended"
    assert guard.journal("signed-out", member.account)
    page = browser.page("/sign-out?state=console.0123456789abcdef")
    assert "déconnecté" in page.text
    assert 'href="http://localhost:1/"' in page.text


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/v1/session"), ("POST", "/v1/session/end-all")])
def test_agent_signs_out_while_the_provider_keeps_one_waiting_and_nobody_else_waits(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    """Whoever asks the provider must not hold the turn: it is taken by somebody else meanwhile, and given back."""

    async def take_the_turn_meanwhile() -> Provider:
        async with guard.services.pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL lock_timeout = '5s'")
            await turnstile.take(conn)
        raise Unreachable("discovery: out of time")

    member = guard.member(f"Waits {method}")
    _, handle = guard.signed_in(member)
    edge = edge_of(guard.services)
    monkeypatch.setattr(edge, "provider", take_the_turn_meanwhile)
    assert guard.call(method, path, handle).json()["logout_url"].startswith(guard.services.settings.public_url)
    assert guard.call("GET", "/v1/session", handle).json()["code"] == "session-ended"


def test_agent_ends_all_his_sessions_and_nobody_else_s(guard: Guard) -> None:
    member, other = guard.member("End All"), guard.member("Still Here")
    _, first = guard.signed_in(member)
    _, second = guard.signed_in(member)
    _, foreign = guard.signed_in(other)
    assert guard.call("POST", "/v1/session/end-all", first).status_code == 200
    assert {guard.call("GET", "/v1/session", handle).status_code for handle in (first, second)} == {401}
    assert guard.call("GET", "/v1/session", foreign).status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"code": "x", "client": "c", "state": "0123456789abcdef"}',
     b'{"code": "' + b"A" * 43 + b'", "client": "' + b"c" * 129 + b'", "state": "0123456789abcdef"}',
     b'{"code": "' + b"A" * 43 + b'", "client": "c"}'],
)  # fmt: skip
def test_malformed_redemption_is_a_clear_400(guard: Guard, body: bytes) -> None:
    import httpx

    answer = httpx.post(
        f"{guard.url}/v1/sessions", content=body, headers={"authorization": f"Bearer {guard.token()}"}
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]


@pytest.mark.parametrize("code", [b"A" * 43 + b"\\n", b"\xff" * 43, b"\\ud800" + b"A" * 42])
def test_code_with_one_strange_character_is_a_clear_400(guard: Guard, code: bytes) -> None:
    body = b'{"code":"' + code + b'","client":"c","state":"a-state-of-sixteen"}'
    headers = {"authorization": f"Bearer {guard.token()}", "content-type": "application/json"}
    answer = httpx.post(f"{guard.url}/v1/sessions", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "malformed"


def test_membership_named_with_a_line_end_is_a_clear_400(guard: Guard) -> None:
    _, handle = guard.signed_in(guard.member("Line End"))
    own = guard.call("GET", "/v1/session", handle).json()["habilitation"]
    assert guard.call("PUT", "/v1/session", handle, json={"habilitation": f"{own}\n"}).status_code == 400
    assert guard.call("PUT", "/v1/session", handle, json={"habilitation": own}).status_code == 200
