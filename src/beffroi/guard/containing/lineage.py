"""Who stands in a line that is cut: recorded when it is contained, and followed from then on.

A line of three thousand accounts is one row of ``guard.containment`` and three thousand of ``guard.line_member``,
which a decision looks up by account. What the line brings into being afterwards (an approval that was waiting, say)
is recorded by whoever creates the account, through :func:`follow`; the database refuses a creation that forgot.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import AccountId
from beffroi.guard.containing import statements
from beffroi.guard.lines import is_founder

if TYPE_CHECKING:
    import asyncpg

    from beffroi.core.policy import Policy
    from beffroi.guard.keys import Keys

_RECORD: Final = """
INSERT INTO guard.line_member (account, line, since_at, version, mac)
SELECT q.account, q.line, $1, 1, q.mac FROM unnest($2::uuid[], $3::uuid[], $4::bytea[]) AS q (account, line, mac)
ON CONFLICT (account, line) DO UPDATE SET since_at = excluded.since_at, version = excluded.version, mac = excluded.mac
"""
"""A member that is recorded already is written again: whatever somebody made of its row, it is genuine afterwards."""


async def members(
    conn: "asyncpg.Connection", keys: "Keys", policy: "Policy", account: AccountId, now: datetime
) -> frozenset[AccountId]:
    """The line of an account, itself included. A founder's is himself alone.

    Rows are taken as they are, forged or not: a forged account is refused everywhere, and so may as well be cut.
    """
    if await is_founder(conn, keys, policy, account, now):
        return frozenset({account})
    rows = await conn.fetch(statements.MEMBERS, account)
    return frozenset(AccountId(str(row["id"])) for row in rows)


async def record(
    conn: "asyncpg.Connection", keys: "Keys", line: AccountId, line_members: Iterable[AccountId], now: datetime
) -> None:
    """Write that these accounts stand in this line, which is being contained; its head is cut by its own id."""
    await _write(conn, keys, [(one, line) for one in sorted(line_members) if one != line], now)


async def follow(
    conn: "asyncpg.Connection", keys: "Keys", accounts: Iterable[AccountId], now: datetime
) -> frozenset[AccountId]:
    """Record accounts just inserted in every contained line they come from; those that are in one.

    To be called in the transaction that creates them, which holds the turnstile.
    """
    rows = await conn.fetch(statements.JOINING, list(accounts))
    joined = [(AccountId(str(row["id"])), AccountId(str(row["line"]))) for row in rows]
    await _write(conn, keys, joined, now)
    return frozenset(account for account, _ in joined)


async def _write(
    conn: "asyncpg.Connection", keys: "Keys", pairs: list[tuple[AccountId, AccountId]], now: datetime
) -> None:
    if not pairs:
        return
    macs = [keys.authenticator.stamp("line_member", (account, line, now, 1)) for account, line in pairs]
    accounts, lines = zip(*pairs, strict=True)
    await conn.execute(_RECORD, now, accounts, lines, macs)
