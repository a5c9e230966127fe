"""What an organisation accepts, read and found genuine; asked at every sign-in and before any membership is given."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.duty import NETWORK
from beffroi.core.ids import AccountId, OrganisationId, ProviderId
from beffroi.core.providers import Place, closed_to, provider_id
from beffroi.guard import stamped
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_HELD: Final = """
SELECT * FROM guard.habilitation
WHERE account = $1 AND status IN ('approved', 'enrolled', 'trained', 'probation', 'confirmed') AND $2 < until_at
"""
"""What an account holds that is not over: in force, or on its way there."""
_ORGANISATIONS: Final = "SELECT * FROM guard.organisation WHERE id = ANY ($1::uuid[]) ORDER BY id"
_ACCEPTED: Final = "SELECT * FROM guard.organisation_provider WHERE organisation = ANY ($1::uuid[]) ORDER BY id"


async def rows_of(conn: "asyncpg.Connection", keys: "Keys", organisations: Collection[object]) -> list[Row]:
    """Every provider that these organisations ever accepted, withdrawn ones too. Raises Forged."""
    rows = await conn.fetch(_ACCEPTED, list(organisations))
    return [stamped.genuine(keys, "organisation_provider", row) for row in rows]


async def accepted(
    conn: "asyncpg.Connection", keys: "Keys", organisations: Collection[object]
) -> dict[OrganisationId, frozenset[ProviderId]]:
    """The providers that each of these organisations accepts now. Raises Forged."""
    found: defaultdict[OrganisationId, set[ProviderId]] = defaultdict(set)
    for row in await rows_of(conn, keys, organisations):
        if row["withdrawn_at"] is None:
            found[OrganisationId(str(row["organisation"]))].add(ProviderId(row["provider"]))
    return {organisation: frozenset(providers) for organisation, providers in found.items()}


async def places_of(conn: "asyncpg.Connection", keys: "Keys", account: AccountId, now: datetime) -> list[Place]:
    """Where an account holds something that is not over, with what is accepted there. Raises Forged."""
    held = [stamped.genuine(keys, "habilitation", row) for row in await conn.fetch(_HELD, account, now)]
    ids = {row["organisation"] for row in held}
    offices = [stamped.genuine(keys, "organisation", row) for row in await conn.fetch(_ORGANISATIONS, list(ids))]
    known = await accepted(conn, keys, ids)
    return [
        Place(one, office["kind"] == NETWORK, known.get(one, frozenset()))
        for office in offices
        for one in (OrganisationId(str(office["id"])),)
    ]


async def against(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, idp_id: str | None, now: datetime, *, bound: bool
) -> tuple[OrganisationId, ...] | None:
    """Organisations that stand against this account's coming through ``idp_id``; ``None`` when nothing does.

    As :func:`beffroi.core.providers.closed_to` has it. Raises Forged.
    """
    provider = None if idp_id is None else provider_id(idp_id)
    return closed_to(provider, await places_of(conn, keys, account, now), bound=bound)
