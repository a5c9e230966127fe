"""Cutting off, at once and alone: a scope, or one account."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

from beffroi.core.containing import NAMED, Extent
from beffroi.core.ids import AccountId, is_uuid
from beffroi.core.policy import Policy
from beffroi.guard import stamped, turnstile
from beffroi.guard.containing import lineage, statements
from beffroi.guard.containing.scopes import By, ContainingRefused, Scope, check_existence, check_reason, read
from beffroi.guard.containing.watching import watchers_among
from beffroi.guard.journal import Entry, append
from beffroi.guard.sessions.ending import revoke, revoke_of_account
from beffroi.guard.sessions.live import is_over
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

SUSPENSION: Final = "suspension"
"""Kind of a cut that suspends one account, beside those of :class:`Extent`."""


class Contained(NamedTuple):
    """What was cut off: accounts cut by name (a line's), and how many live sessions ended with it."""

    id: str
    accounts: int
    sessions: int


async def contain(
    conn: "asyncpg.Connection",
    keys: "Keys",
    policy: Policy,
    kind: str,
    scope: str,
    *,
    groups: int = 0,
    reason: str,
    operator: str,
) -> Contained:
    """Cut off a scope from the guard's host, in one transaction. Raises ContainingRefused."""
    wanted = read(kind, scope, groups)
    check_reason(reason)
    async with conn.transaction():
        await turnstile.take(conn)
        return await cut_off(conn, keys, policy, wanted, reason, By(operator=operator), await stamped.instant(conn))


async def cut_off(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, scope: Scope, reason: str, by: By, now: datetime
) -> Contained:
    """Cut off a scope, journaled; the caller's transaction holds the turnstile. Raises ContainingRefused.

    ``reason`` is a short code, already checked. Sessions of the scope end, enrolment codes of the people it names
    are void, and so is what they had begun to sign in.
    """
    await check_existence(conn, scope)
    identifier, line = str(uuid4()), AccountId(scope.scope)
    people: frozenset[AccountId] = frozenset()
    if scope.extent is Extent.ACCOUNT:
        people = frozenset({line})
    elif scope.extent is Extent.LINE:
        people = await lineage.members(conn, keys, policy, line, now)
        await lineage.record(conn, keys, line, people, now)
    row = {
        "id": identifier, "kind": scope.extent.value, "scope": scope.scope, "groups": scope.groups, "since_at": now,
        "lifted_at": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, "containment", row)
    detail = _detail(
        accounts=len(people), containment=identifier, groups=scope.groups, kind=scope.extent.value,
        operator=by.operator, scope=scope.scope,
    )  # fmt: skip
    entry = Entry(
        now, "contained", account=by.account, session=by.session, organisation=by.organisation, explanation=reason,
        policy=policy.version, detail=detail,
    )  # fmt: skip
    await append(conn, [entry])
    ended = await _end(conn, keys, policy, scope, people, now)
    await _void(conn, keys, people, now)
    await _remember(conn, keys, identifier, scope, reason, by, len(people), ended, now)
    return Contained(identifier, len(people), ended)


async def suspend_account(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, *, reason: str, operator: str
) -> int:
    """Suspend one account from the guard's host; how many sessions ended. Raises ContainingRefused."""
    if not is_uuid(account):
        raise ContainingRefused("Name the account by its id.")
    check_reason(reason)
    async with conn.transaction():
        await turnstile.take(conn)
        return await suspend(conn, keys, account, reason, By(operator=operator), await stamped.instant(conn))


async def suspend(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, reason: str, by: By, now: datetime
) -> int:
    """Suspend one account and end its sessions; how many. Twice changes nothing. Raises ContainingRefused.

    The caller's transaction holds the turnstile.
    """
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1 FOR UPDATE", account)
    if row is None:
        raise ContainingRefused("There is no such account.")
    fresh = row["status"] not in ("suspended", "closed")
    if fresh:
        await stamped.amend(conn, keys, "account", row, status="suspended")
        detail = _detail(by=by.account, operator=by.operator, was=row["status"])
        await append(conn, [Entry(now, "suspended", account=account, explanation=reason, detail=detail)])
    ended = await revoke_of_account(conn, keys, account, now, "suspended")
    if fresh:
        await _void(conn, keys, [account], now)
        scope = Scope(Extent.ACCOUNT, account, 0)
        await _remember(conn, keys, str(uuid4()), scope, reason, by, 1, ended, now, kind=SUSPENSION)
    return ended


async def _end(
    conn: "asyncpg.Connection",
    keys: "Keys",
    policy: Policy,
    scope: Scope,
    people: Collection[AccountId],
    now: datetime,
) -> int:
    """End the sessions of a scope; how many were live. Those that were over are revoked for good as well."""
    if scope.extent is Extent.GROUPS:
        return 0
    rows: list[Row] = await conn.fetch(statements.STOPPED, scope.extent.value, scope.scope, list(people))
    if scope.extent not in NAMED:
        accounts = {AccountId(str(row["account"])) for row in rows}
        watchers = await watchers_among(conn, keys, policy, accounts, now)
        rows = [row for row in rows if str(row["account"]) not in watchers]
    live = sum(not is_over(row, policy.session, now) for row in rows)
    await revoke(conn, keys, rows, now, "contained")
    return live


async def _void(conn: "asyncpg.Connection", keys: "Keys", people: Collection[AccountId], now: datetime) -> None:
    """Enrolment codes handed out to these people end now, and so does what they had begun to sign in."""
    if not people:
        return
    codes = await conn.fetch(
        "SELECT * FROM guard.enrolment WHERE account = ANY ($1::uuid[]) AND used_at IS NULL AND expires_at > $2"
        " ORDER BY id FOR UPDATE",
        list(people),
        now,
    )
    for row in codes:
        if keys.authenticator.genuine_row("enrolment", row):
            await stamped.amend(conn, keys, "enrolment", row, expires_at=now)
        else:  # whatever it says, it must not serve; its MAC stays bad
            await conn.execute("UPDATE guard.enrolment SET expires_at = $2 WHERE id = $1", row["id"], now)
    await conn.execute("DELETE FROM guard.sign_in WHERE account = ANY ($1::uuid[])", list(people))


async def _remember(
    conn: "asyncpg.Connection",
    keys: "Keys",
    identifier: str,
    scope: Scope,
    reason: str,
    by: By,
    accounts: int,
    sessions: int,
    now: datetime,
    *,
    kind: str | None = None,
) -> None:
    row = {
        "id": identifier, "kind": kind or scope.extent.value, "scope": scope.scope, "groups": scope.groups,
        "made_by": by.account, "operator": by.operator, "organisation": by.organisation, "reason": reason,
        "accounts": accounts, "sessions": sessions, "since_at": now, "ended_at": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, "cut", row)


def _detail(**members: object) -> str:
    told = {name: value for name, value in members.items() if value is not None}
    return json.dumps(told, separators=(",", ":"), sort_keys=True)
