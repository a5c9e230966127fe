"""Who may cut what through a door: tightening is allowed alone, but not so far that nobody could give back."""

from typing import Final

from beffroi.core.approvals import Objection
from beffroi.core.containing import NAMED, Extent, manager_may_suspend
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId
from beffroi.core.policy import RoleKind
from beffroi.guard.approvals.eligible import holders_of
from beffroi.guard.containing import giving_back, lineage, statements
from beffroi.guard.containing.scopes import Scope
from beffroi.guard.containing.watching import watchers_among
from beffroi.guard.duties import OnDuty, Work

_IN_FORCE: Final = "SELECT groups FROM guard.containment WHERE lifted_at IS NULL AND kind = $1 AND scope = $2"
_COLLEAGUE: Final = """
SELECT a.status FROM guard.account a WHERE a.id = $1 AND ($2 OR EXISTS (
    SELECT FROM guard.habilitation h WHERE h.account = a.id AND h.organisation = $3 AND h.status <> 'closed'))
"""
PEOPLE: Final = frozenset({*NAMED, "suspension"})
"""Kinds of cuts whose scope is an account."""
_GONE: Final = frozenset({"suspended", "closed"})


async def reaches(work: Work, by: OnDuty, kind: str, scope: str) -> bool:
    """Whether this is for this person to cut, to see and to ask back: all from the network, else one's own office.

    A colleague's line goes as far as it goes: what he brought into being elsewhere is cut with him.
    """
    if by.everywhere:
        return True
    if kind in (Extent.ORGANISATION, Extent.FILES):
        return scope == by.organisation.id
    if kind not in PEOPLE:
        return False
    return await work.conn.fetchrow(_COLLEAGUE, scope, False, by.organisation.id) is not None


async def objection(work: Work, by: OnDuty, scope: Scope) -> Objection | None:
    """Why this scope is not to be cut by this person; ``None`` when nothing stands against it. Raises Forged.

    Two who approve and one who contains must be left, not counting those already cut: an officer whose account was
    stolen must not be able to cut off whoever could stop him. On the guard's own host there is no such limit.
    """
    if not await reaches(work, by, scope.extent.value, scope.scope):
        return Objection.NOTHING_TO_CUT if scope.extent in NAMED else Objection.OUT_OF_REACH
    rows = await work.conn.fetch(_IN_FORCE, scope.extent.value, scope.scope)
    already = 0
    for row in rows:
        already |= row["groups"]
    if scope.extent is Extent.GROUPS:
        return None if scope.groups & ~already else Objection.ALREADY_CUT
    if rows:
        return Objection.ALREADY_CUT
    if scope.extent in NAMED:
        people = frozenset({AccountId(scope.scope)})
        if scope.extent is Extent.LINE:
            people = await lineage.members(work.conn, work.keys, work.policy, AccountId(scope.scope), work.now)
        return await _enough_left(work, by, people)
    return None


async def to_suspend(work: Work, by: OnDuty, account: AccountId) -> Objection | None:
    """Why this person may not suspend that account; ``None`` when nothing stands against it. Raises Forged.

    A manager suspends colleagues of his own organisation who do not watch, and no more of them than a machine might.
    """
    if account == by.account.id:
        return Objection.SAME_PERSON
    row = await work.conn.fetchrow(_COLLEAGUE, account, by.everywhere, by.organisation.id)
    if row is None:
        return Objection.NOTHING_TO_CUT
    if row["status"] in _GONE:
        return Objection.ALREADY_CUT
    if by.role.kind is not RoleKind.MANAGER:
        return await _enough_left(work, by, frozenset({account}))
    if await watchers_among(work.conn, work.keys, work.policy, [account], work.now):
        return Objection.OUT_OF_REACH
    return None if await one_more(work, by) else Objection.TOO_MANY_SUSPENSIONS


async def one_more(work: Work, by: OnDuty) -> bool:
    """Whether a manager may, alone, suspend or send away one colleague more: both shut an office the same way."""
    count = await work.conn.fetchrow(statements.SUSPENDED_BY_MANAGERS, by.account.id, by.organisation.id, work.now)
    return manager_may_suspend(count["accounts"], count["today"], count["this_hour"])


async def _enough_left(work: Work, by: OnDuty, people: frozenset[AccountId]) -> Objection | None:
    place = by.organisation.id
    approving = await holders_of(work, Duty.APPROVE, place)
    containing = await holders_of(work, Duty.CONTAIN, place)
    gone = people | await lineage.cut_among(work.conn, approving | containing)
    approving, containing = approving - gone, containing - gone
    # Whoever asks for the lifting does not approve it: three people are needed.
    if len(approving) < giving_back.APPROVALS or len(approving | containing) <= giving_back.APPROVALS:
        return Objection.LAST_TO_LIFT
    return None if containing else Objection.LAST_TO_LIFT
