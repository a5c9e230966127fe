"""The breaker of an application follows its use: noted, judged, journaled, and refused where somebody forged it."""

import json
import logging
from struct import pack
from typing import Any

import pytest

from beffroi.core.breaker import counted
from beffroi.core.budgets import Caps
from beffroi.core.decision import Refusal
from beffroi.core.refusals import Code
from beffroi.guard import breaking
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.decisions.facts import PARIS, clock_at
from tests.guard.decisions.conftest import Desk
from tests.guard.world import CASES

FIRST = Caps(60, 200, 800, 2_000)
CEILING = Caps(500, 5_000, 20_000, 60_000)


async def registered(desk: Desk, first: Caps = FIRST, *, days_ago: int = 400) -> None:
    """The world's application with these caps, registered so long ago."""
    world = desk.world
    await world.amend("application", CASES, **{f"{span}_cap": cap for span, cap in first._asdict().items()})
    now = await world.now()
    await breaking.register(world.conn, world.keys, CASES, first, now, ceiling=CEILING)
    await world.amend("breaker", CASES, since_day=clock_at(now).day - days_ago)


async def used(desk: Desk, people: int, in_hour: int, *, weeks_ago: int = 1) -> None:
    """A day of whole weeks past, in which every hour was alike."""
    clock = clock_at(await desk.world.now())
    await desk.world.insert(
        "application_day", application=CASES, day=counted(clock.day)[-7 * weeks_ago],
        hours=pack(">24I", *[in_hour] * 24), people=people, week=5 * people, month=20 * people,
    )  # fmt: skip


async def keep(desk: Desk) -> int:
    return await breaking.keep(desk.world.conn, desk.world.keys, desk.world.policy)


async def caps(desk: Desk) -> Caps:
    """The caps in force; the row must be genuine."""
    row: Any = await desk.world.conn.fetchrow("SELECT * FROM guard.application WHERE id = $1", CASES)
    assert desk.world.keys.authenticator.genuine_row("application", row)
    return Caps(row["hour_cap"], row["day_cap"], row["week_cap"], row["month_cap"])


async def kinds(desk: Desk) -> list[str]:
    rows = await desk.world.conn.fetch("SELECT kind FROM guard.journal WHERE kind <> 'fact' ORDER BY entry")
    return [row["kind"] for row in rows]


async def test_i02_breaker_of_an_application_used_for_weeks_follows_its_busiest_day_and_is_journaled(
    desk: Desk,
) -> None:
    await registered(desk)
    await used(desk, 1_000, 100)
    await used(desk, 800, 120, weeks_ago=3)
    assert await keep(desk) == 1
    assert await caps(desk) == Caps(240, 1_300, 6_500, 26_000)
    assert await keep(desk) == 0
    row = await desk.world.conn.fetchrow("SELECT * FROM guard.journal WHERE kind = 'breaker-judged'")
    assert row is not None
    assert row["application"] == CASES
    assert json.loads(row["detail"]) == {"hour": 240, "day": 1_300, "week": 6_500, "month": 26_000}


async def test_i02_breaker_stays_under_its_ceiling_however_busy_the_weeks(desk: Desk) -> None:
    await registered(desk)
    await used(desk, 1_000_000, 100_000)
    assert await keep(desk) == 1
    assert await caps(desk) == CEILING


async def test_i02_breaker_of_an_imported_application_can_only_be_tightened(desk: Desk) -> None:
    before = await caps(desk)
    assert await keep(desk) == 0
    assert await kinds(desk) == ["breaker-registered"]
    row: Any = await desk.world.conn.fetchrow("SELECT * FROM guard.breaker")
    assert desk.world.keys.authenticator.genuine_row("breaker", row)
    assert (row["hour_ceiling"], row["month_ceiling"]) == (before.hour, before.month)


async def test_i02_breaker_frozen_by_an_alert_keeps_its_caps_and_learns_nothing(desk: Desk) -> None:
    world = desk.world
    await registered(desk)
    await used(desk, 1_000, 100)
    assert await breaking.freeze(world.conn, world.keys, CASES)
    north = world.offices["North"]
    ana = await world.agent(north)
    assert isinstance(await desk.ask(ana, await world.person(north)), Granted)
    assert await keep(desk) == 0
    assert await caps(desk) == FIRST
    assert await world.conn.fetchval("SELECT count(*) FROM guard.application_day") == 1
    assert "breaker-frozen" in await kinds(desk)


async def test_application_used_today_is_noted_in_its_hour_and_a_later_smaller_count_changes_nothing(
    desk: Desk,
) -> None:
    world = desk.world
    north = world.offices["North"]
    ana = await world.agent(north)
    for _ in range(3):
        assert isinstance(await desk.ask(ana, await world.person(north)), Granted)
    await keep(desk)
    now = await world.now()
    budget: Any = await world.conn.fetchrow("SELECT * FROM guard.budget WHERE key = 'application/cases/all'")
    row: Any = await world.conn.fetchrow("SELECT * FROM guard.application_day")
    assert world.keys.authenticator.genuine_row("application_day", row)
    assert (row["day"], row["people"], row["week"], row["month"]) == (budget["day"], 3, 3, 3)
    assert sum(row["hours"]) == 3
    if clock_at(now).hour == budget["hour"]:
        assert row["hours"][4 * now.astimezone(PARIS).hour + 3] == 3
    fewer = {**budget, "hour_spent": 1, "recent": pack(">30I", 1, *[0] * 29), "version": budget["version"] + 1}
    mac = world.keys.authenticator.stamp_row("budget", fewer)
    await world.conn.execute(
        "UPDATE guard.budget SET hour_spent = 1, recent = $1, version = $2, mac = $3 WHERE key = $4",
        fewer["recent"], fewer["version"], mac, budget["key"],
    )  # fmt: skip
    await keep(desk)
    assert await world.conn.fetchrow("SELECT * FROM guard.application_day") == row


async def test_i02_application_above_the_caps_just_judged_is_refused(desk: Desk) -> None:
    world = desk.world
    tight = Caps(2, 2, 2, 2)
    await registered(desk, tight, days_ago=1)
    await world.amend("application", CASES, hour_cap=50, day_cap=50, week_cap=50, month_cap=50)
    assert await keep(desk) == 1
    north = world.offices["North"]
    ana, bea = await world.agent(north), await world.agent(north)
    first, second, third = [await world.person(north) for _ in range(3)]
    assert isinstance(await desk.ask(ana, first), Granted)
    assert isinstance(await desk.ask(bea, second), Granted)
    assert await desk.ask(bea, third) == Refusal(Code.BUDGET_APPLICATION, "hour")


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE guard.application_day SET people = people + 1",
        "UPDATE guard.breaker SET day_ceiling = day_ceiling + 1",
        "UPDATE guard.breaker SET frozen = NOT frozen",
        "UPDATE guard.application SET day_cap = day_cap + 1",
    ],
)
async def test_i16_breaker_with_one_forged_row_is_not_judged_and_security_is_told(
    desk: Desk, forgery: str, caplog: pytest.LogCaptureFixture
) -> None:
    await registered(desk)
    await used(desk, 1_000, 100)
    await desk.world.conn.execute(forgery)
    with caplog.at_level(logging.CRITICAL):
        assert await keep(desk) == 0
    assert "integrity: breaker of cases" in caplog.text
    assert "breaker-judged" not in await kinds(desk)
