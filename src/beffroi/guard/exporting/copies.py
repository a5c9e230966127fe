"""Copies: the row that a mark leads to, written before the file leaves; how many were made of what was agreed to."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.core.approvals import State
from beffroi.core.exporting import Hindrance, in_the_way
from beffroi.core.fields import mask_of, names
from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.marks import new_mark
from beffroi.guard import journal, stamped
from beffroi.guard.approvals import making
from beffroi.guard.duties import OnDuty, Work, entry_of
from beffroi.guard.exporting.requests import CODE
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

_REQUEST: Final = "SELECT * FROM guard.request WHERE id = $1 AND kind = $2 AND requester = $3 AND organisation = $4"
"""Of somebody else, or of another office of one's own: there is none."""
_MINE: Final = """
SELECT * FROM guard.request WHERE kind = $1 AND requester = $2 AND organisation = $3
ORDER BY created_at DESC, id LIMIT 50
"""
_MADE: Final = "SELECT request, count(*) AS copies FROM guard.export_copy WHERE request = ANY ($1::uuid[]) GROUP BY 1"
_MARKED: Final = """
SELECT c.*, o.name AS organisation_name FROM guard.export_copy c JOIN guard.organisation o ON o.id = c.organisation
WHERE c.mark = $1
"""


class Wanted(NamedTuple):
    """What a copy will hold: whom, which groups, what for; the request that was agreed to, where one was needed."""

    purpose: PurposeCode
    groups: int
    reason: str
    people: tuple[PersonId, ...]
    request: str | None


async def is_own(work: Work, by: OnDuty, identifier: str) -> bool:
    """Whether this is a request for a file, made by oneself at this office; of any other, nothing is told."""
    return await work.conn.fetchrow(_REQUEST, identifier, CODE, by.account.id, by.organisation.id) is not None


async def agreed(work: Work, by: OnDuty, identifier: str) -> Wanted | Hindrance:
    """What one's own request holds, when a copy of it may be handed out now. Raises Forged or SealRefused."""
    row = await work.conn.fetchrow(_REQUEST, identifier, CODE, by.account.id, by.organisation.id)
    if row is None:
        return Hindrance.UNKNOWN
    asked = await making.read(work, row)
    hindrance = in_the_way(agreed_at(row), (await made(work.conn, [identifier]))[identifier], work.now, work.policy)
    if hindrance is not None:
        return hindrance
    body = asked.content["body"]
    people = tuple(PersonId(person) for person in body["people"])
    return Wanted(PurposeCode(body["purpose"]), mask_of(body["groups"]) or 0, body["reason"], people, identifier)


def agreed_at(row: Row) -> datetime | None:
    """When a request was agreed to; ``None`` where it was not."""
    at: datetime | None = row["decided_at"] if row["status"] == State.APPROVED else None
    return at


async def made(conn: "asyncpg.Connection", requests: Sequence[str]) -> Counter[str]:
    """Copies already handed out, by request."""
    return Counter({str(row["request"]): row["copies"] for row in await conn.fetch(_MADE, requests)})


async def mine(work: Work, by: OnDuty) -> Sequence[Row]:
    """One's own requests at this office, the last fifty."""
    rows: Sequence[Row] = await work.conn.fetch(_MINE, CODE, by.account.id, by.organisation.id)
    return rows


async def keep(work: Work, by: OnDuty, wanted: Wanted, identifier: str, people: int) -> Row:
    """Write the copy's row and its entry: the mark is durable before anybody reads it."""
    row = {
        "id": identifier, "mark": new_mark(), "account": by.account.id, "session": by.session.id,
        "organisation": by.organisation.id, "application": by.session.application, "purpose": wanted.purpose,
        "groups": wanted.groups, "reason": wanted.reason, "people": people, "request": wanted.request,
        "made_at": work.now, "version": 1,
    }  # fmt: skip
    await stamped.insert(work.conn, work.keys, "export_copy", row)
    detail = {
        "copy": identifier, "groups": names(wanted.groups), "people": people, "reason": wanted.reason,
        "request": wanted.request,
    }  # fmt: skip
    await journal.append(work.conn, [entry_of(work, by, "copy-made", detail, wanted.purpose)])
    return row


async def marked(work: Work, mark: str) -> Row | None:
    """The copy that carries a mark. Raises Forged."""
    row = await work.conn.fetchrow(_MARKED, mark)
    return None if row is None else stamped.genuine(work.keys, "export_copy", row)
