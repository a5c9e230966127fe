"""An absence is covered: whose people, for how long, paid by what, and what nobody gains by saying so himself."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard.relating import colleagues, covering
from tests.guard.doors.conftest import pretty
from tests.guard.relating.conftest import Desk, code
from tests.guard.world import POLICY, AgentOfTest


async def cover(
    desk: Desk, maker: AgentOfTest, absent: AgentOfTest, account: AgentOfTest, *, start: int = 0, end: int = 7
) -> httpx.Response:
    return await desk.ask(
        maker, "/v1/relations/covers/make", absent=absent.account, account=account.account,
        from_on=await desk.day(start), until_on=await desk.day(end),
    )  # fmt: skip


async def followed_by_ben(desk: Desk) -> PersonId:
    return await desk.guard.world.person(desk.ben.organisation, referent=desk.ben)


async def test_absent_colleague_says_who_stands_in_whose_portfolio_pays_at_once(desk: Desk) -> None:
    person = await followed_by_ben(desk)
    assert await desk.explained(desk.ana, person) == ("followed", "office")
    made = await cover(desk, desk.ben, desk.ben, desk.ana)
    assert made.status_code == 201, pretty(made)
    assert (made.json()["people"], made.json()["together"]) == (1, 1)
    assert await desk.explained(desk.ana, person) == ("cover", "portfolio")
    assert await desk.explained(desk.ben, person) == ("referent", "portfolio"), "he is still the referent"
    third = await desk.guard.world.agent(desk.ana.organisation)
    assert await desk.explained(third, person) == ("followed", "office")
    assert await desk.explained(desk.cleo, person) == ("person-unknown", "person-unknown")


async def test_adviser_makes_herself_the_stand_in_and_the_offices_budget_pays_for_as_long_as_it_lasts(
    desk: Desk,
) -> None:
    """A hijacked adviser gives herself no colleague's portfolio, however long she waits."""
    person, world = await followed_by_ben(desk), desk.guard.world
    assert (await cover(desk, desk.ana, desk.ben, desk.ana, end=60)).status_code == 201
    assert await desk.explained(desk.ana, person) == ("cover", "office")
    [id_] = [row[0] for row in await world.conn.fetch("SELECT id FROM guard.cover")]
    for days in (POLICY.newcomer_days, 10 * POLICY.newcomer_days):
        await world.amend("cover", id_, made_at=await world.now() - timedelta(days=days))
        assert await desk.explained(desk.ana, person) == ("cover", "office")


async def test_absent_colleague_confirms_a_cover_that_somebody_else_made(desk: Desk) -> None:
    person = await followed_by_ben(desk)
    assert (await cover(desk, desk.ana, desk.ben, desk.ana)).status_code == 201
    assert code(await cover(desk, desk.ana, desk.ben, desk.ana)) == "cover-exists"
    assert (await cover(desk, desk.ben, desk.ben, desk.ana)).status_code == 201
    assert await desk.explained(desk.ana, person) == ("cover", "portfolio")
    assert code(await cover(desk, desk.ben, desk.ben, desk.ana)) == "cover-exists"
    [row] = (await desk.ask(desk.ana, "/v1/relations/covers/list")).json()["rows"]
    assert row["handed"], "the other one has ended"
    assert [len(await desk.guard.entries(kind)) for kind in ("cover-made", "cover-ended")] == [2, 1]


async def test_cover_that_would_make_more_than_a_portfolio_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One's own people, those of whom one stands in for already, and the absent colleague's: at most a portfolio."""
    world = desk.guard.world
    third = await world.agent(desk.ana.organisation)
    for referent in (desk.ana, desk.ben, desk.ben, third):
        await world.person(desk.ana.organisation, referent=referent)
    monkeypatch.setattr(colleagues, "most_followed", lambda role, policy: 3)
    assert (await cover(desk, desk.ben, desk.ben, desk.ana)).status_code == 201, "1 + 2 people"
    assert code(await cover(desk, third, third, desk.ana)) == "portfolio-full"
    assert (await cover(desk, third, third, desk.ana, start=8, end=9)).status_code == 201, "on other days"
    assert code(await cover(desk, desk.ana, third, desk.ana, start=7)) == "portfolio-full"


async def test_stand_in_reads_as_a_colleague_again_from_the_instant_the_cover_ends(desk: Desk) -> None:
    person = await followed_by_ben(desk)
    made = (await cover(desk, desk.ben, desk.ben, desk.ana)).json()
    listed = await desk.ask(desk.ana, "/v1/list", scope="portfolio")
    assert [row["id"] for row in listed.json()["rows"]] == [person]
    ended = await desk.ask(desk.ana, "/v1/relations/covers/end", cover=made["cover"])
    assert (ended.status_code, ended.json()) == (200, {}), pretty(ended)
    other = await followed_by_ben(desk)
    assert await desk.explained(desk.ana, other) == ("followed", "office")
    assert (await desk.ask(desk.ana, "/v1/list", scope="portfolio")).json()["total"] == 0
    assert code(await desk.ask(desk.ana, "/v1/relations/covers/end", cover=made["cover"])) == "cover-unknown"
    kinds = [entry["kind"] for kind in ("cover-made", "cover-ended") for entry in await desk.guard.entries(kind)]
    assert kinds == ["cover-made", "cover-ended"]


async def test_cover_to_come_gives_nothing_before_its_day_and_one_over_nothing_after(desk: Desk) -> None:
    person, world = await followed_by_ben(desk), desk.guard.world
    assert (await cover(desk, desk.ben, desk.ben, desk.ana, start=3)).status_code == 201
    assert await desk.explained(desk.ana, person) == ("followed", "office")
    [id_] = [row[0] for row in await world.conn.fetch("SELECT id FROM guard.cover")]
    now = await world.now()
    await world.amend("cover", id_, from_at=now - timedelta(days=2), until_at=now)
    assert await desk.explained(desk.ana, person) == ("followed", "office")
    await world.amend("cover", id_, until_at=now + timedelta(hours=1))
    assert await desk.explained(desk.ana, person) == ("cover", "portfolio")


async def test_cover_between_two_offices_or_by_another_one_is_refused(desk: Desk) -> None:
    await followed_by_ben(desk)
    assert code(await cover(desk, desk.ben, desk.ben, desk.cleo)) == "colleague-unknown"
    assert code(await cover(desk, desk.cleo, desk.ben, desk.dora)) == "colleague-unknown"
    assert code(await cover(desk, desk.cleo, desk.ben, desk.cleo)) == "colleague-unknown"
    made = (await cover(desk, desk.ben, desk.ben, desk.ana)).json()
    forbidden = await desk.ask(desk.cleo, "/v1/relations/covers/end", cover=made["cover"])
    unknown = await desk.ask(desk.cleo, "/v1/relations/covers/end", cover=str(uuid4()))
    assert forbidden.status_code == 404
    assert forbidden.content == unknown.content
    assert (await desk.ask(desk.cleo, "/v1/relations/covers/list")).json() == {"rows": []}


@pytest.mark.parametrize(("start", "end"), [(2, 1), (-3, -1), (0, POLICY.following.cover_days), (93, 95)])
async def test_cover_of_impossible_dates_is_refused(desk: Desk, start: int, end: int) -> None:
    await followed_by_ben(desk)
    assert code(await cover(desk, desk.ben, desk.ben, desk.ana, start=start, end=end)) == "cover-period"
    assert (await cover(desk, desk.ben, desk.ben, desk.ana, end=POLICY.following.cover_days - 1)).status_code == 201


async def test_cover_at_the_end_of_the_calendar_is_refused(desk: Desk) -> None:
    await followed_by_ben(desk)
    body = {"absent": desk.ben.account, "account": desk.ana.account}
    for from_on, until_on in [("9999-12-30", "9999-12-31"), ("0001-01-01", "9999-12-31"), ("0001-01-01",) * 2]:
        answer = await desk.ask(desk.ben, "/v1/relations/covers/make", **body, from_on=from_on, until_on=until_on)
        assert code(answer) == "cover-period"


async def test_same_cover_twice_and_one_too_many_are_refused(desk: Desk) -> None:
    world = desk.guard.world
    await followed_by_ben(desk)
    assert (await cover(desk, desk.ben, desk.ben, desk.ana)).status_code == 201
    assert code(await cover(desk, desk.ben, desk.ben, desk.ana, start=5, end=9)) == "cover-exists"
    assert (await cover(desk, desk.ben, desk.ben, desk.ana, start=8, end=9)).status_code == 201
    others = [await world.agent(desk.ana.organisation) for _ in range(POLICY.following.covers)]
    for other in others:
        await world.person(desk.ana.organisation, referent=other)
    told = [code(await cover(desk, other, other, desk.ana)) for other in others]
    assert told == ["201"] * (POLICY.following.covers - 1) + ["too-many-covers"]


async def test_hijacked_adviser_makes_and_ends_covers_of_a_colleague_ten_times_a_day(desk: Desk) -> None:
    """Each would be loaded with the colleague's decisions, and make every guard forget."""
    person, world = await followed_by_ben(desk), desk.guard.world
    third = await world.agent(desk.ana.organisation)
    most = POLICY.following.covers_a_day
    for _ in range(most):
        made = await cover(desk, desk.ana, desk.ben, third)
        assert made.status_code == 201, pretty(made)
        assert (await desk.ask(desk.ana, "/v1/relations/covers/end", cover=made.json()["cover"])).status_code == 200
    assert code(await cover(desk, desk.ana, desk.ben, third)) == "budget-account"
    assert code(await cover(desk, desk.ana, desk.ben, desk.ana)) == "budget-account", "for nobody else either"
    assert code(await cover(desk, desk.ben, desk.ben, third)) == "budget-account", "nor by another for that stand-in"
    assert (await cover(desk, desk.ben, desk.ben, desk.ana)).status_code == 201
    for row in await world.conn.fetch("SELECT id, made_at FROM guard.cover WHERE account = $1", third.account):
        await world.amend("cover", row["id"], made_at=row["made_at"] - timedelta(days=1))
    assert (await cover(desk, desk.ana, desk.ben, third)).status_code == 201, "the next day"
    await world.conn.execute("UPDATE guard.cover SET until_at = guard.instant() WHERE account = $1", third.account)
    await world.conn.execute("UPDATE guard.cover SET made_by = absent WHERE account = $1", third.account)
    assert await desk.explained(third, person) == ("integrity", "integrity"), "they have just ended"
    await world.conn.execute(
        "UPDATE guard.cover SET until_at = until_at - interval '2 minutes' WHERE account = $1", third.account
    )
    assert await desk.explained(third, person) == ("followed", "office"), "what is over is not even looked at"


async def test_covers_of_a_stand_in_are_counted_however_many_the_office_has(desk: Desk) -> None:
    """Those of others, which begin before, hide none of his."""
    world = desk.guard.world
    await followed_by_ben(desk)
    assert (await cover(desk, desk.ben, desk.ben, desk.ana, start=2)).status_code == 201
    [row] = await world.conn.fetch("SELECT * FROM guard.cover")
    third, now = await world.agent(desk.ana.organisation), await world.now()
    await world.conn.execute(
        "INSERT INTO guard.cover SELECT gen_random_uuid(), organisation, $1, absent, $2, $3, made_by, made_at, 1, mac"
        " FROM guard.cover, generate_series(1, 500)",
        third.account, now, now + timedelta(days=1),
    )  # fmt: skip
    assert code(await cover(desk, desk.ben, desk.ben, desk.ana, start=3)) == "cover-exists"
    assert row["from_at"] > now


async def test_covers_planned_for_a_stand_in_are_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await followed_by_ben(desk)
    monkeypatch.setattr(covering, "PLANNED", 1)
    most = POLICY.following.covers
    told = [code(await cover(desk, desk.ben, desk.ben, desk.ana, start=day, end=day)) for day in range(most + 1)]
    assert told == ["201"] * most + ["too-many-covers"]


async def test_nobody_stands_in_for_himself_or_for_who_follows_nobody(desk: Desk) -> None:
    await followed_by_ben(desk)
    assert code(await cover(desk, desk.ben, desk.ben, desk.ben)) == "colleague-unknown"
    assert code(await cover(desk, desk.ana, desk.ana, desk.ben)) == "colleague-unknown"


async def test_i16_forged_cover_denies_its_stand_in(desk: Desk) -> None:
    person, world = await followed_by_ben(desk), desk.guard.world
    await cover(desk, desk.ana, desk.ben, desk.ana)
    await world.conn.execute("UPDATE guard.cover SET made_by = absent")
    assert await desk.explained(desk.ana, person) == ("integrity", "integrity")
    assert await desk.explained(desk.ben, person) == ("referent", "portfolio")


async def test_i07_contained_stand_in_opens_nobody(desk: Desk) -> None:
    person, world = await followed_by_ben(desk), desk.guard.world
    await cover(desk, desk.ben, desk.ben, desk.ana)
    assert await desk.explained(desk.ana, person) == ("cover", "portfolio")
    await world.contain("account", desk.ana.account)
    assert await desk.explained(desk.ana, person) == ("account-suspended", "account-suspended")


async def test_covers_are_listed_with_names_to_the_office_alone(desk: Desk) -> None:
    await followed_by_ben(desk)
    await cover(desk, desk.ben, desk.ben, desk.ana)
    [row] = (await desk.ask(desk.ana, "/v1/relations/covers/list")).json()["rows"]
    assert (row["absent_name"], row["name"], row["handed"]) == ("Ben Morel", "Ana Petit", True)


@pytest.mark.parametrize(
    "change", [{"absent": "x"}, {"from_on": "2026-13-01"}, {"until_on": 5}, {"more": 1}, {"account": None}]
)
async def test_malformed_cover_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    body = {
        "absent": desk.ben.account,
        "account": desk.ana.account,
        "from_on": "2026-01-01",
        "until_on": "2026-01-02",
    }
    answer = await desk.ask(desk.ana, "/v1/relations/covers/make", **{**body, **change})
    assert answer.status_code == 400
