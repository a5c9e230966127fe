"""Another organisation, as one that may receive a person: at work, and of a kind that does."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import OrganisationId
from beffroi.core.presence import is_named, words_of
from beffroi.guard import stamped
from beffroi.guard.exposure.rows import containment
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

FOLLOWING: Final = frozenset({"youth-office", "employment-agency"})
TRAINING: Final = frozenset({"training-organisation"})
_ONE: Final = "SELECT * FROM guard.organisation WHERE id = $1"
_BY_NAME: Final = """
SELECT * FROM guard.organisation WHERE kind = ANY ($1::text[]) AND active AND contract_until > $2 ORDER BY name, id
"""
_OF_KINDS: Final = f"{_BY_NAME} LIMIT 5000"
_AT_ONCE: Final = 100
"""Rows whose names are looked at before the event loop goes on to something else: about a millisecond."""
_CONTAINMENTS: Final = "SELECT * FROM guard.containment WHERE lifted_at IS NULL"


async def available(
    conn: "asyncpg.Connection", keys: "Keys", organisation: OrganisationId, kinds: Collection[str], now: datetime
) -> "Row | None":
    """The organisation, where it works today and nothing cuts it off. Raises Forged."""
    row: Row | None = await conn.fetchrow(_ONE, organisation)
    if row is None or row["kind"] not in kinds:
        return None
    stamped.genuine(keys, "organisation", row)
    if not row["active"] or row["contract_until"] <= now:
        return None
    contained = containment(keys, await conn.fetch(_CONTAINMENTS))
    scope = ("organisation", str(row["id"]))
    if contained.everything or scope in contained.scopes or scope in keys.authenticator.distrusted:
        return None
    return row


async def at_work(conn: "asyncpg.Connection", keys: "Keys", kinds: Collection[str], now: datetime) -> "list[Row]":
    """Organisations of these kinds whose contract runs, by name; a forged row is left out."""
    rows = await conn.fetch(_OF_KINDS, list(kinds), now)
    return [row for row in rows if keys.authenticator.genuine_row("organisation", row)]


async def named(
    conn: "asyncpg.Connection", keys: "Keys", kinds: Collection[str], typed: str, now: datetime, most: int
) -> "list[Row]":
    """The first by name, at most so many, of those at work whose name or code has every word typed.

    Names are read before MACs: only a row that is found is verified, and one that is forged is reported and left out.
    """
    words, found = words_of(typed), list[Row]()
    if not words:
        return found
    cursor = await conn.cursor(_BY_NAME, list(kinds), now)
    while rows := await cursor.fetch(_AT_ONCE):
        for row in rows:
            if is_named(words, row["name"], row["code"]) and stamped.is_genuine(keys, "organisation", row):
                found.append(row)
                if len(found) == most:
                    return found
    return found
