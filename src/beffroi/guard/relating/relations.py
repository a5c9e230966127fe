"""Rows of guard.relation, written inside a command's transaction that holds the turn. None is ever deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import AccountId, OrganisationId, PersonId
from beffroi.guard import stamped

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

FOLLOWED: Final = "followed"
ARCHIVED: Final = "archived"
RESTRICTED: Final = "restricted"
_NO_FOLLOWING: Final = frozenset({ARCHIVED, RESTRICTED})
_ARCHIVED: Final = """
SELECT * FROM guard.relation WHERE person = $1 AND kind = 'archived' AND until_at IS NULL FOR UPDATE
"""
_ONE: Final = "SELECT * FROM guard.relation WHERE person = $1 AND organisation = $2 AND kind = $3 FOR UPDATE"
_OF_ORGANISATION: Final = "SELECT * FROM guard.relation WHERE person = $1 AND organisation = $2 FOR UPDATE"
_OWN: Final = """
SELECT person FROM guard.relation WHERE referent = $1 AND organisation = $2 AND kind = 'followed'
    AND since_at <= $3 AND (until_at IS NULL OR until_at > $3)
ORDER BY since_at, person
"""
_PEOPLE: Final = """
SELECT * FROM guard.relation WHERE person = ANY ($1::uuid[]) AND organisation = $2 AND kind = 'followed'
    AND since_at <= $3 AND (until_at IS NULL OR until_at > $3)
"""
_RESTRICTED: Final = "SELECT * FROM guard.relation WHERE person = ANY ($1::uuid[]) AND kind = 'restricted'"
_KNOWN_BY: Final = """
SELECT r.*, o.name FROM guard.relation r JOIN guard.organisation o ON o.id = r.organisation
WHERE r.person = $1 AND r.kind <> 'restricted' AND r.since_at <= $2 AND (r.until_at IS NULL OR $2 < r.until_at)
ORDER BY o.name, r.kind
"""
_SIZES: Final = """
SELECT referent, count(DISTINCT person) FROM guard.relation WHERE organisation = $1 AND referent = ANY ($2::uuid[])
    AND since_at <= $3 AND (until_at IS NULL OR until_at > $3)
GROUP BY referent
"""
_LEFT_BEHIND: Final = """
SELECT referent, count(DISTINCT person) FROM guard.relation r WHERE organisation = $1 AND kind = 'followed'
    AND referent IS NOT NULL AND since_at <= $3 AND (until_at IS NULL OR until_at > $3)
    AND NOT EXISTS (
        SELECT FROM guard.habilitation h JOIN guard.account a ON a.id = h.account
        WHERE h.account = r.referent AND h.organisation = $1 AND h.role = ANY ($2::text[])
            AND h.status IN ('probation', 'confirmed') AND a.status = 'active'
    )
GROUP BY referent ORDER BY count(DISTINCT person) DESC, referent LIMIT 100
"""


def is_live(row: "Row", at: datetime) -> bool:
    """Whether the relation holds at this instant."""
    return row["since_at"] <= at and (row["until_at"] is None or at < row["until_at"])


async def live(
    conn: "asyncpg.Connection", keys: "Keys", person: PersonId, organisation: OrganisationId, kind: str, at: datetime
) -> "Row | None":
    """The relation of this kind, where it holds, locked. Raises Forged."""
    row = await conn.fetchrow(_ONE, person, organisation, kind)
    if row is None:
        return None
    return stamped.genuine(keys, "relation", row) if is_live(row, at) else None


async def all_live(
    conn: "asyncpg.Connection", keys: "Keys", person: PersonId, organisation: OrganisationId, at: datetime
) -> "list[Row]":
    """Every relation that holds between the two, locked. Raises Forged."""
    rows = await conn.fetch(_OF_ORGANISATION, person, organisation)
    return [stamped.genuine(keys, "relation", row) for row in rows if is_live(row, at)]


async def begin(
    conn: "asyncpg.Connection",
    keys: "Keys",
    person: PersonId,
    organisation: OrganisationId,
    kind: str,
    *,
    referent: AccountId | None,
    at: datetime,
    until_at: datetime | None = None,
) -> None:
    """Let a relation hold from now on, in place of the one of this kind, over or not. Raises Forged.

    Whoever is known again is archived nowhere.
    """
    if kind not in _NO_FOLLOWING:
        for archived in await conn.fetch(_ARCHIVED, person):
            await stamped.amend(conn, keys, "relation", archived, until_at=at)
    values = {"referent": referent, "since_at": at, "until_at": until_at}
    row = await conn.fetchrow(_ONE, person, organisation, kind)
    if row is None:
        whole = {"person": person, "organisation": organisation, "kind": kind, **values, "version": 1}
        written = await stamped.insert(conn, keys, "relation", whole)
        if kind == RESTRICTED:  # it refuses: that it is gone must be noticed from its first version on
            await stamped.record(conn, keys, "relation", [written])
    else:
        await stamped.amend(conn, keys, "relation", row, **values)


async def extend(conn: "asyncpg.Connection", keys: "Keys", row: "Row", until_at: datetime) -> None:
    """Give a relation that holds another end. Raises Forged."""
    await stamped.amend(conn, keys, "relation", row, until_at=until_at)


async def end(conn: "asyncpg.Connection", keys: "Keys", row: "Row", at: datetime) -> None:
    """End a relation that holds. Raises Forged."""
    await stamped.amend(conn, keys, "relation", row, until_at=at)


async def hand(conn: "asyncpg.Connection", keys: "Keys", row: "Row", referent: AccountId, at: datetime) -> None:
    """Give a person who is followed another referent; the relation begins anew. Raises Forged."""
    await stamped.amend(conn, keys, "relation", row, referent=referent, since_at=at)


async def people_of(
    conn: "asyncpg.Connection", referent: AccountId, organisation: OrganisationId, at: datetime
) -> list[PersonId]:
    """Whom somebody is the referent of there."""
    return [PersonId(str(row[0])) for row in await conn.fetch(_OWN, referent, organisation, at)]


async def followed(
    conn: "asyncpg.Connection", keys: "Keys", people: Sequence[PersonId], organisation: OrganisationId, at: datetime
) -> "list[Row]":
    """The relations of those among these people whom the organisation follows. Raises Forged."""
    rows = await conn.fetch(_PEOPLE, list(people), organisation, at)
    return [stamped.genuine(keys, "relation", row) for row in rows]


async def restricted(
    conn: "asyncpg.Connection", keys: "Keys", people: Sequence[PersonId], at: datetime
) -> set[PersonId]:
    """Those of these people the use of whose file is restricted, whoever decided it; a forged row restricts."""
    rows = await conn.fetch(_RESTRICTED, list(people))
    held = [row for row in rows if not stamped.is_genuine(keys, "relation", row) or is_live(row, at)]
    return {PersonId(str(row["person"])) for row in held}


async def known_by(conn: "asyncpg.Connection", keys: "Keys", person: PersonId, at: datetime) -> "list[Row]":
    """Relations of a person that hold, each with the ``name`` of its organisation: who knows them. Raises Forged."""
    return [stamped.genuine(keys, "relation", row) for row in await conn.fetch(_KNOWN_BY, person, at)]


async def sizes(
    conn: "asyncpg.Connection", organisation: OrganisationId, accounts: Sequence[AccountId], at: datetime
) -> dict[AccountId, int]:
    """How many people each of these is the referent of there; who has none is left out. MACs are not verified."""
    rows = await conn.fetch(_SIZES, organisation, list(accounts), at)
    return {AccountId(str(row[0])): row[1] for row in rows}


async def left_behind(
    conn: "asyncpg.Connection", organisation: OrganisationId, roles: Sequence[str], at: datetime
) -> dict[AccountId, int]:
    """How many people each referent has there who holds none of these roles; the hundred with the most.

    MACs are not verified.
    """
    rows = await conn.fetch(_LEFT_BEHIND, organisation, list(roles), at)
    return {AccountId(str(row[0])): row[1] for row in rows}
