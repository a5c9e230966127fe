"""POST /v1/merges/preview, make, undo, list: two files of one person made one, and made two again.

Everything changes in one transaction, under the turn: groups, notes, relations, the blind indexes by which searches
find somebody. The id of the file that goes answers everywhere as one that nobody knows, from then on. Its
attachments stay under it, and are found from the file that stays (guard/attachments).
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import msgspec

from beffroi.core.decision import Entitlement, Refusal
from beffroi.core.facts import Facts, Request
from beffroi.core.fields import NAMES
from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.merging import (
    UNDO,
    bringing,
    in_the_way,
    merged_groups,
    merged_ties,
    merging,
    paid_for,
    parted_groups,
    parted_ties,
)  # fmt: skip
from beffroi.core.policy import Action, Policy
from beffroi.core.relating import Obstacle
from beffroi.guard import journal, stamped
from beffroi.guard.answers import merging as answers
from beffroi.guard.answers.shape import Place
from beffroi.guard.attachments import keeping
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.decisions.facts import clock_at
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Work, with_action
from beffroi.guard.journal import Entry
from beffroi.guard.merging import aliases, files
from beffroi.guard.merging.bodies import Comparing, Merging, OneMerge, Purposed
from beffroi.guard.merging.files import WRITTEN, Held
from beffroi.guard.personal import invitations, presence_codes
from beffroi.guard.personal import sessions as personal
from beffroi.guard.relating.commanding import Change, Doing, carry_out, obstacle, question, refusal
from beffroi.guard.vault import people
from beffroi.guard.vault.agents import names
from beffroi.guard.vault.records import RecordRefused
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

_COMPARING: Final = msgspec.json.Decoder(Comparing)
_MERGING: Final = msgspec.json.Decoder(Merging)
_ONE: Final = msgspec.json.Decoder(OneMerge)
_PURPOSED: Final = msgspec.json.Decoder(Purposed)
MOST_LISTED: Final = 200
_NAMES: Final = "SELECT id, name FROM guard.organisation WHERE id = ANY ($1::uuid[])"
_MERGE: Final = "SELECT * FROM guard.person_alias WHERE id = $1"
_LIST: Final = """
SELECT * FROM guard.person_alias WHERE organisation = $1 AND merged_at > $2
ORDER BY merged_at DESC, id LIMIT $3
"""
_BOUND: Final = "SELECT count(DISTINCT subject_index) FROM guard.person_binding WHERE person = ANY ($1::uuid[])"
_FOUND: Final = "SELECT * FROM guard.reach WHERE person = $1 AND found_day > 0 FOR UPDATE"
_NOT_FOUND: Final = "UPDATE guard.reach SET found_day = 0, version = $3, mac = $4 WHERE account = $1 AND person = $2"
_SESSIONS: Final = (
    "SELECT * FROM guard.person_session WHERE person = ANY ($1::uuid[]) AND revoked_at IS NULL ORDER BY id FOR UPDATE"
)
_TRANSFER: Final = """
SELECT EXISTS (SELECT FROM guard.transfer
    WHERE person = $1 AND giving = $2 AND status = 'asked' AND expires_at > $3)
"""
"""Whether somebody is still to say whether this office gives the file away: nobody could any more."""
_FORGET: Final = "DELETE FROM guard.merge_kept WHERE merge = $1"


async def preview(call: Call) -> Answer:
    """Which relations would come to the file that stays: a question of the hour."""
    body, caller = _two(bodies.read(call, _COMPARING)), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    asked = await question(call, caller, PurposeCode(body.purpose))
    if not isinstance(asked, Granted):
        return denial(call, asked)
    stays, goes = PersonId(body.stays), PersonId(body.goes)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, _, now = work
        ties = await files.ties_of(conn, keys, [stays, goes], now, lock=False)
        way = in_the_way(by.organisation.id, ties[stays], ties[goes])
        if way is None and await _two_identities(conn, keys, stays, goes):
            way = Obstacle.TWO_IDENTITIES
        if way is not None:
            return obstacle(call, way)
        places = {str(row["id"]): row["name"] for row in await conn.fetch(_NAMES, [key[0] for key in ties[goes]])}
        moving = [
            answers.Moving(Place(place, places.get(place, "")), kind, tie.until_at, (place, kind) in ties[stays])
            for (place, kind), tie in ties[goes].items()
        ]
        return json_answer(answers.MergePreview(tuple(moving), UNDO.days))

    return await with_action(call, Action.RELATE, body.purpose, act, writes=False)


async def make(call: Call) -> Answer:
    """Make one file of two that one's office follows, both as they were compared."""
    body, caller = _two(bodies.read(call, _MERGING)), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, policy = call.services.keys, call.services.policy
    stays, goes, chosen = PersonId(body.stays), PersonId(body.goes), tuple(dict.fromkeys(body.take))
    made: list[tuple[str, datetime]] = []
    judged: list[tuple[Request, Facts, Policy]] = []

    def law(request: Request, facts: Facts, in_force: Policy) -> Entitlement | Refusal:
        judged[:] = [(request, facts, in_force)]
        return merging(request, facts, in_force, chosen=_mask(chosen))

    async def act(doing: Doing) -> Obstacle | Refusal | Mapping[str, Any]:
        conn, granted, now = doing
        held = await files.both(conn, keys, stays, goes, now)
        if held is None:
            return Obstacle.OTHER_FILE_UNKNOWN
        one, other = held
        way = in_the_way(granted.agent.organisation.id, one.file.ties, other.file.ties)
        if way is not None:
            return way
        account, role = granted.agent.account.id, policy.roles[granted.agent.habilitation.role]
        reaches = [await files.reach_of(conn, keys, account, person) for person in (stays, goes)]
        if not all(paid_for(reach, account, role, clock_at(now)) for reach in reaches):
            return Obstacle.NOT_COMPARED
        if (one.version, other.version) != (body.stays_version, body.goes_version):
            return Obstacle.FILE_CHANGED
        if await _two_identities(conn, keys, stays, goes):
            return Obstacle.TWO_IDENTITIES
        if await conn.fetchval(_TRANSFER, goes, granted.agent.organisation.id, now):
            return Obstacle.TRANSFER_WAITING
        try:
            taken = _taken(one.file.groups, other.file.groups, chosen)
        except RecordRefused:
            return Obstacle.NOTES_TOO_LONG
        kinds = await keeping.kinds(conn, keys, goes)
        short = bringing(*judged[0], groups=_mask(taken), kinds=kinds)
        if short is not None:
            return short
        merge, agent = str(uuid4()), granted.agent
        detail = {"goes": goes, "merge": merge, "stays": stays}
        entry = partial(
            Entry, now, account=agent.account.id, session=agent.session.id, organisation=agent.organisation.id,
            application=caller.application, role=agent.habilitation.role, purpose=PurposeCode(body.purpose),
            policy=policy.version, detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
        )  # fmt: skip
        await files.keep(conn, keys, merge, one, other, chosen)
        if taken:
            written = entry("updated", stays, _mask(taken))
            await people.update(conn, keys, stays, files.records(taken), entry=written, joining=True)
        for key, tie in merged_ties(one.file.ties, other.file.ties, now).items():
            await files.write_tie(conn, keys, stays, key, tie)
        for key, tie in other.file.ties.items():
            await files.write_tie(conn, keys, goes, key, tie._replace(until_at=now))
        await files.index(conn, keys, goes, {}, now)
        await _not_found(conn, keys, goes)
        await _end_space(conn, keys, [goes], now)
        row = {
            "id": merge, "person": goes, "survivor": stays, "organisation": agent.organisation.id,
            "merged_by": agent.account.id, "merged_at": now, "undo_until": now + UNDO, "ended_at": None,
            "ended_by": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, keys, aliases.TABLE, row)
        await journal.append(conn, [entry("merged", goes)])
        made[:] = [(merge, now + UNDO)]
        return detail

    came = await carry_out(call, caller, Change("merged", stays, PurposeCode(body.purpose)), law, act)
    if not isinstance(came, Granted):
        return refusal(call, came)
    merge, undo_until = made[0]
    return json_answer(answers.Merged(merge, came.entry or 0, undo_until), 201)


def _two(body: Any) -> Any:
    if body.stays == body.goes:
        raise Malformed("$.goes", "another file than the one that stays")
    return body


def _mask(names: Iterable[str]) -> int:
    return sum(int(NAMES[name]) for name in names)


def _taken(stays: Mapping[str, bytes], goes: Mapping[str, bytes], chosen: tuple[str, ...]) -> dict[str, bytes | None]:
    """Groups of the file that stays, as it takes them. Raises RecordRefused."""
    taken: dict[str, bytes | None] = dict(merged_groups(stays, _apart(goes), chosen))
    for name in sorted(WRITTEN & goes.keys()):
        becomes = files.joined_group(name, stays.get(name), goes[name], chosen=name in chosen)
        if becomes != stays.get(name):
            taken[name] = becomes
    return taken


def _apart(groups: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: clear for name, clear in groups.items() if name not in WRITTEN}


async def _two_identities(conn: "asyncpg.Connection", keys: "Keys", stays: PersonId, goes: PersonId) -> bool:
    """Whether the State vouched for two people: each file is bound to a subject of its own."""
    kin = {*await aliases.family(conn, keys, stays), *await aliases.family(conn, keys, goes)}
    bound: int = await conn.fetchval(_BOUND, sorted(kin))
    return bound > 1


async def _not_found(conn: "asyncpg.Connection", keys: "Keys", person: PersonId) -> None:
    """Forget that a search of today found this file: without relation it is then as one that nobody knows."""
    for row in await conn.fetch(_FOUND, person):
        stamped.genuine(keys, "reach", row)
        after = {**dict(row), "found_day": 0, "version": row["version"] + 1}
        mac = keys.authenticator.stamp_row("reach", after)
        await conn.execute(_NOT_FOUND, row["account"], person, after["version"], mac)


async def _end_space(conn: "asyncpg.Connection", keys: "Keys", people_: list[PersonId], now: datetime) -> None:
    """Whose file people see in their own space has changed: they sign in again, and codes they have serve no more."""
    for person in people_:
        await invitations.end_all(conn, keys, person, now, "file-changed")
        await presence_codes.end_all(conn, keys, person, now)
    for row in await conn.fetch(_SESSIONS, people_):
        await personal.revoke(conn, keys, row, now, "file-changed")


async def undo(call: Call) -> Answer:
    """Make two files again of what one's office made one; what was written since stays with the one that stayed."""
    body, caller = bodies.read(call, _ONE), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    keys, policy = call.services.keys, call.services.policy
    seen: list[tuple[PersonId, PersonId]] = []

    async def look(work: Work, by: OnDuty) -> Answer:
        row = await _merge(work.conn, keys, body.merge, by.organisation.id, lock=False)
        way = _closed(row, work.now)
        if way is not None or row is None:
            return obstacle(call, way or Obstacle.MERGE_UNKNOWN)
        seen.append((PersonId(str(row["survivor"])), PersonId(str(row["person"]))))
        return json_answer(None)

    looked = await with_action(call, Action.RELATE, body.purpose, look, writes=False)
    if not seen:
        return looked
    stays, goes = seen[0]

    async def act(doing: Doing) -> Obstacle | Mapping[str, Any]:
        conn, granted, now = doing
        agent = granted.agent
        row = await _merge(conn, keys, body.merge, agent.organisation.id, lock=True)
        way = _closed(row, now)
        held = await files.both(conn, keys, stays, goes, now)
        if way is not None or row is None or held is None:
            return way or Obstacle.MERGE_UNKNOWN
        one, other = held
        kept = await files.kept_of(conn, keys, body.merge, one)
        if kept is None:
            return Obstacle.MERGE_CLOSED
        detail = {"goes": goes, "merge": body.merge, "stays": stays}
        entry = partial(
            Entry, now, account=agent.account.id, session=agent.session.id, organisation=agent.organisation.id,
            application=caller.application, role=agent.habilitation.role, purpose=PurposeCode(body.purpose),
            policy=policy.version, detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
        )  # fmt: skip
        back = _back(one, other, kept)
        if back:
            written = entry("updated", stays, _mask(back))
            await people.update(conn, keys, stays, files.records(back), entry=written, joining=True)
        stayed, again = parted_ties(files.law_of(kept.stays), files.law_of(kept.goes), one.file.ties, now)
        for key, tie in stayed.items():
            await files.write_tie(conn, keys, stays, key, tie)
        for key, tie in again.items():
            await files.write_tie(conn, keys, goes, key, tie)
        await files.index(conn, keys, goes, other.file.groups, now)
        # A code of the time when they were one may be in the hands of either, if they were two people all along.
        await _end_space(conn, keys, [stays, goes], now)
        await stamped.amend(conn, keys, aliases.TABLE, row, ended_at=now, ended_by=agent.account.id)
        await conn.execute(_FORGET, body.merge)
        await journal.append(conn, [entry("unmerged", goes)])
        return detail

    came = await carry_out(
        call, caller, Change("unmerged", stays, PurposeCode(body.purpose)), partial(merging, chosen=0), act
    )
    if not isinstance(came, Granted):
        return refusal(call, came)
    return json_answer(answers.Unmerged(stays, goes, came.entry or 0))


def _back(one: Held, other: Held, kept: files.Kept) -> dict[str, bytes | None]:
    """Groups of the file that stayed, as they become when the two are parted."""
    before = {name: text.encode() for name, text in kept.before.items()}
    present, goes = one.file.groups, other.file.groups
    taken = merged_groups(before, _apart(goes), kept.chosen)
    back: dict[str, bytes | None] = parted_groups(before, taken, present)
    for name in sorted(WRITTEN & goes.keys()):
        left = files.parted_group(
            name, before.get(name), goes[name], present.get(name), chosen=name in kept.chosen
        )  # fmt: skip
        if left != present.get(name):
            back[name] = left
    return back


async def _merge(
    conn: "asyncpg.Connection", keys: "Keys", merge: str, organisation: str, *, lock: bool
) -> "Row | None":
    """A merge that this organisation made; another's is as one that was never made. Raises Forged."""
    row = await conn.fetchrow(f"{_MERGE}{' FOR UPDATE' if lock else ''}", merge)
    if row is None or str(row["organisation"]) != organisation:
        return None
    return stamped.genuine(keys, aliases.TABLE, row)


def _closed(row: "Row | None", now: datetime) -> Obstacle | None:
    if row is None:
        return Obstacle.MERGE_UNKNOWN
    return None if row["ended_at"] is None and now < row["undo_until"] else Obstacle.MERGE_CLOSED


async def listed(call: Call) -> Answer:
    """What one's organisation made one of late: for as long as it can be undone, and as long again."""
    body = bodies.read(call, _PURPOSED)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, _, now = work
        rows = [
            row for row in await conn.fetch(_LIST, by.organisation.id, now - 2 * UNDO, MOST_LISTED)
            if stamped.is_genuine(keys, aliases.TABLE, row)
        ]  # fmt: skip
        who = await names(conn, keys, {str(row["merged_by"]) for row in rows})
        told = [
            answers.MergeRow(
                str(row["id"]), str(row["survivor"]), str(row["person"]), who.get(str(row["merged_by"]), ""),
                row["merged_at"], row["undo_until"], row["ended_at"], _closed(row, now) is None,
            )
            for row in rows
        ]  # fmt: skip
        return json_answer(answers.Merges(tuple(told)))

    return await with_action(call, Action.RELATE, body.purpose, act, writes=False)


ROUTES: Final[Routes] = {
    ("POST", "/v1/merges/preview"): preview,
    ("POST", "/v1/merges/make"): make,
    ("POST", "/v1/merges/undo"): undo,
    ("POST", "/v1/merges/list"): listed,
}
