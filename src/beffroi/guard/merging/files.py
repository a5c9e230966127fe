"""Both files as a merge reads and writes them; the caller's transaction holds the turn."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import msgspec

from beffroi.core.facts import Reach
from beffroi.core.fields import RECORDED
from beffroi.core.ids import AccountId, OrganisationId, PersonId
from beffroi.core.merging import File, Key, Tie, Ties, joined, parted
from beffroi.guard import stamped
from beffroi.guard.relating.relations import is_live
from beffroi.guard.vault import blind, keeping, sealing
from beffroi.guard.vault.records import (
    Change,
    Followup,
    Note,
    Payment,
    Record,
    SensitiveFollowup,
    Situation,
    decode,
    encode,
)

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

WRITTEN: Final = keeping.GROUPS
"""Groups whose entries are of both files, whatever is chosen: what agents wrote stays."""
_PEOPLE: Final = "SELECT * FROM guard.person WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE"
_TIES: Final = "SELECT * FROM guard.relation WHERE person = ANY ($1::uuid[]) ORDER BY person, organisation, kind"
_REACH: Final = "SELECT * FROM guard.reach WHERE account = $1 AND person = $2"
_BLIND: Final = ", ".join(f"{column} = ${place}" for place, column in enumerate(blind.COLUMNS, start=3))
_INDEX: Final = f"UPDATE guard.person SET version = version + 1, updated_at = $2, {_BLIND} WHERE id = $1"
_KEEP: Final = "INSERT INTO guard.merge_kept (merge, person, sealed) VALUES ($1, $2, $3)"
_KEPT: Final = "SELECT sealed FROM guard.merge_kept WHERE merge = $1 AND person = $2"


class KeptTie(msgspec.Struct, frozen=True):
    """A relation as it was."""

    organisation: str
    kind: str
    referent: str | None
    since_at: datetime
    until_at: datetime | None


class Kept(msgspec.Struct, frozen=True):
    """What parting the two again needs: the file that stays as it was, both files' relations, what was chosen."""

    chosen: tuple[str, ...]
    before: dict[str, str]
    stays: tuple[KeptTie, ...]
    goes: tuple[KeptTie, ...]

    def __repr__(self) -> str:
        return "Kept(«redacted»)"


_KEPT_DECODER: Final = msgspec.json.Decoder(Kept)


class Held(NamedTuple):
    """One file: its row, and what the law reads of it."""

    row: "Row"
    file: File

    @property
    def version(self) -> int:
        """The version that a comparison named."""
        return int(self.row["version"])


async def both(
    conn: "asyncpg.Connection", keys: "Keys", stays: PersonId, goes: PersonId, now: datetime
) -> tuple[Held, Held] | None:
    """The two files with what they hold, locked; ``None`` when there are not two. Raises Forged, SealRefused."""
    rows = {PersonId(str(row["id"])): row for row in await conn.fetch(_PEOPLE, [stays, goes])}
    if len(rows) != 2:
        return None
    ties = await ties_of(conn, keys, [stays, goes], now, lock=True)
    one, other = [
        Held(rows[person], File(_groups(keys, person, rows[person]), ties[person])) for person in (stays, goes)
    ]
    return one, other


async def ties_of(
    conn: "asyncpg.Connection", keys: "Keys", people: list[PersonId], now: datetime, *, lock: bool
) -> dict[PersonId, dict[Key, Tie]]:
    """The relations that hold, by person; locked where they will change. Raises Forged."""
    found: dict[PersonId, dict[Key, Tie]] = {person: {} for person in people}
    for row in await conn.fetch(f"{_TIES}{' FOR UPDATE' if lock else ''}", people):
        stamped.genuine(keys, "relation", row)
        if is_live(row, now):
            referent = None if row["referent"] is None else AccountId(str(row["referent"]))
            key = (OrganisationId(str(row["organisation"])), row["kind"])
            found[PersonId(str(row["person"]))][key] = Tie(referent, row["since_at"], row["until_at"])
    return found


async def reach_of(conn: "asyncpg.Connection", keys: "Keys", account: AccountId, person: PersonId) -> Reach | None:
    """What is remembered of this account's openings of this person. Raises Forged."""
    row = await conn.fetchrow(_REACH, account, person)
    if row is None:
        return None
    stamped.genuine(keys, "reach", row)
    return Reach(row["day"], tuple(row["marks"]), row["found_day"])


def _groups(keys: "Keys", person: PersonId, row: "Row") -> dict[str, bytes]:
    owner = sealing.owner_bytes(person)
    sealed = [(name, row[name]) for name in RECORDED]
    found = sealing.open_groups(keys, owner, row["wrapped_key"], row["epoch"], sealed)
    return {name: bytes(clear) for name, clear in found.items()}


def records(groups: Mapping[str, bytes | None]) -> dict[str, Record | None]:
    """Groups as the vault writes them."""
    return {name: None if clear is None else decode(name, clear) for name, clear in groups.items()}


def _noted_at(note: Note) -> str:
    return note.at


Numbered = TypeVar("Numbered", Change, Payment)
"""Entries that name another one by its place in their list."""


def joined_group(name: str, stays: bytes | None, goes: bytes | None, *, chosen: bool) -> bytes | None:
    """A group of :data:`WRITTEN` of both files: notes in their order, other entries of the file that stays first.

    What else it holds is the other file's where that was ``chosen``. Raises RecordRefused: too much for one.
    """
    if stays is None or goes is None:
        return goes if stays is None else stays
    text = encode(_joined(decode(name, stays), decode(name, goes), chosen=chosen))
    decode(name, text)
    return text


def _joined(one: Record, other: Record, *, chosen: bool) -> Record:
    if isinstance(one, Followup) and isinstance(other, Followup):
        return Followup(
            notes=joined(one.notes, other.notes, _noted_at), actions=(*one.actions, *other.actions),
            payments=(*one.payments, *_shifted(other.payments, len(one.payments))),
        )  # fmt: skip
    if isinstance(one, SensitiveFollowup) and isinstance(other, SensitiveFollowup):
        return SensitiveFollowup(notes=joined(one.notes, other.notes, _noted_at))
    assert isinstance(one, Situation), "the third of such groups"
    assert isinstance(other, Situation), "the group's own type"
    changes = (*one.changes, *_shifted(other.changes, len(one.changes)))
    return msgspec.structs.replace(other if chosen else one, changes=changes)


def parted_group(
    name: str, before: bytes | None, goes: bytes | None, present: bytes | None, *, chosen: bool
) -> bytes | None:
    """The group of the file that stayed without what the other brought, as far as it is still there.

    What was written since stays; exactly as it was, when nothing was.
    """
    if goes is None or present is None:
        return present
    if present == joined_group(name, before, goes, chosen=chosen):
        return before
    left = _parted(decode(name, goes), decode(name, present))
    return None if before is None and left == type(left)() else encode(left)


def _parted(brought: Record, now: Record) -> Record:
    if isinstance(now, Followup) and isinstance(brought, Followup):
        return Followup(
            notes=parted(now.notes, brought.notes), actions=parted(now.actions, brought.actions),
            payments=_without(now.payments, brought.payments),
        )  # fmt: skip
    if isinstance(now, SensitiveFollowup) and isinstance(brought, SensitiveFollowup):
        return SensitiveFollowup(notes=parted(now.notes, brought.notes))
    assert isinstance(now, Situation), "the third of such groups"
    assert isinstance(brought, Situation), "the group's own type"
    return msgspec.structs.replace(now, changes=_without(now.changes, brought.changes))


def _shifted(entries: Sequence[Numbered], by: int) -> tuple[Numbered, ...]:
    """The same, where as many others now stand before them."""
    return tuple(
        one if one.corrects is None else msgspec.structs.replace(one, corrects=one.corrects + by) for one in entries
    )


def _without(entries: Sequence[Numbered], brought: Sequence[Numbered]) -> tuple[Numbered, ...]:
    """Without those that were brought; one that was put right since stays, with what puts it right."""
    left, away = Counter(map(_alone, brought)), set[int | None]()
    for place, one in enumerate(entries):
        if left[_alone(one)] > 0:
            left[_alone(one)] -= 1
            away.add(place)
    away -= {one.corrects for place, one in enumerate(entries) if place not in away}
    kept = [place for place in range(len(entries)) if place not in away]
    after = {place: rank for rank, place in enumerate(kept)}
    return tuple(
        msgspec.structs.replace(one, corrects=None if one.corrects is None else after.get(one.corrects))
        for one in (entries[place] for place in kept)
    )


def _alone(entry: Numbered) -> Numbered:
    """The entry wherever the one that it names stands."""
    return msgspec.structs.replace(entry, corrects=None)


async def write_tie(conn: "asyncpg.Connection", keys: "Keys", person: PersonId, key: Key, tie: Tie) -> None:
    """Let a relation be this, whatever it was. Raises Forged."""
    organisation, kind = key
    values = {"referent": tie.referent, "since_at": tie.since_at, "until_at": tie.until_at}
    row = await conn.fetchrow(
        "SELECT * FROM guard.relation WHERE person = $1 AND organisation = $2 AND kind = $3 FOR UPDATE",
        person, organisation, kind,
    )  # fmt: skip
    if row is None:
        whole = {"person": person, "organisation": organisation, "kind": kind, **values, "version": 1}
        await stamped.insert(conn, keys, "relation", whole)
    else:
        await stamped.amend(conn, keys, "relation", row, **values)


async def index(
    conn: "asyncpg.Connection", keys: "Keys", person: PersonId, groups: Mapping[str, bytes], now: datetime
) -> None:
    """Let searches find a file by these groups, and by no other; by nothing, when there are none."""
    columns: dict[str, object] = {}
    for name, clear in groups.items():
        columns |= blind.of_record(keys.blind, decode(name, clear))
    await conn.execute(_INDEX, person, now, *(columns.get(column) for column in blind.COLUMNS))


def _kept_ties(ties: Ties) -> tuple[KeptTie, ...]:
    return tuple(KeptTie(place, kind, *tie) for (place, kind), tie in ties.items())


def law_of(kept: tuple[KeptTie, ...]) -> dict[Key, Tie]:
    """Relations that were kept, as the law reads them."""
    return {
        (OrganisationId(one.organisation), one.kind): Tie(
            None if one.referent is None else AccountId(one.referent), one.since_at, one.until_at
        )
        for one in kept
    }


async def keep(
    conn: "asyncpg.Connection", keys: "Keys", merge: str, stays: Held, goes: Held, chosen: tuple[str, ...]
) -> None:
    """Seal what parting them again needs under the key of the file that stays."""
    before = {name: clear.decode() for name, clear in stays.file.groups.items()}
    kept = Kept(chosen, before, _kept_ties(stays.file.ties), _kept_ties(goes.file.ties))
    row = stays.row
    owner = sealing.owner_bytes(str(row["id"]))
    clear = msgspec.json.encode(kept)
    sealed = sealing.seal_for(keys, owner, row["wrapped_key"], row["epoch"], f"merge/{merge}", clear)
    await conn.execute(_KEEP, merge, row["id"], sealed)


async def kept_of(conn: "asyncpg.Connection", keys: "Keys", merge: str, stays: Held) -> Kept | None:
    """What was kept; ``None`` once it was forgotten. Raises SealRefused, WrappedKeyRefused."""
    sealed = await conn.fetchval(_KEPT, merge, stays.row["id"])
    if sealed is None:
        return None
    owner, row = sealing.owner_bytes(str(stays.row["id"])), stays.row
    clear = sealing.unseal_for(keys, owner, row["wrapped_key"], row["epoch"], f"merge/{merge}", sealed)
    return _KEPT_DECODER.decode(clear)
