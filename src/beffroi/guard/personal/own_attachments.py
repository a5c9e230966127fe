"""POST /v1/person/attachments/list and open: the documents of one's own file, after a proven identity alone.

Journaled ``own-file-read`` with the group ``attachments`` in the transaction that finds them; a content is read and
deciphered once that entry is durable (I-01). Nobody's budget is charged. What a kind demands of agents protects the
papers of others; it is not asked of whoever proved within the hour that these are their own.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from beffroi.core.attachments import GROUP, Obstacle
from beffroi.core.ids import PersonId
from beffroi.core.personal import Objection
from beffroi.guard.answers.attachments import OpenedAttachment
from beffroi.guard.answers.personal import OwnAttachment, OwnAttachments
from beffroi.guard.attachments import keeping
from beffroi.guard.journal import Entry, append
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.merging import aliases
from beffroi.guard.personal.presence import Present, with_person
from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.integrity import report
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

Kin = tuple[PersonId, ...]
Rows = Sequence[Any]
_ADDED_BY: Final = """
SELECT a.id, o.name FROM unnest($1::uuid[], $2::timestamptz[]) AS a (id, at)
JOIN guard.journal j ON j.at = a.at AND j.kind = 'attachment-added' AND j.person = ANY ($3::uuid[])
    AND position(a.id::text IN j.detail) > 0
JOIN guard.organisation o ON o.id = j.organisation
"""
"""What the journal says, as long as PostgreSQL holds that month of it."""


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/person/attachments/list."""


class One(bodies.Strict, frozen=True):
    """Body of /v1/person/attachments/open."""

    id: bodies.PersonText


_LISTING: Final = msgspec.json.Decoder(Listing)
_ONE: Final = msgspec.json.Decoder(One)


async def listing(call: Call) -> Answer:
    """What is kept of one's own: kinds, types, sizes, days, and at which organisation; never by whom.

    The organisations are looked up in the journal outside the turn: decisions do not wait for it.
    """
    bodies.read(call, _LISTING)
    services = call.services
    found: list[tuple[int, Kin, Rows]] = []

    async def act(here: Present) -> Answer:
        if not await _within(call, here):
            return problems.reply(call, Fault.TOO_MANY_QUESTIONS)
        entry = await _journal(call, here, attachments="listed")
        kin = await aliases.family(here.conn, services.keys, here.person)
        found.append((entry, kin, await keeping.listed(here.conn, services.keys, here.person)))
        return json_answer({})

    answer = await with_person(call, act, writes=True, identified=True)
    if not found:
        return answer
    [(entry, kin, rows)] = found
    async with services.pool.acquire() as conn:
        places = await _added_by(conn, kin, rows)
    told = tuple(
        OwnAttachment(
            str(row["id"]), row["kind"], row["media"], row["size"], row["scanned"], row["added_at"],
            places.get(row["id"]),
        )
        for row in rows
    )  # fmt: skip
    return json_answer(OwnAttachments(entry, told))


async def open_one(call: Call) -> Answer:
    """Journal the reading of one document, then read and decipher it.

    Removed by then, it is there no longer.
    """
    body, services = bodies.read(call, _ONE), call.services
    keys, found = services.keys, list[tuple[int, Any]]()

    async def act(here: Present) -> Answer:
        if not await _within(call, here):
            return problems.reply(call, Fault.TOO_MANY_QUESTIONS)
        place = await keeping.place(here.conn, keys, body.id, here.person)
        if place is None:
            return problems.reply(call, Obstacle.UNKNOWN)
        file = str(place["person"])
        lies = {} if file == here.person else {"file": file}
        found.append((await _journal(call, here, attachment=body.id, kind=place["kind"], **lies), place))
        return json_answer({})

    answer = await with_person(call, act, writes=True, identified=True)
    if not found:
        return answer
    [(entry, place)] = found
    try:
        opened = await keeping.opened(services.pool, keys, body.id, PersonId(str(place["person"])), place["kind"])
    except (SealRefused, WrappedKeyRefused) as error:
        await report(call, error)
        return problems.reply(call, Objection.ATTACHMENT_ALTERED)
    if opened is None:
        return problems.reply(call, Obstacle.UNKNOWN)
    return json_answer(OpenedAttachment(body.id, entry, opened.kind, opened.media, opened.added_at, opened.content))


async def _added_by(conn: "asyncpg.Connection", kin: Kin, rows: Rows) -> dict[UUID, str]:
    """Names of the organisations that added these."""
    told = await conn.fetch(_ADDED_BY, [row["id"] for row in rows], [row["added_at"] for row in rows], kin)
    return {row["id"]: row["name"] for row in told}


async def _within(call: Call, here: Present) -> bool:
    return await attempts.within(here.conn, call.services.keys, Limit.OWN_ATTACHMENTS, here.person, here.now)


async def _journal(call: Call, here: Present, **said: str) -> int:
    entry = Entry(
        here.now, "own-file-read", here.person, GROUP, session=here.id, application=here.session["application"],
        policy=call.services.policy.version, detail=json.dumps(said, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip
    return (await append(here.conn, [entry]))[0]


ROUTES: Final[Routes] = {
    ("POST", "/v1/person/attachments/list"): listing,
    ("POST", "/v1/person/attachments/open"): open_one,
}
