"""The admission queue: people whom an organisation's directory asks to admit, until a manager takes them up.

An admission grants nothing and is no request yet: it has no requester on duty. A manager of that organisation
completes it (roles, period) and makes the request in his own name, or dismisses it. Whatever writes here holds the
turnstile.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID, uuid4

import msgspec

from beffroi.core.ids import AccountId, OrganisationId
from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.scim.users import LABEL
from beffroi.guard.scim.words import detail
from beffroi.guard.stamped import Row
from beffroi.guard.vault.sealing import unseal_for
from beffroi.standards.scim.users import Told

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

MOST: Final = 500
"""Admissions waiting at one organisation: past them a directory is refused, and nobody's queue is drowned."""
_WAITING: Final = (
    "SELECT * FROM guard.admission WHERE organisation = $1 AND status = 'awaiting-manager' ORDER BY created_at, id"
)
_told: Final = msgspec.json.Decoder(Told)


class Status(StrEnum):
    """Where an admission stands."""

    AWAITING_MANAGER = "awaiting-manager"
    TAKEN_UP = "taken-up"
    """A request is made for it; what the request comes to is the request's own state."""
    ADMITTED = "admitted"
    """The request was approved: the admission became an account, or gave access back to one."""
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class AdmissionRefused(RuntimeError):
    """The command cannot be done; the message says why."""


class Admission(NamedTuple):
    """Somebody who waits: what the directory told is identifying; ``account`` is whom to give back, if anybody."""

    id: str
    organisation: OrganisationId
    source: str
    account: AccountId | None
    created_at: datetime
    told: Told


async def waiting(conn: "asyncpg.Connection", keys: "Keys", organisation: OrganisationId) -> list[Admission]:
    """Who waits at an organisation, the oldest first. Raises Forged, SealRefused, WrappedKeyRefused."""
    rows = [stamped.genuine(keys, "admission", row) for row in await conn.fetch(_WAITING, organisation)]
    entries = {
        row["id"]: stamped.genuine(keys, "directory_entry", row)
        for row in await conn.fetch(
            "SELECT * FROM guard.directory_entry WHERE id = ANY ($1::uuid[])", [row["entry"] for row in rows]
        )
    }
    return [read(keys, row, entries[row["entry"]]) for row in rows if row["entry"] in entries]


async def ask(conn: "asyncpg.Connection", keys: "Keys", entry: Row, now: datetime, *, source: str) -> str | None:
    """Put an entry's person into the queue, once; the admission's id, None when the queue is full.

    Raises Forged.
    """
    rows = await conn.fetch(_WAITING, entry["organisation"])
    already = next((row for row in rows if row["entry"] == _uuid(entry["id"])), None)
    if already is not None:
        return str(stamped.genuine(keys, "admission", already)["id"])
    if len(rows) >= MOST:
        return None
    id_ = str(uuid4())
    await stamped.insert(
        conn, keys, "admission",
        {
            "id": id_, "organisation": entry["organisation"], "source": source, "entry": entry["id"],
            "account": entry["account"], "status": Status.AWAITING_MANAGER.value, "created_at": now,
            "closed_at": None, "closed_by": None, "version": 1,
        },
    )  # fmt: skip
    await _say(conn, "admission-asked", entry["organisation"], entry["account"], id_, source, None, now)
    return id_


async def withdraw(conn: "asyncpg.Connection", keys: "Keys", entry: UUID, now: datetime) -> int:
    """Close whatever waits for an entry, by its directory's word; how many. Raises Forged.

    One taken up is withdrawn as well: nobody approves a request for somebody who is not coming any more.
    """
    rows = await conn.fetch(
        "SELECT * FROM guard.admission WHERE entry = $1 AND status IN ('awaiting-manager', 'taken-up') FOR UPDATE",
        entry,
    )
    for row in rows:
        await _close(conn, keys, row, Status.WITHDRAWN, None, now)
    return len(rows)


async def close(
    conn: "asyncpg.Connection",
    keys: "Keys",
    organisation: OrganisationId,
    admission: str,
    status: Status,
    now: datetime,
    *,
    by: AccountId,
    reason: str | None = None,
) -> Row:
    """A manager takes an admission of his organisation up, or dismisses it for a reason (a code); the row after.

    Raises AdmissionRefused when it does not wait there, Forged.
    """
    if status not in (Status.TAKEN_UP, Status.DISMISSED):
        raise AdmissionRefused("An admission is taken up or dismissed.")
    row = await conn.fetchrow(
        "SELECT * FROM guard.admission WHERE id = $1 AND organisation = $2 AND status = 'awaiting-manager'"
        " FOR UPDATE",
        admission,
        organisation,
    )
    if row is None:
        raise AdmissionRefused("No such admission waits here.")
    return await _close(conn, keys, row, status, by, now, reason)


async def became(conn: "asyncpg.Connection", keys: "Keys", admission: str, account: AccountId, now: datetime) -> None:
    """Tie what the directory told to the account that an admission taken up became: the directory keeps its id.

    Raises AdmissionRefused when it was not taken up, or is another account's already; Forged.
    """
    row = await conn.fetchrow("SELECT * FROM guard.admission WHERE id = $1 FOR UPDATE", admission)
    if row is None or row["status"] != Status.TAKEN_UP or row["account"] not in (None, UUID(account)):
        raise AdmissionRefused("This admission became no such account.")
    entry = await conn.fetchrow("SELECT * FROM guard.directory_entry WHERE id = $1 FOR UPDATE", row["entry"])
    if entry is None or entry["account"] not in (None, UUID(account)):
        raise AdmissionRefused("This admission became no such account.")
    await stamped.amend(conn, keys, "admission", row, account=UUID(account), status=Status.ADMITTED.value)
    await stamped.amend(conn, keys, "directory_entry", entry, account=UUID(account), changed_at=now)
    await _say(conn, "admission-became", row["organisation"], account, admission, row["source"], None, now)


async def is_taken_up(conn: "asyncpg.Connection", keys: "Keys", admission: str) -> bool:
    """Whether a request made for it may still be approved. Raises Forged."""
    row = await conn.fetchrow("SELECT * FROM guard.admission WHERE id = $1", admission)
    return row is not None and bool(stamped.genuine(keys, "admission", row)["status"] == Status.TAKEN_UP)


def read(keys: "Keys", row: Row, entry: Row) -> Admission:
    """An admission and what the directory told; both rows genuine. Raises SealRefused, WrappedKeyRefused."""
    clear = unseal_for(keys, entry["id"].bytes, entry["wrapped_key"], entry["epoch"], LABEL, entry["sealed"])
    account = None if row["account"] is None else AccountId(str(row["account"]))
    return Admission(
        str(row["id"]), OrganisationId(str(row["organisation"])), row["source"], account, row["created_at"],
        _told.decode(clear),
    )  # fmt: skip


async def _close(
    conn: "asyncpg.Connection", keys: "Keys", row: Row, status: Status, by: AccountId | None, now: datetime,
    reason: str | None = None,
) -> Row:  # fmt: skip
    after = await stamped.amend(
        conn, keys, "admission", row, status=status.value, closed_at=now, closed_by=None if by is None else UUID(by)
    )
    kind = f"admission-{status.value}"
    await _say(conn, kind, row["organisation"], row["account"], str(row["id"]), row["source"], by, now, reason)
    return after


async def _say(
    conn: "asyncpg.Connection",
    kind: str,
    organisation: object,
    account: object,
    admission: str,
    source: str,
    by: AccountId | None,
    now: datetime,
    reason: str | None = None,
) -> None:
    more = {} if reason is None else {"reason": reason}
    said = detail(admission=admission, by=by, **more)
    entry = Entry(
        now, kind, account=None if account is None else str(account), organisation=str(organisation),
        explanation=source, detail=said,
    )  # fmt: skip
    await append(conn, [entry])


def _uuid(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


__all__: Sequence[str] = (
    "MOST", "Admission", "AdmissionRefused", "Status", "ask", "became", "close", "is_taken_up", "read",
    "waiting", "withdraw",
)  # fmt: skip
