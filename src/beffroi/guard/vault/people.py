"""People of the vault: create, read, find, update, erase.

Write functions run inside the caller's transaction, which has taken the turnstile, and append the journal entry
they are given; nothing is written without it. They decide nothing: who may is the business of the decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from beffroi.core.casefile import Objection
from beffroi.core.fields import APART, RECORDED, names
from beffroi.core.folding import forbids
from beffroi.core.ids import PersonId
from beffroi.guard import journal, stamped, turnstile
from beffroi.guard.folding import recording
from beffroi.guard.journal import Entry
from beffroi.guard.keys import Keys
from beffroi.guard.merging.aliases import merged_into
from beffroi.guard.vault import blind, keeping, sealing
from beffroi.guard.vault.records import Record, decode, encode

GROUP_COLUMNS: Final = tuple(RECORDED)
COLUMNS: Final = (
    "id", "epoch", "wrapped_key", *GROUP_COLUMNS, *blind.COLUMNS, "created_at", "updated_at", "version",
)  # fmt: skip
_BLIND_OF_GROUP: Final = {
    "nir": ("blind_nir",),
    "agency_id": ("blind_agency_id",),
    "contact": ("blind_email", "blind_phone"),
    "identity": ("blind_name", "blind_birth_name"),
}
MOST_MATCHES: Final = 5
OF_PEOPLE: Final = (
    "relation", "reach", "free_text", "person_session", "person_binding", "invitation", "presence_code", "report",
    "letter", "attachment", "transfer", "erasure_hold", "merge_kept", "correction", "person_request_text",
    "person_request_answer", "restriction",
)  # fmt: skip
"""Tables that speak of a person in a column ``person``, and forget them with their file (I-13)."""
_SAID_GONE: Final = frozenset(recording.FOLDED) & set(OF_PEOPLE) - recording.BORN_UNSAID
"""Of those, what the journal expects to be there until it says otherwise."""


@dataclass(frozen=True, slots=True)
class Absent:
    """No such person."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else changed the file since ``expected_version``; ``version`` is the present one."""

    version: int


def sealed_row(keys: Keys, person: PersonId, records: Mapping[str, Record], at: datetime) -> tuple[object, ...]:
    """A new person's whole row, in the order of ``COLUMNS``: groups encrypted, blind indexes computed."""
    keys.refresh()
    owner, key = sealing.owner_bytes(person), sealing.new_key()
    indexes: dict[str, UUID | None] = {}
    sealed = []
    for name in GROUP_COLUMNS:
        record = records.get(name)
        sealed.append(None if record is None else sealing.seal(key, owner, name, encode(record)))
        if record is not None:
            indexes |= blind.of_record(keys.blind, record)
    found = [indexes.get(column) for column in blind.COLUMNS]
    return (UUID(bytes=owner), keys.epoch, keys.wrap(key, owner), *sealed, *found, at, at, 1)


_INSERT: Final = (
    f"INSERT INTO guard.person ({', '.join(COLUMNS)}) "
    f"VALUES ({', '.join(f'${place}' for place in range(1, len(COLUMNS) + 1))})"
)


async def create(
    conn: asyncpg.Connection, keys: Keys, person: PersonId, records: Mapping[str, Record], *, entry: Entry
) -> int:
    """Write a new person and journal it; the entry's number. Raises asyncpg.UniqueViolationError for a known id."""
    await conn.execute(_INSERT, *sealed_row(keys, person, records, entry.at))
    return (await journal.append(conn, [entry]))[0]


async def read(
    conn: asyncpg.Connection, keys: Keys, person: PersonId, groups: int
) -> dict[str, msgspec.Raw] | Absent:
    """Decrypt the groups of the mask, and no other; JSON by group name, empty groups left out.

    The caller has journaled the release (I-01). Raises SealRefused, WrappedKeyRefused: integrity alert.
    """
    wanted = names(groups & ~APART)
    row = await conn.fetchrow(
        f"SELECT wrapped_key, epoch{''.join(', ' + name for name in wanted)} FROM guard.person WHERE id = $1", person
    )
    if row is None:
        return Absent()
    owner = sealing.owner_bytes(person)
    return sealing.open_groups(keys, owner, row["wrapped_key"], row["epoch"], ((name, row[name]) for name in wanted))


async def holding(conn: asyncpg.Connection, by: str, index: UUID) -> list[PersonId]:
    """People who have this blind index, at most five and one more to tell that there are too many.

    ``by`` is a key of ``blind.COLUMNS_OF``. Raises KeyError for another.
    """
    where = " OR ".join(f"{column} = $1" for column in blind.COLUMNS_OF[by])
    rows = await conn.fetch(f"SELECT id FROM guard.person WHERE {where} ORDER BY id LIMIT {MOST_MATCHES + 1}", index)
    return [PersonId(str(row["id"])) for row in rows]


async def update(
    conn: asyncpg.Connection,
    keys: Keys,
    person: PersonId,
    records: Mapping[str, Record | None],
    *,
    entry: Entry,
    expected_version: int | None = None,
    written_a_day: int = 0,
    joining: bool = False,
) -> int | Absent | Conflict | Objection:
    """Replace whole groups (``None`` empties one) and their blind indexes; the new version.

    What agents wrote in a file stays, in the name of the entry's account (core/casefile.py), which adds at most
    ``written_a_day`` bytes to each group in 24 hours; but where two files are ``joining``, or parting again: the
    guard made that itself, out of what both hold. Raises KeyError for a group that does not exist; WrappedKeyRefused,
    SealRefused when the person's key or a ciphertext does not open.
    """
    kept = [] if joining else [name for name in records if name in keeping.GROUPS]
    row = await conn.fetchrow(
        f"SELECT wrapped_key, epoch, version{''.join(', ' + name for name in kept)} "
        "FROM guard.person WHERE id = $1 FOR UPDATE",
        person,
    )
    if row is None:
        return Absent()
    if expected_version is not None and row["version"] != expected_version:
        return Conflict(row["version"])
    owner = sealing.owner_bytes(person)
    key = keys.unwrap(row["wrapped_key"], row["epoch"], owner)
    for name in kept:
        before = None if row[name] is None else decode(name, sealing.unseal(key, owner, name, row[name]))
        objected = keeping.objected(before, records[name], entry.account or "", entry.at, written_a_day)
        if objected is not None:
            return objected
    values: dict[str, object] = {}
    for name, record in records.items():
        if name not in RECORDED:
            raise KeyError(name)
        values |= dict.fromkeys(_BLIND_OF_GROUP.get(name, ()))
        values[name] = None
        if record is not None:
            values[name] = sealing.seal(key, owner, name, encode(record))
            values |= blind.of_record(keys.blind, record)
    version: int = row["version"] + 1
    changes = "".join(f", {column} = ${place}" for place, column in enumerate(values, 4))
    await conn.execute(
        f"UPDATE guard.person SET version = $2, updated_at = $3{changes} WHERE id = $1",
        person, version, entry.at, *values.values(),
    )  # fmt: skip
    await journal.append(conn, [entry])
    return version


async def erase(conn: asyncpg.Connection, keys: Keys, person: PersonId, *, entry: Entry) -> int | Absent:
    """Destroy a person's key, ciphertexts, blind indexes, relations, reach and texts; the journal entry's number.

    Files that were merged into theirs go with it.

    What stays is the random id in the journal and in ``guard.erased``, from which a restore erases again (I-13).
    """
    await turnstile.take(conn)
    erased = await conn.fetchval("DELETE FROM guard.person WHERE id = $1 RETURNING id", person)
    if erased is None:
        return Absent()
    gone = [person, *await merged_into(conn, keys, person)]
    await conn.execute("DELETE FROM guard.person WHERE id = ANY ($1::uuid[])", gone)
    await forget(conn, keys, gone)
    await conn.execute("INSERT INTO guard.erased (person, erased_at) SELECT unnest($1::uuid[]), $2", gone, entry.at)
    return (await journal.append(conn, [entry]))[0]


async def forget(conn: asyncpg.Connection, keys: Keys, people: Sequence[PersonId]) -> None:
    """Delete what other tables say about people who no longer have a row, and the journal's facts of it."""
    for table in OF_PEOPLE:
        delete = f"DELETE FROM guard.{table} WHERE person = ANY($1::uuid[])"
        if table in _SAID_GONE or table == "relation":
            deleted = await conn.fetch(f"{delete} RETURNING *", list(people))
            gone = [row for row in deleted if table != "relation" or forbids(table, recording.key_of(table, row))]
            await stamped.record(conn, keys, table, gone, gone=True)
        else:
            await conn.execute(delete, list(people))
