"""POST /v1/person/attachments/list and open: the documents of one's own file, after a proven identity alone.

Journaled ``own-file-read`` with the group ``attachments`` in the transaction that reads; a content is deciphered once
that entry is durable (I-01). Nobody's budget is charged. What a kind demands of agents is not asked: it is that
nobody reads a stranger's papers, and the person proved to be none within the hour.
"""

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

import msgspec

from beffroi.core.attachments import GROUP, Obstacle
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
    from collections.abc import Sequence

    import asyncpg

    from beffroi.guard.keys import Keys

_OF_FAMILY: Final = """
SELECT a.id, a.kind, a.media, a.size, a.scanned, a.added_at, (
    SELECT o.name FROM guard.journal j JOIN guard.organisation o ON o.id = j.organisation
    WHERE j.at = a.added_at AND j.kind = 'attachment-added' AND j.person = ANY ($1::uuid[])
        AND position(a.id::text IN j.detail) > 0 LIMIT 1) AS organisation_name
FROM guard.attachment a WHERE a.person = ANY ($1::uuid[]) ORDER BY a.added_at DESC, a.id
"""
"""Where it was added is what the journal says, as long as PostgreSQL holds that month of it."""
_ONE_OF_FAMILY: Final = """
SELECT a.*, p.wrapped_key, p.epoch FROM guard.attachment a JOIN guard.person p ON p.id = a.person
WHERE a.id = $1 AND a.person = ANY ($2::uuid[])
"""


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/person/attachments/list."""


class One(bodies.Strict, frozen=True):
    """Body of /v1/person/attachments/open."""

    id: bodies.PersonText


_LISTING: Final = msgspec.json.Decoder(Listing)
_ONE: Final = msgspec.json.Decoder(One)


async def listing(call: Call) -> Answer:
    """What is kept of one's own: kinds, types, sizes, days, and at which organisation; never by whom."""
    bodies.read(call, _LISTING)

    async def act(here: Present) -> Answer:
        if not await _within(call, here):
            return problems.reply(call, Fault.TOO_MANY_QUESTIONS)
        entry = await _journal(call, here, attachments="listed")
        rows = await of_family(here.conn, call.services.keys, here.person)
        return json_answer(
            OwnAttachments(entry, tuple(OwnAttachment(**{**row, "id": str(row["id"])}) for row in rows))
        )

    return await with_person(call, act, writes=True, identified=True)


async def open_one(call: Call) -> Answer:
    """Journal the reading of one document, then decipher it."""
    body, keys = bodies.read(call, _ONE), call.services.keys
    found: list[tuple[int, Any]] = []

    async def act(here: Present) -> Answer:
        if not await _within(call, here):
            return problems.reply(call, Fault.TOO_MANY_QUESTIONS)
        kin = await aliases.family(here.conn, keys, here.person)
        row = await here.conn.fetchrow(_ONE_OF_FAMILY, body.id, kin)
        if row is None:
            return problems.reply(call, Obstacle.UNKNOWN)
        found.append((await _journal(call, here, attachment=body.id, kind=row["kind"]), row))
        return json_answer({})

    answer = await with_person(call, act, writes=True, identified=True)
    if not found:
        return answer
    [(entry, row)] = found
    try:
        opened = await asyncio.to_thread(keeping.opened, keys, row)
    except (SealRefused, WrappedKeyRefused) as error:
        await report(call, error)
        return problems.reply(call, Objection.ATTACHMENT_ALTERED)
    return json_answer(OpenedAttachment(body.id, entry, opened.kind, opened.media, opened.added_at, opened.content))


async def of_family(conn: "asyncpg.Connection", keys: "Keys", person: str) -> "Sequence[asyncpg.Record]":
    """Documents under any id of this person, the last added first. Raises Forged."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(_OF_FAMILY, await aliases.family(conn, keys, person))
    return rows


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
