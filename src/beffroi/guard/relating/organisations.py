"""Another organisation, as one that may receive a person: at work, and of a kind that does."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import OrganisationId
from beffroi.guard import stamped
from beffroi.guard.exposure.rows import containment

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

FOLLOWING: Final = frozenset({"youth-office", "employment-agency"})
TRAINING: Final = frozenset({"training-organisation"})
_ONE: Final = "SELECT * FROM guard.organisation WHERE id = $1"
_OF_KINDS: Final = """
SELECT * FROM guard.organisation WHERE kind = ANY ($1::text[]) AND active AND contract_until > $2 ORDER BY name, id
LIMIT 5000
"""
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
