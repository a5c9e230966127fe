"""POST /v1/relations/covers/make, list and end: a colleague stands in for an absent one, between two dates."""

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.ids import AccountId
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.core.relating import PLANNED, Obstacle, is_cover
from beffroi.guard import journal, stamped
from beffroi.guard.answers import relating as answers
from beffroi.guard.answers.shape import Nothing
from beffroi.guard.doors.answers import denial
from beffroi.guard.duties import OnDuty, Work, entry_of, with_action
from beffroi.guard.relating import colleagues, relations
from beffroi.guard.relating.bodies import Covering, OneCover, Purposed
from beffroi.guard.relating.commanding import obstacle
from beffroi.guard.relating.prescribing import begins, ends
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_COVERING: Final = msgspec.json.Decoder(Covering)
_ONE: Final = msgspec.json.Decoder(OneCover)
_PURPOSED: Final = msgspec.json.Decoder(Purposed)
_OF_OFFICE: Final = """
SELECT * FROM guard.cover WHERE organisation = $1 AND until_at > $2 ORDER BY from_at, id LIMIT 500
"""
_OF_STAND_IN: Final = "SELECT * FROM guard.cover WHERE account = $1 AND organisation = $2 AND until_at > $3"
_LATELY: Final = """
SELECT count(*) FILTER (WHERE made_by = $2) AS made, count(*) FILTER (WHERE account = $3) AS given FROM guard.cover
WHERE organisation = $1 AND until_at > $4 AND made_at > $4
"""
"""Covers of the last 24 hours, those that have ended since included: none is over before it was made."""
_LOCKED: Final = "SELECT * FROM guard.cover WHERE id = $1 AND organisation = $2 FOR UPDATE"


async def make(call: Call) -> Answer:
    """Let a colleague stand in for another: as himself where the absent one says so, else as a newcomer.

    Where somebody else said so before, the absent colleague's own word replaces it.
    """
    body = bodies.read(call, _COVERING)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, policy, now = work
        office, absent, account = by.organisation.id, AccountId(body.absent), AccountId(body.account)
        from_at, until_at = max(begins(body.from_on), now), ends(body.until_on)
        if not is_cover(from_at, until_at, now, policy):
            return obstacle(call, Obstacle.PERIOD)
        there = await colleagues.at_work(conn, keys, policy, office, now, only=account)
        if absent == account or not there:
            return obstacle(call, Obstacle.COLLEAGUE_UNKNOWN)
        people = await relations.people_of(conn, absent, office, now)
        if not people:
            return obstacle(call, Obstacle.COLLEAGUE_UNKNOWN)
        standing = await _of_stand_in(work, by, account)
        theirs = [row for row in standing if _meet(row, from_at, until_at)]
        same = [row for row in theirs if str(row["absent"]) == absent]
        others = [AccountId(str(row["absent"])) for row in theirs if row not in same]
        if same and (by.account.id != absent or any(str(row["made_by"]) == absent for row in same)):
            return obstacle(call, Obstacle.COVER_EXISTS)
        most = policy.following.covers
        if len(others) >= most or len(standing) - len(same) >= PLANNED * most:
            return obstacle(call, Obstacle.TOO_MANY_COVERS)
        if await _lately(work, by, account) >= policy.following.covers_a_day:
            return denial(call, Refusal(Code.BUDGET_ACCOUNT, "day"))
        sizes = await relations.sizes(conn, office, [account, *others], now)
        if len(people) + sum(sizes.values()) > there[0].most:
            return obstacle(call, Obstacle.PORTFOLIO_FULL)
        for said in same:
            await _end(work, by, said)
        row = {
            "id": str(uuid4()), "organisation": office, "account": account, "absent": absent, "from_at": from_at,
            "until_at": until_at, "made_by": by.account.id, "made_at": now, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, keys, "cover", row)
        detail = {"account": account, "absent": absent, "cover": row["id"], "people": len(people)}
        await journal.append(conn, [entry_of(work, by, "cover-made", {**detail, "until": until_at.isoformat()})])
        return json_answer(answers.CoverMade(str(row["id"]), len(people), sizes.get(account, 0) + len(people)), 201)

    return await with_action(call, Action.RELATE, body.purpose, act, writes=True)


def _meet(row: Row, from_at: datetime, until_at: datetime) -> bool:
    begun: datetime = row["from_at"]
    over: datetime = row["until_at"]
    return begun < until_at and from_at < over


async def _of_office(work: Work, by: OnDuty) -> list[Row]:
    rows = await work.conn.fetch(_OF_OFFICE, by.organisation.id, work.now)
    return [stamped.genuine(work.keys, "cover", row) for row in rows]


async def _of_stand_in(work: Work, by: OnDuty, account: AccountId) -> list[Row]:
    """All the covers of a stand-in that are not over. Raises Forged."""
    rows = await work.conn.fetch(_OF_STAND_IN, account, by.organisation.id, work.now)
    return [stamped.genuine(work.keys, "cover", row) for row in rows]


async def _lately(work: Work, by: OnDuty, account: AccountId) -> int:
    """Covers of 24 hours, by this maker or for this stand-in, whichever are more. MACs are not verified."""
    since = work.now - timedelta(days=1)
    row = await work.conn.fetchrow(_LATELY, by.organisation.id, by.account.id, account, since)
    made: int = row["made"]
    given: int = row["given"]
    return max(made, given)


async def listed(call: Call) -> Answer:
    """Covers of one's office, under way or to come, with the names of those concerned."""
    body = bodies.read(call, _PURPOSED)

    async def act(work: Work, by: OnDuty) -> Answer:
        rows = await _of_office(work, by)
        concerned = {str(row[name]) for row in rows for name in ("account", "absent")}
        names = await agents.names(work.conn, work.keys, concerned)
        told = [
            answers.Cover(
                str(row["id"]), str(row["absent"]), names.get(str(row["absent"]), ""), str(row["account"]),
                names.get(str(row["account"]), ""), row["from_at"], row["until_at"], row["made_by"] == row["absent"],
            )
            for row in rows
        ]  # fmt: skip
        return json_answer(answers.Covers(tuple(told)))

    return await with_action(call, Action.RELATE, body.purpose, act, writes=False)


async def end(call: Call) -> Answer:
    """End a cover of one's office before its day, or one to come."""
    body = bodies.read(call, _ONE)

    async def act(work: Work, by: OnDuty) -> Answer:
        row = await work.conn.fetchrow(_LOCKED, body.cover, by.organisation.id)
        if row is None or stamped.genuine(work.keys, "cover", row)["until_at"] <= work.now:
            return obstacle(call, Obstacle.COVER_UNKNOWN)
        await _end(work, by, row)
        return json_answer(Nothing())

    return await with_action(call, Action.RELATE, body.purpose, act, writes=True)


async def _end(work: Work, by: OnDuty, row: Row) -> None:
    await stamped.amend(work.conn, work.keys, "cover", row, until_at=work.now)
    detail = {"account": str(row["account"]), "absent": str(row["absent"]), "cover": str(row["id"])}
    await journal.append(work.conn, [entry_of(work, by, "cover-ended", detail)])


ROUTES: Final[Routes] = {
    ("POST", "/v1/relations/covers/make"): make,
    ("POST", "/v1/relations/covers/list"): listed,
    ("POST", "/v1/relations/covers/end"): end,
}
