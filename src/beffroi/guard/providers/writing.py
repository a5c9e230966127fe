"""Accepting a provider for an organisation, and withdrawing it; both under the caller's turnstile, both journaled."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from beffroi.core.duty import NETWORK
from beffroi.core.ids import AccountId, OrganisationId, ProviderId
from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.sessions.ending import revoke

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from beffroi.guard.duties import Work
    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

_ROW: Final = "SELECT * FROM guard.organisation_provider WHERE organisation = $1 AND provider = $2 FOR UPDATE"
_KIND: Final = "SELECT * FROM guard.organisation WHERE id = $1"
_SESSIONS: Final = """
SELECT s.* FROM guard.session s JOIN guard.account a ON a.id = s.account
LEFT JOIN guard.habilitation c ON c.id = s.habilitation
WHERE s.revoked_at IS NULL AND a.idp_id = $2 AND (c.organisation = $1 OR s.habilitation IS NULL AND EXISTS (
    SELECT FROM guard.habilitation h WHERE h.account = a.id AND h.organisation = $1 AND h.status <> 'closed'))
ORDER BY s.id FOR UPDATE OF s
"""
"""Live sessions of accounts bound through a provider that act at an organisation, or might yet choose to."""


async def row_of(
    conn: "asyncpg.Connection", keys: "Keys", organisation: OrganisationId, provider: ProviderId
) -> "Row | None":
    """What is written of a provider at an organisation, locked; ``None`` where nothing ever was. Raises Forged."""
    row = await conn.fetchrow(_ROW, organisation, provider)
    return None if row is None else stamped.genuine(keys, "organisation_provider", row)


async def accept(
    conn: "asyncpg.Connection",
    keys: "Keys",
    organisation: OrganisationId,
    provider: ProviderId,
    name: str,
    now: "datetime",
    *,
    source: str,
    by: AccountId | None = None,
    request: str | None = None,
    policy: str | None = None,
) -> None:
    """Let an organisation's people be bound through a provider from now on. Raises Forged."""
    known = await row_of(conn, keys, organisation, provider)
    fresh = {
        "name": name, "source": source, "accepted_at": now, "accepted_by": by, "withdrawn_at": None,
        "withdrawn_by": None,
    }  # fmt: skip
    if known is None:
        row = {"id": str(uuid4()), "organisation": organisation, "provider": provider, **fresh, "version": 1}
        await stamped.insert(conn, keys, "organisation_provider", row)
    else:
        await stamped.amend(conn, keys, "organisation_provider", known, **fresh)
    detail = {"provider": provider, "request": request, "source": source}
    await append(conn, [_entry("provider-accepted", organisation, by, now, policy, detail)])


async def withdraw(work: "Work", row: "Row", by: AccountId) -> int:
    """Accept a provider no longer, and end what it let in there; how many sessions ended. Raises Forged.

    At the network no session ends and nobody already bound is shut out (:func:`beffroi.core.providers.serves`).
    """
    conn, keys, policy, now = work
    organisation, provider = OrganisationId(str(row["organisation"])), row["provider"]
    await stamped.amend(conn, keys, "organisation_provider", row, withdrawn_at=now, withdrawn_by=by)
    office = stamped.genuine(keys, "organisation", await conn.fetchrow(_KIND, organisation))
    ended = 0
    if office["kind"] != NETWORK:
        sessions = await conn.fetch(_SESSIONS, organisation, provider)
        ended = await revoke(conn, keys, sessions, now, "provider-withdrawn")
    detail = {"provider": provider, "sessions": ended}
    await append(conn, [_entry("provider-withdrawn", organisation, by, now, policy.version, detail)])
    return ended


def _entry(
    kind: str,
    organisation: OrganisationId,
    by: AccountId | None,
    now: "datetime",
    policy: str | None,
    detail: Mapping[str, object],
) -> Entry:
    told = {name: value for name, value in detail.items() if value is not None}
    text = json.dumps(told, separators=(",", ":"), sort_keys=True)
    return Entry(now, kind, account=by, organisation=organisation, policy=policy, detail=text)
