"""Describing a session delays no decision, sees every revocation already committed, and ends a stolen handle."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from beffroi.core.ids import AccountId
from beffroi.guard import turnstile
from beffroi.guard.sessions import doors
from beffroi.guard.sessions.describing import describe
from beffroi.guard.sessions.ending import revoke_of_account
from tests.guard.signin.serving import Guard

ENDED = "session-ended"


@contextmanager
def turn_held(guard: Guard) -> Iterator[asyncpg.Connection]:
    """Somebody else's transaction that holds the turnstile and commits at the end."""

    async def begin() -> Any:
        await turnstile_of.start()
        await turnstile.take(guard.world.conn)

    turnstile_of = guard.world.conn.transaction()
    guard.run(begin())
    try:
        yield guard.world.conn
    finally:
        guard.run(turnstile_of.commit())


def seen(guard: Guard, handle: str, **more: Any) -> httpx.Response:
    return guard.call("GET", "/v1/session", handle, **more)


def row_of(guard: Guard, account: AccountId) -> dict[str, Any]:
    return guard.row("SELECT * FROM guard.session WHERE account = $1", account)


async def waiting(guard: Guard) -> None:
    """Until somebody waits for the transaction under way on the world's connection."""
    asked = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    while not await guard.world.conn.fetchval(asked):
        pass


def test_agent_sees_the_session_while_another_holds_the_turnstile_and_nothing_is_written(guard: Guard) -> None:
    member = guard.member("Page View")
    _, handle = guard.signed_in(member)
    before, calm = row_of(guard, member.account), seen(guard, handle).json()
    entries = guard.one("SELECT count(*) FROM guard.journal")
    with turn_held(guard):
        busy = seen(guard, handle)
        assert seen(guard, "A" * 43).json()["code"] == "session-unknown"
        assert seen(guard, handle[:-1]).json()["code"] == "session-unknown"
    assert (busy.status_code, busy.json()) == (200, calm)
    assert row_of(guard, member.account) == before
    assert guard.one("SELECT count(*) FROM guard.journal") == entries


@pytest.mark.parametrize("column", ["expires_at", "seen_at", "revoked_at", "application"])
def test_session_that_is_over_or_another_application_s_is_refused_without_a_turn(guard: Guard, column: str) -> None:
    member = guard.member(f"Over {column}")
    _, handle = guard.signed_in(member)
    assert seen(guard, handle).status_code == 200
    row, idle = row_of(guard, member.account), timedelta(seconds=guard.services.policy.session.idle)
    if column == "application":
        guard.run(guard.world.open_application(guard.organisation, id="partner"))
    changed = {
        "expires_at": row["created_at"], "seen_at": row["seen_at"] - idle,
        "revoked_at": row["created_at"], "application": "partner",
    }  # fmt: skip
    guard.amend("session", row["id"], **{column: changed[column]})
    with turn_held(guard):
        code = seen(guard, handle).json()["code"]
    assert code == ("session-other-application" if column == "application" else ENDED)
    assert (row_of(guard, member.account)["revoked_at"] is None) is (column != "revoked_at")


def test_handle_from_another_client_is_ended_under_the_turnstile(guard: Guard) -> None:
    member = guard.member("Stolen Handle")
    _, handle = guard.signed_in(member)
    with ThreadPoolExecutor(1) as threads:
        with turn_held(guard):
            stolen = threads.submit(seen, guard, handle, client="elsewhere")
            guard.run(waiting(guard))
            assert row_of(guard, member.account)["revoked_at"] is None
        assert stolen.result().json()["code"] == "session-other-client"
    assert seen(guard, handle).json()["code"] == ENDED
    (entry,) = guard.journal("session-revoked", member.account)
    assert entry["explanation"] == "session-other-client"


def test_handle_from_another_client_that_was_ended_while_it_waited_is_ended_once(guard: Guard) -> None:
    member = guard.member("Ended Twice")
    _, handle = guard.signed_in(member)
    with ThreadPoolExecutor(1) as threads:
        with turn_held(guard):
            stolen = threads.submit(seen, guard, handle, client="elsewhere")
            guard.run(waiting(guard))
            _revoke(guard, member.account)
        assert stolen.result().json()["code"] == ENDED
    assert [entry["explanation"] for entry in guard.journal("session-revoked", member.account)] == ["cut"]


def test_forged_row_is_reported_once_for_each_time_it_is_shown(guard: Guard) -> None:
    member = guard.member("Forged Row")
    _, handle = guard.signed_in(member)
    guard.execute("UPDATE guard.session SET level = 3 WHERE account = $1", member.account)
    before = len(guard.journal("integrity"))
    assert seen(guard, handle).json()["code"] == "integrity"
    entries = guard.journal("integrity")
    assert len(entries) == before + 1
    assert str(entries[-1]["session"]) == str(row_of(guard, member.account)["id"])


def test_revocation_not_yet_committed_is_not_waited_for_and_one_committed_is_always_seen(guard: Guard) -> None:
    member = guard.member("Race Revoke")
    for _ in range(8):
        _, handle = guard.signed_in(member)
        with ThreadPoolExecutor(3) as threads:
            with turn_held(guard):
                _revoke(guard, member.account)
                assert seen(guard, handle).status_code == 200
                racing = [threads.submit(seen, guard, handle) for _ in range(3)]
            after = [threads.submit(seen, guard, handle) for _ in range(3)]
            assert {_code(each) for each in after} == {ENDED}
            assert {_code(each) for each in racing} <= {None, ENDED}


def test_description_is_of_one_instant_whatever_commits_meanwhile(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = guard.member("One Instant")
    _, handle = guard.signed_in(member)
    calm = seen(guard, handle).json()

    async def overtaken(conn: asyncpg.Connection, *arguments: Any, **options: Any) -> dict[str, object]:
        assert await conn.fetchval("SHOW transaction_read_only") == "on"
        row = await guard.world.conn.fetchrow("SELECT * FROM guard.habilitation WHERE account = $1", member.account)
        await guard.world.amend("habilitation", row["id"], status="closed")
        return await describe(conn, *arguments, **options)

    monkeypatch.setattr(doors, "describe", overtaken)
    assert seen(guard, handle).json() == calm
    monkeypatch.undo()
    assert seen(guard, handle).json()["memberships"] == []


def _revoke(guard: Guard, account: AccountId) -> None:
    async def ending() -> None:
        conn = guard.world.conn
        await revoke_of_account(conn, guard.world.keys, account, await guard.world.now(), "cut")

    guard.run(ending())


def _code(answer: "Future[httpx.Response]") -> str | None:
    return answer.result().json().get("code")
