"""POST /v1/person-requests/correct: what a person said is wrong is put right, for the request that said so.

Decided, charged and written as any change of the file is (guard/doors/changing.py); in the same transaction the guard
keeps what it said before and says since, sealed under the person's key, and has the correspondents of the other
organisations that know the person told that something was corrected (article 19): never whose file, nor what.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import uuid4

import msgspec
from msgspec import Meta

from beffroi.core.correcting import DAY, MOST_SHOWN, SHOWN, Difference, differences, may_correct, may_correct_again
from beffroi.core.decision import Refusal
from beffroi.core.fields import NAMES, names
from beffroi.core.ids import OrganisationId, PersonId
from beffroi.core.person_rights import PURPOSE, Objection
from beffroi.core.refusals import Code
from beffroi.guard import stamped
from beffroi.guard.answers.person_rights import Corrected
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.doors import changing
from beffroi.guard.doors.answers import refused
from beffroi.guard.doors.changing import Change, Fields
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import Work
from beffroi.guard.merging import aliases
from beffroi.guard.notifying import telling
from beffroi.guard.person_rights.register import own_request, standing_of
from beffroi.guard.vault import sealing
from beffroi.guard.vault.records import Record, encode
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

TABLE: Final = "correction"
_KNOWING: Final = """
SELECT * FROM guard.relation
WHERE person = $1 AND organisation <> $2 AND kind <> 'restricted'
    AND since_at <= $3 AND (until_at IS NULL OR $3 < until_at)
"""
_OF_PERSON: Final = """
SELECT c.*, p.wrapped_key, p.epoch, o.name FROM guard.correction c
JOIN guard.person p ON p.id = c.person JOIN guard.organisation o ON o.id = c.organisation
WHERE c.person = ANY ($1::uuid[]) ORDER BY c.corrected_at DESC, c.id LIMIT $2
"""
_TODAY: Final = """
SELECT count(*) FROM guard.correction WHERE person = ANY ($1::uuid[]) AND organisation = $2 AND corrected_at > $3
"""
_ELSEWHERE: Final = """
SELECT * FROM (
    SELECT c.*, o.name, coalesce(a.survivor, c.person) AS stands,
        row_number() OVER (PARTITION BY coalesce(a.survivor, c.person) ORDER BY c.corrected_at DESC, c.id) AS nth
    FROM guard.correction c
    JOIN guard.organisation o ON o.id = c.organisation
    LEFT JOIN guard.person_alias a ON a.person = c.person AND a.ended_at IS NULL
    WHERE c.corrected_at > $2 AND c.organisation <> $1 AND EXISTS (
        SELECT FROM guard.relation r WHERE r.person = coalesce(a.survivor, c.person) AND r.organisation = $1
            AND r.kind <> 'restricted' AND r.since_at <= $3 AND (r.until_at IS NULL OR $3 < r.until_at))
) f ORDER BY f.nth, f.corrected_at DESC, f.id LIMIT $4
"""
"""Files that went into another stand where that one does; one that went on from there is of nobody's list.

The last correction of everybody comes before the last but one of anybody: many of one person push nobody out.
"""


class Correction(bodies.Strict, frozen=True):
    """Body: whole groups as for an update, the request that asked for it, and whose it is."""

    request: bodies.PersonText
    person: bodies.PersonText
    fields: Fields
    expected_version: Annotated[int, Meta(ge=1, le=2_147_483_647)] | None = None
    distinct_from: Annotated[tuple[bodies.PersonText, ...], Meta(max_length=5)] = ()


class Kept(msgspec.Struct, frozen=True):
    """One field that was corrected, as it is sealed."""

    group: str
    field: str
    before: object
    after: object

    def __repr__(self) -> str:
        return "Kept(«redacted»)"


_CORRECTION: Final = msgspec.json.Decoder(Correction)
_KEPT: Final = msgspec.json.Decoder(tuple[Kept, ...])


async def correct(call: Call) -> Answer:
    """Replace groups of the file and keep what they said; refused where nothing would change."""
    body, caller = bodies.read(call, _CORRECTION), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    keys, policy, person = call.services.keys, call.services.policy, PersonId(body.person)
    change = Change(body.person, PURPOSE, body.fields, body.expected_version, body.distinct_from)
    stopped: list[Objection] = []

    async def also(
        conn: Any, granted: Granted, records: dict[str, Record | None], at: datetime
    ) -> Fault | Refusal | None:
        stopped.clear()
        organisation = granted.agent.organisation.id
        try:
            row = await own_request(conn, keys, body.request, person, organisation)
            way = Objection.UNKNOWN if row is None else may_correct(row["article"], standing_of(row))
            if way is None:
                held = await _held(conn, person, records)
                if held is None:
                    return Refusal(Code.PERSON_UNKNOWN)
                kept = _changed(keys, person, held, records)
                way = await _again(conn, keys, person, organisation, at) if kept else Objection.NOTHING
                if way is None:
                    await _keep(Work(conn, keys, policy, at), person, held, kept, body.request, granted)
        except stamped.Forged:
            return Refusal(Code.INTEGRITY)
        if way is not None:
            stopped.append(way)
            return Fault.VERSION_CONFLICT
        return None

    answer = await changing.replace(call, caller, change, kind="corrected", also=also)
    return problems.reply(call, stopped[0]) if stopped else answer


async def _held(conn: Any, person: PersonId, groups: dict[str, Record | None]) -> "Row | None":
    columns = ", ".join(("wrapped_key", "epoch", *groups))
    row: Row | None = await conn.fetchrow(f"SELECT {columns} FROM guard.person WHERE id = $1 FOR UPDATE", person)
    return row


async def _again(conn: Any, keys: "Keys", person: PersonId, organisation: str, at: datetime) -> Objection | None:
    """Counted while the person's row is locked. Raises Forged."""
    kin = await aliases.family(conn, keys, person)
    return may_correct_again(await conn.fetchval(_TODAY, kin, organisation, at - DAY))


def _changed(keys: "Keys", person: PersonId, held: "Row", records: dict[str, Record | None]) -> list[Kept]:
    """Every field that the file will say otherwise. Raises SealRefused, WrappedKeyRefused."""
    sealed = [(name, held[name]) for name in records]
    opened = sealing.open_groups(keys, sealing.owner_bytes(person), held["wrapped_key"], held["epoch"], sealed)
    found = []
    for name, record in records.items():
        before = msgspec.json.decode(opened[name]) if name in opened else {}
        after = {} if record is None else msgspec.json.decode(encode(record))
        found += [Kept(name, *one) for one in differences(before, after)]
    return found


async def _keep(work: Work, person: PersonId, held: "Row", kept: list[Kept], request: str, granted: Granted) -> None:
    agent, id_ = granted.agent, str(uuid4())
    owner, clear = sealing.owner_bytes(person), msgspec.json.encode(kept)
    sealed = sealing.seal_for(work.keys, owner, held["wrapped_key"], held["epoch"], _label(id_), clear)
    mask = 0
    for one in kept:
        mask |= int(NAMES[one.group])
    row = {
        "id": id_, "person": person, "request": request, "organisation": agent.organisation.id, "groups": mask,
        "corrected_by": agent.account.id, "corrected_at": work.now, "sealed": sealed, "version": 1,
    }  # fmt: skip
    await stamped.insert(work.conn, work.keys, TABLE, row)
    places = {
        OrganisationId(str(one["organisation"]))
        for one in await work.conn.fetch(_KNOWING, person, agent.organisation.id, work.now)
        if stamped.genuine(work.keys, "relation", one)
    }
    await telling.corrected(work, id_, places)


async def of_person(conn: Any, keys: "Keys", person: PersonId, most: int) -> list[tuple["Row", tuple[Kept, ...]]]:
    """Corrections of any id of a person, the last first, opened; for that person alone.

    Raises Forged, SealRefused, WrappedKeyRefused.
    """
    found = []
    for row in await conn.fetch(_OF_PERSON, await aliases.family(conn, keys, person), most):
        stamped.genuine(keys, TABLE, row)
        owner = sealing.owner_bytes(str(row["person"]))
        clear = sealing.unseal_for(
            keys, owner, row["wrapped_key"], row["epoch"], _label(str(row["id"])), row["sealed"]
        )
        found.append((row, _KEPT.decode(clear)))
    return found


async def elsewhere(work: Work, organisation: str) -> tuple[Corrected, ...]:
    """Corrections by others of files of people whom this organisation knows now; the last first.

    A row that is not genuine is left out, and reported.
    """
    rows = await work.conn.fetch(_ELSEWHERE, organisation, work.now - SHOWN, work.now, MOST_SHOWN)
    told = [
        Corrected(str(row["stands"]), row["name"], names(row["groups"]), row["corrected_at"])
        for row in rows
        if stamped.is_genuine(work.keys, TABLE, row)
    ]
    return tuple(sorted(told, key=lambda one: one.at, reverse=True))


def _label(id_: str) -> str:
    return f"correction/{id_}"


ROUTES: Final[Routes] = {("POST", "/v1/person-requests/correct"): correct}
assert Difference._fields == Kept.__struct_fields__[1:]
