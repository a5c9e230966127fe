"""The upgrade: providers through which accounts were bound before organisations accepted any, taken over once.

Migration 0018 adds an empty table, and SQL cannot compute MACs. So the first guard that starts on it stamps one row
for each organisation and provider of an account already bound there, out of genuine rows alone, and journals it.
The journal says that it is done: emptying the table afterwards brings nothing back.
"""

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import OrganisationId, ProviderId
from beffroi.core.providers import provider_id
from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.providers.writing import accept, row_of

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_DONE: Final = "SELECT EXISTS (SELECT FROM guard.journal WHERE kind = 'providers-taken-over')"
_IN_USE: Final = "SELECT EXISTS (SELECT FROM guard.journal)"
"""Whether there was a beginning; it is made on an empty journal (:mod:`beffroi.guard.founding`), which stays so."""
_ACCOUNTS: Final = """
SELECT * FROM guard.account WHERE idp_id IS NOT NULL AND subject_index IS NOT NULL AND status <> 'closed'
"""
_HABILITATIONS: Final = "SELECT * FROM guard.habilitation WHERE status <> 'closed'"


async def take_over(conn: "asyncpg.Connection", keys: "Keys") -> int | None:
    """Accept what bound accounts came through, once; how many, or ``None`` when it was done before. Raises Forged."""
    if await conn.fetchval(_DONE) or not await conn.fetchval(_IN_USE):
        return None
    async with conn.transaction():
        await turnstile.take(conn)
        if await conn.fetchval(_DONE):
            return None
        now = await stamped.instant(conn)
        taken = 0
        for organisation, provider in sorted(await _seen(conn, keys)):
            if await row_of(conn, keys, organisation, provider) is None:
                await accept(conn, keys, organisation, provider, provider, now, source="taken-over")
                taken += 1
        await append(conn, [Entry(now, "providers-taken-over", detail=json.dumps({"rows": taken}))])
        return taken


async def _seen(conn: "asyncpg.Connection", keys: "Keys") -> Collection[tuple[OrganisationId, ProviderId]]:
    bound = {
        row["id"]: provider_id(stamped.genuine(keys, "account", row)["idp_id"]) for row in await conn.fetch(_ACCOUNTS)
    }
    found = set()
    for row in await conn.fetch(_HABILITATIONS):
        provider = bound.get(stamped.genuine(keys, "habilitation", row)["account"])
        if provider is not None:
            found.add((OrganisationId(str(row["organisation"])), provider))
    return found
