"""Giving back what was cut: only by two people who are no accomplices, of one another or of what is given back."""

import json
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Final

from beffroi.core.approvals import Objection
from beffroi.core.containing import NAMED
from beffroi.core.ids import AccountId, is_uuid
from beffroi.guard import stamped
from beffroi.guard.approvals.eligible import tie
from beffroi.guard.containing.scopes import ContainingRefused
from beffroi.guard.containing.watching import watchers_among
from beffroi.guard.duties import Work
from beffroi.guard.habilitations.creating import vouch
from beffroi.guard.journal import Entry, append
from beffroi.guard.lines import approvals_between, lines_of
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

APPROVALS: Final = 2
_SUSPENSIONS: Final = """
SELECT * FROM guard.cut WHERE kind = 'suspension' AND scope = $1 AND ended_at IS NULL ORDER BY id FOR UPDATE
"""


async def restore_account(work: Work, account: AccountId, approvers: Sequence[AccountId]) -> None:
    """Give a suspended account back; two people outside its line agree. Raises ContainingRefused.

    The caller's transaction holds the turnstile; it has verified that each approver agreed, with a fresh passkey.
    """
    conn, keys, _, now = work
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1 FOR UPDATE", account)
    if row is None or row["status"] != "suspended":
        raise ContainingRefused("There is no such suspended account.")
    await check_independent(work, approvers, account)
    status = "invited" if row["subject_index"] is None else "active"
    restored = await stamped.amend(conn, keys, "account", row, status=status)
    await vouch(work, restored, restored=True)
    for cut in await conn.fetch(_SUSPENSIONS, account):
        await stamped.amend(conn, keys, "cut", cut, ended_at=now)
    await append(conn, [Entry(now, "restored", account=account, detail=_detail(approvers=sorted(approvers)))])


async def lift(work: Work, containment: str, approvers: Sequence[AccountId]) -> None:
    """End a containment; two people agree, outside the line of whom it cut. Raises ContainingRefused.

    The caller's transaction holds the turnstile; it has verified that each approver agreed, with a fresh passkey.
    """
    conn, keys, policy, now = work
    row = await in_force(conn, keys, containment)
    if row is None:
        raise ContainingRefused("There is no such containment in force.")
    await check_independent(work, approvers, concerned(row))
    await stamped.amend(conn, keys, "containment", row, lifted_at=now)
    for cut in await conn.fetch("SELECT * FROM guard.cut WHERE id = $1 FOR UPDATE", row["id"]):
        await stamped.amend(conn, keys, "cut", cut, ended_at=now)
    detail = _detail(containment=str(row["id"]), approvers=sorted(approvers))
    await append(conn, [Entry(now, "lifted", policy=policy.version, detail=detail)])


async def in_force(conn: "asyncpg.Connection", keys: "Keys", containment: str) -> Row | None:
    """A containment that is not lifted, locked; ``None`` where there is none. Raises Forged."""
    if not is_uuid(containment):
        return None
    row = await conn.fetchrow("SELECT * FROM guard.containment WHERE id = $1 FOR UPDATE", containment)
    if row is None or row["lifted_at"] is not None:
        return None
    return stamped.genuine(keys, "containment", row)


def concerned(containment: Row) -> AccountId | None:
    """Whom a containment cut by name: the account, or the head of the line; ``None`` for any other."""
    return AccountId(containment["scope"]) if containment["kind"] in NAMED else None


async def check_independent(work: Work, approvers: Sequence[AccountId], about: AccountId | None) -> None:
    """Two different people who watch, neither in the line of the other, nor of the account ``about``, at any distance
    (I-04); nor did one of them approve for another of late, nor that account for one: the favour would be returned.

    Raises ContainingRefused, or Forged.
    """
    conn, keys, policy, now = work
    people = list(approvers)
    if len(people) < APPROVALS or len(set(people)) != len(people):
        raise ContainingRefused("Two different people must approve.", Objection.SAME_PERSON)
    for row in await conn.fetch("SELECT * FROM guard.account WHERE id = ANY ($1::uuid[])", people):
        if stamped.genuine(keys, "account", row)["status"] != "active":
            raise ContainingRefused("An approver is not active.")
    if await watchers_among(conn, keys, policy, people, now) != frozenset(people):
        raise ContainingRefused("An approver holds no role that may approve.")
    independent = people if about is None else [*people, about]
    lines = await lines_of(conn, keys, policy, independent, now)
    if not all(lines.outside(one, other) for one, other in combinations(independent, 2)):
        raise ContainingRefused(
            "An approver stands in the line of what is approved, or of the other approver.", Objection.WITHIN_LINE
        )
    if await tie(work, people) is not None:
        raise ContainingRefused("One approver agreed to a request of the other's of late.", Objection.RECIPROCAL)
    if about is not None:
        given = await approvals_between(conn, keys, people, [about])
        if any(lines.objection(one, about, None, given, now) is not None for one in people):
            raise ContainingRefused(
                "This account approved a request of an approver's in the last 180 days.", Objection.RECIPROCAL
            )


def _detail(**members: object) -> str:
    return json.dumps(members, separators=(",", ":"), sort_keys=True)
