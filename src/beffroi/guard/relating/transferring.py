"""POST /v1/transfers/…: a person passes from one organisation to another, when both agree.

Either side asks: the one that follows the person, or another once a search of the day found them. Somebody else on
the other side agrees, and rights move in that transaction: what the giving organisation had with the person ends,
the receiving one follows them, or goes on following who proved to be there meanwhile. Both are in the journal, by
the organisations' own agents.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import msgspec

from beffroi.core.ids import OrganisationId, PersonId, PurposeCode
from beffroi.core.policy import Action
from beffroi.core.relating import Obstacle, Transfer, agreeing, giving, in_the_way, receiving
from beffroi.guard import journal
from beffroi.guard.answers import relating as answers
from beffroi.guard.answers.shape import Place
from beffroi.guard.decisions.asks import Granted, Law
from beffroi.guard.decisions.facts import clock_at
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Work, with_action
from beffroi.guard.journal import Entry
from beffroi.guard.relating import colleagues, organisations, relations, transfers
from beffroi.guard.relating.bodies import Asking, Declining, OneTransfer, Purposed
from beffroi.guard.relating.commanding import Change, Doing, carry_out, obstacle, refusal
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

MOST_LISTED: Final = 100
_ASKING: Final = msgspec.json.Decoder(Asking)
_ONE: Final = msgspec.json.Decoder(OneTransfer)
_DECLINING: Final = msgspec.json.Decoder(Declining)
_PURPOSED: Final = msgspec.json.Decoder(Purposed)
_KNOWN: Final = "SELECT 1 FROM guard.person WHERE id = $1"
_FOUND_DAY: Final = "SELECT found_day FROM guard.reach WHERE account = $1 AND person = $2"
_DETAIL: Final = '{{"giving":"{giving}","receiving":"{receiving}","transfer":"{id}"}}'


async def ask(call: Call) -> Answer:
    """Ask the other organisation to take a person over, or to hand one over."""
    body, caller = bodies.read(call, _ASKING), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, policy = call.services.keys, call.services.policy
    person, other = PersonId(body.person), OrganisationId(body.organisation)
    made: list[tuple[str, datetime]] = []

    async def act(doing: Doing) -> Obstacle | Mapping[str, Any]:
        conn, granted, now = doing
        agent = granted.agent
        own = agent.organisation.id
        sides = (own, other) if body.side == "giving" else (other, own)
        available = await organisations.available(conn, keys, other, organisations.FOLLOWING, now)
        if available is None or other == own:
            return Obstacle.ORGANISATION_UNAVAILABLE
        # Who follows a person is told by a search, which is charged and shown to them, and by no probe for nothing.
        found_day = await conn.fetchval(_FOUND_DAY, agent.account.id, person)
        told = found_day == clock_at(now).day
        if sides[1] == own and await relations.live(conn, keys, person, own, relations.FOLLOWED, now) is not None:
            return Obstacle.ALREADY_FOLLOWED
        if await relations.live(conn, keys, person, sides[0], relations.FOLLOWED, now) is None:
            return Obstacle.NOT_FOLLOWED_THERE if told else Obstacle.ORGANISATION_UNAVAILABLE
        if await transfers.is_pending(conn, person, *sides, now):
            return Obstacle.TRANSFER_EXISTS
        expires_at = now + timedelta(days=policy.following.transfer_days)
        transfer = Transfer(*sides, own, agent.account.id, expires_at, transfers.ASKED)
        id_ = await transfers.ask(conn, keys, person, transfer, reason=body.reason, now=now)
        made[:] = [(id_, expires_at)]
        return {"giving": sides[0], "receiving": sides[1], "reason": body.reason, "transfer": id_}

    law: Law = partial(giving, to=other) if body.side == "giving" else receiving
    came = await carry_out(call, caller, Change("transfer-asked", person, PurposeCode(body.purpose)), law, act)
    if not isinstance(came, Granted):
        return refusal(call, came)
    return json_answer(answers.TransferAsked(*made[0]), 201)


async def agree(call: Call) -> Answer:
    """Agree to a transfer: from this transaction on, the receiving organisation follows the person, and it alone."""
    body, caller = bodies.read(call, _ONE), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, policy = call.services.keys, call.services.policy
    seen: list[PersonId] = []

    async def look(work: Work, by: OnDuty) -> Answer:
        row = await transfers.one(work.conn, keys, body.transfer, lock=False)
        way = in_the_way(_law_of(row), by.account.id, by.organisation.id, work.now, withdrawing=False)
        if way is not None:
            return obstacle(call, way)
        assert row is not None, "nothing is in the way of it"
        seen.append(PersonId(str(row["person"])))
        return json_answer(None)

    looked = await with_action(call, Action.RELATE, body.purpose, look, writes=False)
    if not seen:
        return looked
    person = seen[0]

    async def act(doing: Doing) -> Obstacle | Mapping[str, Any]:
        conn, granted, now = doing
        agent = granted.agent
        row = await transfers.one(conn, keys, body.transfer, lock=True)
        transfer = _law_of(row)
        way = in_the_way(transfer, agent.account.id, agent.organisation.id, now, withdrawing=False)
        if way is not None or row is None or transfer is None:
            return way or Obstacle.TRANSFER_UNKNOWN
        if await organisations.available(conn, keys, transfer.organisation, organisations.FOLLOWING, now) is None:
            return Obstacle.ORGANISATION_UNAVAILABLE
        if await conn.fetchval(_KNOWN, person) is None:
            return Obstacle.TRANSFER_UNKNOWN  # erased since
        if await relations.live(conn, keys, person, transfer.giving, relations.FOLLOWED, now) is None:
            return Obstacle.NOT_FOLLOWED_THERE
        for one in await relations.all_live(conn, keys, person, transfer.giving, now):
            await relations.end(conn, keys, one, now)
        if await relations.live(conn, keys, person, transfer.receiving, relations.FOLLOWED, now) is None:
            taker = agent.account.id if agent.organisation.id == transfer.receiving else transfer.asked_by
            found = await colleagues.at_work(conn, keys, policy, transfer.receiving, now, only=taker)
            fits = bool(found) and await colleagues.room_of(conn, transfer.receiving, found[0], now) > 0
            await relations.begin(
                conn, keys, person, transfer.receiving, relations.FOLLOWED, referent=taker if fits else None, at=now
            )
        await transfers.close(conn, keys, row, transfers.AGREED, agent.account.id, now, None)
        return {"giving": transfer.giving, "receiving": transfer.receiving, "transfer": body.transfer}

    came = await carry_out(call, caller, Change("transfer-agreed", person, PurposeCode(body.purpose)), agreeing, act)
    if not isinstance(came, Granted):
        return refusal(call, came)
    moved_here = came.agent.organisation.id == (await _receiving(call, body.transfer))
    return json_answer(answers.TransferAgreed(person if moved_here else None, came.entry or 0))


async def _receiving(call: Call, transfer: str) -> str:
    async with call.services.pool.acquire() as conn:
        row = await transfers.one(conn, call.services.keys, transfer, lock=False)
    return "" if row is None else str(row["receiving"])


def _law_of(row: Any) -> Transfer | None:
    return None if row is None else transfers.law_of(row)


async def refuse(call: Call) -> Answer:
    """Say no to the other organisation, with a reason of the list."""
    return await _close(call, "transfer-refused", transfers.REFUSED, withdrawing=False)


async def withdraw(call: Call) -> Answer:
    """Take back what one's own organisation asked."""
    return await _close(call, "transfer-withdrawn", transfers.WITHDRAWN, withdrawing=True)


async def _close(call: Call, kind: str, status: str, *, withdrawing: bool) -> Answer:
    body = bodies.read(call, _DECLINING)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, policy, now = work
        row = await transfers.one(conn, keys, body.transfer, lock=True)
        # Whoever asked may take it back; refusing what one asked oneself is not possible, from neither side.
        way = in_the_way(_law_of(row), by.account.id, by.organisation.id, now, withdrawing=withdrawing)
        if way is not None or row is None:
            return obstacle(call, way or Obstacle.TRANSFER_UNKNOWN)
        await transfers.close(conn, keys, row, status, by.account.id, now, body.because)
        detail = _DETAIL.format(giving=row["giving"], receiving=row["receiving"], id=row["id"])
        entry = Entry(
            now, kind, str(row["person"]), 0, by.account.id, by.session.id, by.organisation.id,
            by.session.application, by.habilitation.role, body.purpose, body.because, policy.version, detail,
        )  # fmt: skip
        await journal.append(conn, [entry])
        return json_answer(answers.TransferClosed(status))

    return await with_action(call, Action.RELATE, body.purpose, act, writes=True)


async def listed(call: Call) -> Answer:
    """Transfers of one's organisation of late: what waits for its answer, what it asked, what became of them."""
    body = bodies.read(call, _PURPOSED)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, _, now = work
        own = by.organisation.id
        rows = await transfers.listed(conn, keys, own, MOST_LISTED, now)
        asking = {str(row["asked_by"]) for row in rows if str(row["organisation"]) == own}
        names = await agents.names(conn, keys, asking)
        told = [_told(row, by, now, names) for row in rows]
        return json_answer(answers.Transfers(await transfers.waiting(conn, own, now), tuple(told)))

    return await with_action(call, Action.RELATE, body.purpose, act, writes=False)


def _told(row: Any, by: OnDuty, now: datetime, names: Mapping[str, str]) -> answers.TransferRow:
    """What one side is told. Whom it is about, only who knows the person: who follows them, or asked after a find."""
    transfer, own = transfers.law_of(row), by.organisation.id
    gives = transfer.giving == own
    there = "receiving" if gives else "giving"
    other = Place(str(row[there]), row[f"{there}_name"])
    status = transfer.status_at(now)
    asked_here, agreed = transfer.organisation == own, status == transfers.AGREED
    knows = not agreed if gives else asked_here or agreed
    return answers.TransferRow(
        transfer=str(row["id"]),
        side="giving" if gives else "receiving",
        asked_here=asked_here,
        asked_by=names.get(str(row["asked_by"]), "") if asked_here else "",
        other=other,
        person=str(row["person"]) if knows else None,
        reason=row["reason"],
        asked_at=row["asked_at"],
        expires_at=row["expires_at"],
        status=status,
        answer=row["answer"],
        decided_at=row["decided_at"],
        answerable=in_the_way(transfer, by.account.id, own, now, withdrawing=False) is None,
        withdrawable=in_the_way(transfer, by.account.id, own, now, withdrawing=True) is None,
    )


ROUTES: Final[Routes] = {
    ("POST", "/v1/transfers/ask"): ask,
    ("POST", "/v1/transfers/agree"): agree,
    ("POST", "/v1/transfers/refuse"): refuse,
    ("POST", "/v1/transfers/withdraw"): withdraw,
    ("POST", "/v1/transfers/list"): listed,
}
