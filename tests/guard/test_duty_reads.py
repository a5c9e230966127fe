"""Reading the pages of a duty is use of the session: told once a minute at most, and without a turn."""

from datetime import datetime, timedelta

import pytest

from beffroi.core.refusals import Code
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.doors.conftest import guard as guard
from tests.guard.world import AgentOfTest

MINUTE = timedelta(minutes=1)


async def seen(guard: Guard, agent: AgentOfTest) -> datetime:
    at: datetime = await guard.world.conn.fetchval("SELECT seen_at FROM guard.session WHERE id = $1", agent.session)
    return at


async def left_for(guard: Guard, agent: AgentOfTest, minutes: float) -> datetime:
    """Nothing was done for so long; when the last use then was."""
    await guard.world.conn.execute(
        "UPDATE guard.session SET seen_at = guard.instant() - $2::interval WHERE id = $1",
        agent.session,
        timedelta(minutes=minutes),
    )
    return await seen(guard, agent)


async def turns(guard: Guard) -> int:
    number: int = await guard.world.conn.fetchval("SELECT number FROM guard.turnstile")
    return number


@pytest.mark.parametrize("door", ["/v1/requests/list", "/v1/inventory"])
async def test_manager_who_only_reads_works_on_after_half_an_hour_and_no_decision_waits_for_it(
    guard: Guard, door: str
) -> None:
    manager = await guard.world.agent(guard.world.offices["North"], "account-manager")
    body = {"scope": "mine"} if door == "/v1/requests/list" else {}
    for _ in range(3):  # three times 29 minutes
        await left_for(guard, manager, 29)
        before = await turns(guard)
        answer = await guard.post(manager, door, body)
        assert answer.status_code == 200, pretty(answer)
        assert await guard.world.now() - await seen(guard, manager) < MINUTE
        assert await turns(guard) == before
    last = await left_for(guard, manager, 31)
    assert (await guard.post(manager, door, body)).json()["code"] == Code.SESSION_ENDED
    assert await seen(guard, manager) == last


async def test_manager_who_reads_page_after_page_writes_once_a_minute(guard: Guard) -> None:
    manager = await guard.world.agent(guard.world.offices["North"], "account-manager")
    touch = guard.world.policy.session.touch / 60
    for minutes, told in ((touch * 0.5, False), (touch * 1.5, True)):
        before = await left_for(guard, manager, minutes)
        assert (await guard.post(manager, "/v1/requests/list", {"scope": "mine"})).status_code == 200
        assert (await seen(guard, manager) != before) is told


async def test_reader_refused_on_a_duty_is_not_kept_in_by_asking(guard: Guard) -> None:
    adviser = await guard.world.agent(guard.world.offices["North"], "adviser")
    before = await left_for(guard, adviser, 29)
    assert (await guard.post(adviser, "/v1/inventory", {})).json()["code"] == Code.ACTION_NOT_ALLOWED
    assert await seen(guard, adviser) == before


async def test_thief_who_reads_with_a_copied_handle_ends_the_session_and_keeps_nothing_alive(guard: Guard) -> None:
    manager = await guard.world.agent(guard.world.offices["North"], "account-manager")
    before = await left_for(guard, manager, 29)
    answer = await guard.post(manager, "/v1/requests/list", {"scope": "mine"}, beffroi_client="another browser")
    assert answer.json()["code"] == Code.SESSION_OTHER_CLIENT
    assert await seen(guard, manager) == before
    assert await guard.world.conn.fetchval("SELECT revoked_at FROM guard.session WHERE id = $1", manager.session)
