"""Who stands in a line that is cut: recorded when it is contained, and followed from then on.

A line of three thousand accounts is one row of ``guard.containment`` and three thousand of ``guard.line_member``,
which a decision looks up by account. What the line brings into being afterwards (an approval that was waiting, say)
is recorded by whoever creates the account, through :func:`follow`; the database refuses a creation that forgot.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import AccountId
from beffroi.guard import stamped
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


_CUT: Final = """
SELECT a.id FROM unnest($1::uuid[]) AS a (id)
WHERE EXISTS (
    SELECT FROM guard.containment c WHERE c.lifted_at IS NULL AND (
        (c.kind IN ('account', 'line') AND c.scope = a.id::text)
        OR (c.kind = 'line' AND EXISTS (
            SELECT FROM guard.line_member m WHERE m.account = a.id AND m.line::text = c.scope))))
"""


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
    conn: "asyncpg.Connection", keys: "Keys", policy: "Policy", line: AccountId, now: datetime
) -> frozenset[AccountId]:
    """Write who stands in this line, which is being contained, and give its members.

    The head has a row as well, by which its later children are known; a founder has none, and passes nothing on.
    """
    found = await members(conn, keys, policy, line, now)
    if not await is_founder(conn, keys, policy, line, now):
        await _write(conn, keys, [(one, line) for one in sorted(found)], now)
    return found


async def follow(
    conn: "asyncpg.Connection", keys: "Keys", accounts: Iterable[AccountId], now: datetime,
    *, request: str | None = None,
) -> frozenset[AccountId]:  # fmt: skip
    """Record accounts just inserted in every contained line they come from; those that are in one.

    ``request`` is what they come from, ``None`` for an import: everybody who agreed to it made them.
    To be called in the transaction that creates them, which holds the turnstile.
    """
    rows = await conn.fetch(statements.JOINING, list(accounts), request)
    joined = [(AccountId(str(row["id"])), AccountId(str(row["line"]))) for row in rows]
    await _write(conn, keys, joined, now)
    return frozenset(account for account, _ in joined)


async def cut_among(conn: "asyncpg.Connection", accounts: Iterable[AccountId]) -> frozenset[AccountId]:
    """Those of these accounts that are contained now, by name or with a line; for commands about accounts.

    It takes rows as they are: a command may be refused on one that was forged, and a decision refuses it anyway.
    """
    rows = await conn.fetch(_CUT, list(accounts))
    return frozenset(AccountId(str(row["id"])) for row in rows)


async def _write(
    conn: "asyncpg.Connection", keys: "Keys", pairs: list[tuple[AccountId, AccountId]], now: datetime
) -> None:
    if not pairs:
        return
    rows: list[dict[str, str | int | datetime]] = [
        {"account": account, "line": line, "since_at": now, "version": 1} for account, line in pairs
    ]
    macs = [keys.authenticator.stamp_row("line_member", row) for row in rows]
    accounts, lines = zip(*pairs, strict=True)
    await conn.execute(_RECORD, now, accounts, lines, macs)
    stamps = zip(rows, macs, strict=True)
    await stamped.record(conn, keys, "line_member", [{**row, "mac": mac} for row, mac in stamps])
