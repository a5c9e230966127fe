"""Who approves, contains or investigates: whom no containment of others stops."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.containing import WATCHERS
from beffroi.core.ids import AccountId
from beffroi.core.policy import Policy

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_WATCHING: Final = """
SELECT * FROM guard.habilitation
WHERE account = ANY ($1::uuid[]) AND role = ANY ($2::text[]) AND status IN ('probation', 'confirmed')
    AND from_at <= $3 AND $3 < until_at
"""


async def watchers_among(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, accounts: Collection[AccountId], now: datetime
) -> frozenset[AccountId]:
    """Those of these accounts that hold a watching role now; a forged habilitation gives none."""
    roles = [code for code, role in policy.roles.items() if role.kind in WATCHERS]
    rows = await conn.fetch(_WATCHING, list(accounts), roles, now)
    return frozenset(
        AccountId(str(row["account"])) for row in rows if keys.authenticator.genuine_row("habilitation", row)
    )
