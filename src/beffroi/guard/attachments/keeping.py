"""Attachments as rows: each sealed under a key derived from its file's, bound to all that its row says.

One that a file brought when it went into another stays as it is, under the key of the id that went: a person's
attachments are those of their file and of every file that became one with it, until the two are parted.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.attachment_kinds import AttachmentKind
from beffroi.core.attachments import Obstacle
from beffroi.core.ids import AccountId, PersonId
from beffroi.guard.merging.aliases import merged_into
from beffroi.guard.vault import sealing

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

VERSION: Final = 1
_KEY: Final = "SELECT wrapped_key, epoch FROM guard.person WHERE id = $1"
_COUNT: Final = "SELECT count(*) FROM guard.attachment WHERE person = ANY ($1::uuid[])"
_TAKEN: Final = "SELECT true FROM guard.attachment WHERE id = $1"
_KEEP: Final = (
    "INSERT INTO guard.attachment (id, person, kind, media, size, scanned, added_at, added_by, version, content)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)
_ONE: Final = (
    "SELECT a.*, p.wrapped_key, p.epoch FROM guard.attachment a JOIN guard.person p ON p.id = a.person"
    " WHERE a.id = $1 AND a.person = $2 AND a.kind = $3"
)
_PLACE: Final = "SELECT kind, person FROM guard.attachment WHERE id = $1 AND person = ANY ($2::uuid[])"
_KINDS: Final = "SELECT DISTINCT kind FROM guard.attachment WHERE person = ANY ($1::uuid[]) ORDER BY kind"
_LIST: Final = (
    "SELECT id, kind, media, size, scanned, added_at, added_by FROM guard.attachment"
    " WHERE person = ANY ($1::uuid[]) ORDER BY added_at DESC, id"
)
_REMOVE: Final = "DELETE FROM guard.attachment WHERE id = $1 AND person = ANY ($2::uuid[]) RETURNING kind, person"


class Kept(NamedTuple):
    """An attachment to keep; ``content`` is in clear and never shown."""

    id: str
    person: PersonId
    kind: AttachmentKind
    media: str
    scanned: bool
    content: bytes

    def __repr__(self) -> str:
        return f"Kept({self.id})"


class Opened(NamedTuple):
    """An attachment in clear, for the answer that follows its journal entry."""

    kind: str
    media: str
    added_at: datetime
    content: bytes

    def __repr__(self) -> str:
        return "Opened(«redacted»)"


def _label(id: str, version: int, kind: str, media: str, scanned: bool) -> str:
    """What the ciphertext is bound to, with its person: all that the row says of it and somebody could rewrite."""
    return f"attachment/{id}/{version}/{kind}/{media}/{'scanned' if scanned else 'unscanned'}"


async def _files(conn: "asyncpg.Connection", keys: "Keys", person: PersonId) -> list[PersonId]:
    """The person's file, and those that went into it: never the one that it went into itself. Raises Forged."""
    return [person, *await merged_into(conn, keys, person)]


async def add(
    conn: "asyncpg.Connection", keys: "Keys", kept: Kept, most: int, account: AccountId, at: datetime
) -> Obstacle | None:
    """Seal and keep, unless the person has too many or the id is taken. The transaction holds the turn of all
    writers. Raises WrappedKeyRefused, Forged.
    """
    row = await conn.fetchrow(_KEY, kept.person)
    if row is None:
        return Obstacle.UNKNOWN
    if await conn.fetchval(_TAKEN, kept.id):
        return Obstacle.KEPT
    if await conn.fetchval(_COUNT, await _files(conn, keys, kept.person)) >= most:
        return Obstacle.TOO_MANY
    label = _label(kept.id, VERSION, kept.kind.value, kept.media, kept.scanned)
    owner = sealing.owner_bytes(kept.person)
    sealed = sealing.seal_for(keys, owner, row["wrapped_key"], row["epoch"], label, kept.content)
    await conn.execute(
        _KEEP, kept.id, kept.person, kept.kind.value, kept.media, len(kept.content), kept.scanned, at, account,
        VERSION, sealed,
    )  # fmt: skip
    return None


async def place(conn: "asyncpg.Connection", keys: "Keys", id: str, person: PersonId) -> Any:
    """The kind of one attachment of this person and the file it was added to, ``None`` when there is none.

    Its content is left where it is: whoever journals that it is opened holds the turn of all writers, which does
    not wait for megabytes. Raises Forged.
    """
    return await conn.fetchrow(_PLACE, id, await _files(conn, keys, person))


async def opened(pool: "asyncpg.Pool", keys: "Keys", id: str, file: PersonId, kind: str) -> Opened | None:
    """The attachment of that kind that :func:`place` found in a file, in clear; ``None`` where it was removed since.

    The caller has journaled its opening (I-01). Raises SealRefused, WrappedKeyRefused: integrity alert.
    """
    async with pool.acquire() as conn:
        row = await conn.fetchrow(_ONE, id, file, kind)
    return None if row is None else await asyncio.to_thread(_unsealed, keys, row)


def _unsealed(keys: "Keys", row: Any) -> Opened:
    label = _label(str(row["id"]), row["version"], row["kind"], row["media"], row["scanned"])
    owner = sealing.owner_bytes(str(row["person"]))
    clear = sealing.unseal_for(keys, owner, row["wrapped_key"], row["epoch"], label, row["content"])
    return Opened(row["kind"], row["media"], row["added_at"], clear)


async def kind_of(conn: "asyncpg.Connection", keys: "Keys", id: str, person: PersonId) -> AttachmentKind | None:
    """Which kind an attachment of this person is of; ``None`` when there is none, or of a kind nobody knows.

    Raises Forged.
    """
    found = await place(conn, keys, id, person)
    return None if found is None else _known(found["kind"])


async def kinds(conn: "asyncpg.Connection", keys: "Keys", person: PersonId) -> list[AttachmentKind | None]:
    """Which kinds this person's attachments are of; ``None`` stands for one that nobody knows. Raises Forged."""
    return [_known(row["kind"]) for row in await conn.fetch(_KINDS, await _files(conn, keys, person))]


def _known(kind: str) -> AttachmentKind | None:
    return AttachmentKind(kind) if kind in set(AttachmentKind) else None


async def listed(conn: "asyncpg.Connection", keys: "Keys", person: PersonId) -> Sequence[Any]:
    """What is known of a person's attachments without opening them, the last added first. Raises Forged."""
    rows: Sequence[Any] = await conn.fetch(_LIST, await _files(conn, keys, person))
    return rows


async def remove(conn: "asyncpg.Connection", keys: "Keys", id: str, person: PersonId) -> Any:
    """Delete one attachment of this person; its kind and the file it was added to, ``None`` when there is none.

    Raises Forged.
    """
    return await conn.fetchrow(_REMOVE, id, await _files(conn, keys, person))
