"""Lines of creation as the database tells them: the ancestry of a few accounts, every row of it genuine.

The rules themselves are in :mod:`beffroi.core.line`. A line is transitive: two approvals must not come from the
child of a child, nor from the one who brought into being the one who brought him into being (I-04).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.duty import HOLDERS, Duty
from beffroi.core.ids import AccountId
from beffroi.core.line import Approval, Lines, Origin
from beffroi.core.policy import Policy, RoleKind
from beffroi.guard import stamped
from beffroi.guard.sessions.memberships import memberships

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys


_MAKERS: Final = ("requested_by", "approved_by")
_HANDED: Final = """
SELECT o.*, h.account, h.role FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id
WHERE h.account = ANY ($1::uuid[])
"""
"""Who requested and who last approved each habilitation of some accounts."""
_AGREED: Final = """
SELECT * FROM guard.approval WHERE request = ANY ($1::uuid[]) AND verdict = 'approve'
"""
"""Everybody who approved some requests."""


async def within_own_line(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, account: AccountId, own: AccountId, now: datetime
) -> bool:
    """Whether one would speak for oneself, for whom one brought in, or for who brought one in (I-04).

    Raises Forged.
    """
    return account == own or not (await lines_of(conn, keys, policy, [own, account], now)).outside(own, account)


async def lines_of(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, accounts: Iterable[AccountId], now: datetime
) -> Lines:
    """Lines good for questions about these accounts: they and all their makers. Raises Forged."""
    origins: dict[AccountId, Origin] = {}
    founders: list[AccountId] = []
    waiting, asked = set(accounts), set[AccountId]()
    while waiting:
        rows = await conn.fetch("SELECT * FROM guard.account WHERE id = ANY ($1::uuid[])", list(waiting))
        others, promoted = await _handed(conn, keys, policy, waiting)
        makers: set[AccountId] = set()
        for row in rows:
            stamped.genuine(keys, "account", row)
            account = AccountId(str(row["id"]))
            asker, approver = (None if row[name] is None else AccountId(str(row[name])) for name in _MAKERS)
            also = frozenset(others.get(account, ())) - {account}
            origins[account] = Origin(asker, approver, also, frozenset(promoted.get(account, ())) - {account})
            makers.update(also, [maker for maker in (asker, approver) if maker is not None])
            if asker is None and approver is None:
                founders.append(account)
        # An account that is not there has no makers; asked for twice, it would be asked for for ever.
        asked |= waiting
        waiting = makers - asked
    return Lines(origins, [one for one in founders if await is_founder(conn, keys, policy, one, now)])


async def _handed(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, accounts: Iterable[AccountId]
) -> tuple[dict[AccountId, set[AccountId]], dict[AccountId, set[AccountId]]]:
    """Everybody who requested or approved a habilitation of each account, whatever became of it; and those who
    requested one in which it asks for accounts itself. Raises Forged."""
    asking = {code for code, role in policy.roles.items() if role.kind in HOLDERS[Duty.REQUEST]}
    rows = [stamped.genuine(keys, "origin", row) for row in await conn.fetch(_HANDED, list(accounts))]
    agreed: dict[object, set[AccountId]] = {}
    for row in await conn.fetch(_AGREED, list({row["request"] for row in rows})):
        approver = AccountId(str(stamped.genuine(keys, "approval", row)["approver"]))
        agreed.setdefault(row["request"], set()).add(approver)
    found: dict[AccountId, set[AccountId]] = {}
    promoted: dict[AccountId, set[AccountId]] = {}
    for row in rows:
        account = AccountId(str(row["account"]))
        people = found.setdefault(account, set())
        people.update(AccountId(str(row[name])) for name in _MAKERS)
        people.update(agreed.get(row["request"], ()))
        if row["role"] in asking:  # of a habilitation whose row is forged, nobody acts
            promoted.setdefault(account, set()).add(AccountId(str(row["requested_by"])))
    return found, promoted


async def approvals_between(
    conn: "asyncpg.Connection", keys: "Keys", requesters: Iterable[AccountId], approvers: Iterable[AccountId]
) -> list[Approval]:
    """What any of ``approvers`` approved for any of ``requesters``, as the accounts so made tell. Raises Forged."""
    rows = await conn.fetch(
        "SELECT * FROM guard.account WHERE approved_by = ANY ($1::uuid[]) AND requested_by = ANY ($2::uuid[])",
        list(approvers),
        list(requesters),
    )
    made = [stamped.genuine(keys, "account", row) for row in rows]
    asker, approver = _MAKERS
    return [Approval(AccountId(str(row[asker])), AccountId(str(row[approver])), row["created_at"]) for row in made]


async def is_founder(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, account: AccountId, now: datetime
) -> bool:
    """Whether an account holds a founder's role now. Raises Forged."""
    roles = [policy.roles.get(held.role) for held in await memberships(conn, keys, account, now)]
    return any(role is not None and role.kind is RoleKind.FOUNDER for role in roles)
