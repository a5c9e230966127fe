"""Cutting off, at once and alone; giving back, only by two people.

Every command takes the turnstile, so it is judged by commit order (I-07): no batch that begins after it can allow
what it cut. Containing never stops those who approve, contain or investigate: their sessions stay, unless it is
their own account that is cut.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

from beffroi.core.fields import EVERY
from beffroi.core.ids import CODE, AccountId, SessionId, is_uuid
from beffroi.core.policy import Level, Policy, RoleKind
from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.lines import approvals_between, lines_of
from beffroi.guard.sessions.ending import revoke, revoke_of_account
from beffroi.guard.sessions.live import is_over
from beffroi.guard.sessions.memberships import memberships
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

KINDS: Final = ("everything", "application", "organisation", "account", "groups")
WATCHERS: Final = frozenset({RoleKind.APPROVER, RoleKind.SECURITY, RoleKind.FOUNDER})
FRESH: Final = timedelta(minutes=5)
APPROVALS: Final = 2


class ContainingRefused(RuntimeError):
    """The command cannot be done; the message says what is missing."""


class Contained(NamedTuple):
    """What was cut off, and how many live sessions ended with it."""

    id: str
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
    """Cut off everything, an application, an organisation, an account or field groups; journaled, in one transaction.

    ``reason`` is a short code (never free text: the journal holds no personal value). Raises ContainingRefused.
    """
    if kind not in KINDS:
        raise ContainingRefused(f"One of {', '.join(KINDS)} can be contained.")
    if kind == "groups" and not 0 < groups <= EVERY:
        raise ContainingRefused("Name the field groups to withhold.")
    if kind in ("organisation", "account") and not is_uuid(scope):
        raise ContainingRefused(f"Name the {kind} by its id.")
    _check_reason(reason)
    async with conn.transaction():
        await turnstile.take(conn)
        if kind in ("organisation", "account", "application") and not await _exists(conn, kind, scope):
            raise ContainingRefused(f"There is no such {kind}.")
        now, identifier = await stamped.instant(conn), str(uuid4())
        row = {
            "id": identifier,
            "kind": kind,
            "scope": "" if kind in ("everything", "groups") else scope,
            "groups": groups if kind == "groups" else 0,
            "since_at": now,
            "lifted_at": None,
            "version": 1,
        }
        await stamped.insert(conn, keys, "containment", row)
        detail = _detail(
            operator=operator, containment=identifier, kind=kind, scope=row["scope"], groups=row["groups"]
        )
        await append(conn, [Entry(now, "contained", explanation=reason, policy=policy.version, detail=detail)])
        if kind == "account":
            ended = await revoke_of_account(conn, keys, AccountId(scope), now, "contained")
        else:
            ended = await revoke(conn, keys, await _stopped(conn, keys, policy, kind, scope, now), now, "contained")
        return Contained(identifier, ended)


async def suspend_account(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, *, reason: str, operator: str
) -> int:
    """Suspend one account and end its sessions; how many. Twice changes nothing. Raises ContainingRefused."""
    if not is_uuid(account):
        raise ContainingRefused("Name the account by its id.")
    _check_reason(reason)
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1 FOR UPDATE", account)
        if row is None:
            raise ContainingRefused("There is no such account.")
        now = await stamped.instant(conn)
        if row["status"] not in ("suspended", "closed"):
            await stamped.amend(conn, keys, "account", row, status="suspended")
            detail = _detail(operator=operator, was=row["status"])
            await append(conn, [Entry(now, "suspended", account=account, explanation=reason, detail=detail)])
        return await revoke_of_account(conn, keys, account, now, "suspended")


async def restore_account(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, account: AccountId, approvals: Sequence[SessionId]
) -> None:
    """Give a suspended account back; two people outside its line agree. Raises ContainingRefused."""
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1 FOR UPDATE", account)
        if row is None or row["status"] != "suspended":
            raise ContainingRefused("There is no such suspended account.")
        now = await stamped.instant(conn)
        people = await _approved(conn, keys, policy, approvals, now, concerned=account)
        status = "invited" if row["subject_index"] is None else "active"
        await stamped.amend(conn, keys, "account", row, status=status)
        await append(conn, [Entry(now, "restored", account=account, detail=_detail(approvers=people))])


async def lift(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, containment: str, approvals: Sequence[SessionId]
) -> None:
    """End a containment; two people agree. Raises ContainingRefused."""
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow("SELECT * FROM guard.containment WHERE id = $1 FOR UPDATE", containment)
        if row is None or row["lifted_at"] is not None:
            raise ContainingRefused("There is no such containment in force.")
        now = await stamped.instant(conn)
        concerned = AccountId(row["scope"]) if row["kind"] == "account" else None
        people = await _approved(conn, keys, policy, approvals, now, concerned=concerned)
        await stamped.amend(conn, keys, "containment", row, lifted_at=now)
        detail = _detail(containment=str(row["id"]), approvers=people)
        await append(conn, [Entry(now, "lifted", policy=policy.version, detail=detail)])


async def _approved(
    conn: "asyncpg.Connection",
    keys: "Keys",
    policy: Policy,
    approvals: Sequence[SessionId],
    now: datetime,
    *,
    concerned: AccountId | None,
) -> list[str]:
    """The two approvers: live sessions, a passkey of the last five minutes, a watching role, different people.

    Neither stands in the line of the other, nor of the account ``concerned``, at whatever distance (I-04); nor did
    that account approve for one of them of late: the favour would be returned.
    """
    people: list[AccountId] = []
    for session_id in approvals:
        session = await conn.fetchrow("SELECT * FROM guard.session WHERE id = $1", session_id)
        if session is None or is_over(stamped.genuine(keys, "session", session), policy.session, now):
            raise ContainingRefused("An approval comes from no live session.")
        if session["level"] < Level.PASSKEY or now - session["factor_at"] > FRESH:
            raise ContainingRefused("An approval needs a passkey used in the last five minutes.")
        row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", session["account"])
        if row is None or stamped.genuine(keys, "account", row)["status"] != "active":
            raise ContainingRefused("An approver is not active.")
        approver = AccountId(str(row["id"]))
        if not await _is_watcher(conn, keys, policy, approver, now):
            raise ContainingRefused("An approver holds no role that may approve.")
        people.append(approver)
    if len(set(people)) != APPROVALS or len(people) != APPROVALS:
        raise ContainingRefused("Two different people must approve.")
    independent = people if concerned is None else [*people, concerned]
    lines = await lines_of(conn, keys, policy, independent, now)
    if not all(lines.outside(one, other) for one, other in combinations(independent, 2)):
        raise ContainingRefused("An approver stands in the line of what is approved, or of the other approver.")
    if concerned is not None:
        given = await approvals_between(conn, keys, people, concerned)
        if any(lines.objection(one, concerned, None, given, now) is not None for one in people):
            raise ContainingRefused("This account approved a request of an approver's in the last 180 days.")
    return sorted(people)


async def _is_watcher(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, account: AccountId, now: datetime
) -> bool:
    """Whether an account approves, contains or investigates."""
    roles = [policy.roles.get(membership.role) for membership in await memberships(conn, keys, account, now)]
    return any(role is not None and role.kind in WATCHERS for role in roles)


async def _stopped(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, kind: str, scope: str, now: datetime
) -> list[Row]:
    """Live sessions that a wide containment ends: all those of its scope but the watchers'."""
    if kind == "groups":
        return []
    rows = await conn.fetch(
        "SELECT s.* FROM guard.session s LEFT JOIN guard.habilitation h ON h.id = s.habilitation"
        " WHERE s.revoked_at IS NULL AND CASE $1 WHEN 'application' THEN s.application = $2"
        " WHEN 'organisation' THEN h.organisation::text = $2 ELSE true END ORDER BY s.id FOR UPDATE OF s",
        kind,
        scope,
    )
    watchers: dict[str, bool] = {}
    for row in rows:
        account = str(row["account"])
        if account not in watchers:
            watchers[account] = await _is_watcher(conn, keys, policy, AccountId(account), now)
    return [row for row in rows if not watchers[str(row["account"])]]


async def _exists(conn: "asyncpg.Connection", kind: str, scope: str) -> bool:
    return await conn.fetchval(f"SELECT 1 FROM guard.{kind} WHERE id = $1", scope) is not None


def _check_reason(reason: str) -> None:
    if CODE.fullmatch(reason) is None:
        raise ContainingRefused("The reason is a short code: lower-case letters, digits, hyphens.")


def _detail(**members: object) -> str:
    return json.dumps(members, separators=(",", ":"), sort_keys=True)
