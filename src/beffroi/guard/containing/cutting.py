"""Cutting off, at once and alone: a scope, or one account."""

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

from beffroi.core.approvals import Objection, State
from beffroi.core.containing import NAMED, QUIET, Extent
from beffroi.core.ids import AccountId, is_uuid
from beffroi.core.policy import Policy
from beffroi.guard import stamped, turnstile
from beffroi.guard.approvals import making
from beffroi.guard.containing import lineage, statements
from beffroi.guard.containing.scopes import By, ContainingRefused, Scope, check_existence, check_reason, read
from beffroi.guard.containing.watching import watchers_among
from beffroi.guard.duties import Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.sessions.ending import revoke
from beffroi.guard.sessions.live import is_over
from beffroi.guard.signin import enrolments
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_WAITING: Final = """
SELECT * FROM guard.request WHERE requester = ANY ($1::uuid[]) AND status = 'pending' ORDER BY id FOR UPDATE
"""
SUSPENSION: Final = "suspension"
"""Kind of a cut that suspends one account, beside those of :class:`Extent`."""


class Contained(NamedTuple):
    """What was cut off: its id, accounts cut by name (a line's), and how many live sessions ended with it."""

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
        work = Work(conn, keys, policy, await stamped.instant(conn))
        return await cut_off(work, wanted, reason, By(operator=operator))


async def cut_off(work: Work, scope: Scope, reason: str, by: By) -> Contained:
    """Cut off a scope, journaled; the caller's transaction holds the turnstile. Raises ContainingRefused.

    ``reason`` is a short code, already checked. The sessions of the scope end. Of the people it names, enrolment
    codes and sign-ins under way are void, and what they had asked for is withdrawn.
    """
    conn, keys, policy, now = work
    await check_existence(conn, scope)
    identifier, line = str(uuid4()), AccountId(scope.scope)
    people: frozenset[AccountId] = frozenset()
    if scope.extent is Extent.ACCOUNT:
        people = frozenset({line})
    elif scope.extent is Extent.LINE:
        people = await lineage.record(conn, keys, policy, line, now)
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
    ended = await _end(work, scope, people, "contained")
    await _void(work, people, "contained")
    await _remember(work, identifier, scope.extent.value, scope, reason, by, (len(people), ended))
    await telling.contained(work, identifier, scope.extent, scope.scope)
    return Contained(identifier, len(people), ended)


async def suspend_account(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, account: AccountId, *, reason: str, operator: str
) -> int:
    """Suspend one account from the guard's host; how many sessions ended. Raises ContainingRefused."""
    if not is_uuid(account):
        raise ContainingRefused("Name the account by its id.")
    check_reason(reason)
    async with conn.transaction():
        await turnstile.take(conn)
        work = Work(conn, keys, policy, await stamped.instant(conn))
        return await suspend(work, account, reason, By(operator=operator))


async def suspend(work: Work, account: AccountId, reason: str, by: By) -> int:
    """Suspend one account and end its sessions; how many. Twice changes nothing. Raises ContainingRefused.

    ``reason`` is a short code, already checked; the caller's transaction holds the turnstile.
    """
    conn, keys, policy, now = work
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1 FOR UPDATE", account)
    if row is None:
        raise ContainingRefused("There is no such account.", Objection.NOTHING_TO_CUT)
    fresh = row["status"] not in ("suspended", "closed")
    if fresh:
        await stamped.amend(conn, keys, "account", row, status="suspended")
        detail = _detail(by=by.account, operator=by.operator, was=row["status"])
        entry = Entry(
            now, "suspended", account=account, organisation=by.organisation, explanation=reason,
            policy=policy.version, detail=detail,
        )  # fmt: skip
        await append(conn, [entry])
    scope = Scope(Extent.ACCOUNT, account, 0)
    ended = await _end(work, scope, [account], "suspended")
    if fresh:
        await _void(work, [account], "suspended")
        identifier = str(uuid4())
        await _remember(work, identifier, SUSPENSION, scope, reason, by, (1, ended))
        await telling.suspended_by_hand(work, account, identifier)
    return ended


async def _end(work: Work, scope: Scope, people: Collection[AccountId], why: str) -> int:
    """End the sessions of a scope; how many were live. Those that were over are revoked for good as well."""
    conn, keys, policy, now = work
    if scope.extent in QUIET:
        return 0
    rows: list[Row] = await conn.fetch(statements.STOPPED, scope.extent.value, scope.scope, list(people))
    if scope.extent not in NAMED:
        accounts = {AccountId(str(row["account"])) for row in rows}
        watchers = await watchers_among(conn, keys, policy, accounts, now)
        rows = [row for row in rows if str(row["account"]) not in watchers]
    await revoke(conn, keys, rows, now, why)
    return sum(not is_over(row, policy.session, now) for row in rows)


async def _void(work: Work, people: Collection[AccountId], why: str) -> None:
    """Of these people, enrolment codes, sign-ins under way and requests that wait serve no more."""
    conn, keys, _, now = work
    if not people:
        return
    named = list(people)
    await enrolments.void(conn, keys, named, now, why)
    await conn.execute("DELETE FROM guard.sign_in WHERE account = ANY ($1::uuid[])", named)
    requests = await conn.fetch(_WAITING, named)
    for row in requests:
        if keys.authenticator.genuine_row("request", row):  # a forged one can be approved by nobody
            await making.close(work, row, State.WITHDRAWN, None)


async def _remember(
    work: Work, identifier: str, kind: str, scope: Scope, reason: str, by: By, ended: tuple[int, int]
) -> None:
    """Keep who cut what, why, and what ended with it: accounts, live sessions."""
    row = {
        "id": identifier, "kind": kind, "scope": scope.scope, "groups": scope.groups, "made_by": by.account,
        "operator": by.operator, "organisation": by.organisation, "reason": reason, "accounts": ended[0],
        "sessions": ended[1], "since_at": work.now, "ended_at": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(work.conn, work.keys, "cut", row)


def _detail(**members: object) -> str:
    told = {name: value for name, value in members.items() if value is not None}
    return json.dumps(told, separators=(",", ":"), sort_keys=True)
