"""POST /v1/restrictions/begin, lift, list: a person has the use of their file restricted, and is told before it ends.

Beginning is decided and charged as a change of relations: of somebody whom the organisation does not know it answers
as of nobody. A restriction is its organisation's: that one alone lifts it, unless it closed (:mod:`.orphans`).

A restriction is a row and a relation. Where one of the two was taken away behind the guard, beginning it again makes
it whole, so that it can always be lifted.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.ids import EntryNumber, OrganisationId, PersonId, PurposeCode
from beffroi.core.person_rights import MOVES, PURPOSE, Article, State
from beffroi.core.person_rights import Objection as OfRequest
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.core.restricting import Objection, may_begin, may_lift, restricting, stale
from beffroi.guard import stamped
from beffroi.guard.answers import restricting as answers
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.decisions.facts import PARIS, clock_at
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Refused, Work, with_action
from beffroi.guard.journal import Entry, append
from beffroi.guard.merging import aliases
from beffroi.guard.merging.forgetting import run_on
from beffroi.guard.relating import relations
from beffroi.guard.relating.prescribing import begins
from beffroi.guard.restricting import orphans
from beffroi.guard.restricting.bodies import Beginning, Lifting, Nothing
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

TABLE: Final = "restriction"
MOST_LISTED: Final = 500
_BEGINNING: Final = msgspec.json.Decoder(Beginning)
_LIFTING: Final = msgspec.json.Decoder(Lifting)
_NOTHING: Final = msgspec.json.Decoder(Nothing)
_ASKED: Final = """
SELECT * FROM guard.person_request WHERE person = ANY ($1::uuid[]) AND organisation = $2 AND article = $3
    AND (id = $4 OR ($4 IS NULL AND state NOT IN ('received', 'answered', 'refused')))
ORDER BY registered_at DESC, id LIMIT 1
"""
_OPEN: Final = """
SELECT * FROM guard.restriction WHERE person = $1 AND organisation = $2 AND lifted_at IS NULL FOR UPDATE
"""
_LIST: Final = """
SELECT * FROM guard.restriction WHERE organisation = $1 ORDER BY lifted_at IS NOT NULL, since_at DESC, id LIMIT $2
"""


async def begin(call: Call) -> Answer:
    """Restrict the use of a file, at the person's request."""
    body, caller = bodies.read(call, _BEGINNING), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, policy, person = call.services.keys, call.services.policy, PersonId(body.person)
    question = Request(Action.UPDATE, caller.application, PurposeCode(PURPOSE), person, 0, None)
    stopped: list[Objection | OfRequest] = []
    made: list[tuple[str, datetime]] = []

    async def effect(conn: Any, granted: Granted, at: datetime) -> EntryNumber | Fault | Refusal:
        stopped.clear()
        agent = granted.agent
        try:
            standing = await relations.live(conn, keys, person, agent.organisation.id, relations.RESTRICTED, at)
            row = await conn.fetchrow(_OPEN, person, agent.organisation.id)
            if row is not None:
                stamped.genuine(keys, TABLE, row)
            whole = standing is not None and row is not None
            way: Objection | OfRequest | None = may_begin(body.ground, standing=whole)
            asked = way or await _asked(conn, keys, person, agent.organisation.id, body.request)
            if isinstance(asked, Objection | OfRequest):
                stopped.append(asked)
                return Fault.VERSION_CONFLICT
            if row is None:
                row = {
                    "id": str(uuid4()), "person": person, "organisation": agent.organisation.id,
                    "ground": body.ground, "request": asked, "since_at": at, "decided_by": agent.account.id,
                    "told_at": None, "lifted_at": None, "lifted_by": None, "version": 1,
                }  # fmt: skip
                await stamped.insert(conn, keys, TABLE, row)
            if standing is None:
                await relations.begin(
                    conn, keys, person, agent.organisation.id, relations.RESTRICTED, referent=None, at=at
                )
        except stamped.Forged:
            return Refusal(Code.INTEGRITY)
        entry = Entry(
            at, "person-restricted", person, 0, agent.account.id, agent.session.id, agent.organisation.id,
            caller.application, agent.habilitation.role, PURPOSE, row["ground"], policy.version, _detail(row),
        )  # fmt: skip
        made[:] = [(str(row["id"]), row["since_at"])]
        return EntryNumber((await append(conn, [entry]))[0])

    outcome = await call.services.worker.decide(
        question, caller.handle_hash, caller.client_hash, kind="person-restricted", effect=effect, law=restricting
    )
    if stopped:
        return problems.reply(call, stopped[0])
    if not isinstance(outcome, Granted):
        return denial(call, outcome)
    return json_answer(answers.RestrictionBegun(*made[0], outcome.entry or 0), 201)


async def _asked(
    conn: "asyncpg.Connection", keys: "Keys", person: PersonId, organisation: OrganisationId, request: str | None
) -> str | OfRequest | None:
    """The person's own request that the restriction answers; the one under way where none is named. Raises Forged."""
    kin = await aliases.family(conn, keys, person)
    row = await conn.fetchrow(_ASKED, kin, organisation, Article.RESTRICTION.value, request)
    if row is None:
        return None if request is None else OfRequest.UNKNOWN
    state = State(stamped.genuine(keys, "person_request", row)["state"])
    if not MOVES[state] or state is State.RECEIVED:  # closed, or not known to be theirs
        return OfRequest.MOVE
    return str(row["id"])


def _detail(row: "Row", **more: str) -> str:
    said = (
        {"restriction": str(row["id"])} | ({} if row["request"] is None else {"request": str(row["request"])}) | more
    )
    return json.dumps(said, separators=(",", ":"), sort_keys=True)


async def lift(call: Call) -> Answer:
    """End a restriction of one's organisation, or of one that closed, of which the person was told before."""
    body = bodies.read(call, _LIFTING)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, policy, now = work
        short = stale(by.session, clock_at(now), policy)
        if short is not None:
            raise Refused(short)
        row = await conn.fetchrow("SELECT * FROM guard.restriction WHERE id = $1 FOR UPDATE", body.restriction)
        if row is None or row["lifted_at"] is not None:
            return problems.reply(call, Objection.UNKNOWN)
        decided_by = OrganisationId(str(row["organisation"]))
        own = decided_by == by.organisation.id
        if not own and not await orphans.among(work, by.organisation.id, [row]):
            return problems.reply(call, Objection.UNKNOWN)
        stamped.genuine(keys, TABLE, row)
        way = may_lift(_day(row["since_at"]), body.told_on, _day(now))
        if way is not None:
            return problems.reply(call, way)
        person = PersonId(str(row["person"]))
        live = await relations.live(conn, keys, person, decided_by, relations.RESTRICTED, now)
        if live is not None:
            await relations.end(conn, keys, live, now)
            await run_on(conn, keys, person, min(row["since_at"], live["since_at"]), now)
        await stamped.amend(
            conn, keys, TABLE, row, told_at=begins(body.told_on), lifted_at=now, lifted_by=by.account.id
        )
        entry = Entry(
            now, "person-restriction-lifted", person, 0, by.account.id, by.session.id, by.organisation.id,
            by.session.application, by.habilitation.role, PURPOSE, row["ground"], policy.version,
            _detail(row) if own else _detail(row, decided_by=decided_by),
        )  # fmt: skip
        await append(conn, [entry])
        return json_answer(answers.RestrictionLifted(now))

    return await with_action(call, Action.UPDATE, PURPOSE, act, writes=True)


async def listed(call: Call) -> Answer:
    """What one's organisation restricted, those under way first; then what closed ones left of people it follows."""
    bodies.read(call, _NOTHING)

    async def act(work: Work, by: OnDuty) -> Answer:
        rows = [
            row for row in await work.conn.fetch(_LIST, by.organisation.id, MOST_LISTED)
            if stamped.is_genuine(work.keys, TABLE, row)
        ]  # fmt: skip
        stands = await aliases.standing(work.conn, work.keys, [str(row["person"]) for row in rows])
        left = await orphans.listed(work, by.organisation.id)
        told = [_told(row, stands) for row in rows] + [_told(row, {}, name) for row, name in left]
        return json_answer(answers.Restrictions(tuple(told)))

    return await with_action(call, Action.UPDATE, PURPOSE, act, writes=False)


def _told(row: "Row", stands: Mapping[str, str], closed: str | None = None) -> answers.Restriction:
    person = str(row["person"])
    return answers.Restriction(
        str(row["id"]), stands.get(person, person), row["ground"],
        None if row["request"] is None else str(row["request"]), row["since_at"],
        None if row["told_at"] is None else _day(row["told_at"]), row["lifted_at"], closed,
    )  # fmt: skip


def _day(at: datetime) -> Any:
    return at.astimezone(PARIS).date()


ROUTES: Final[Routes] = {
    ("POST", "/v1/restrictions/begin"): begin,
    ("POST", "/v1/restrictions/lift"): lift,
    ("POST", "/v1/restrictions/list"): listed,
}
