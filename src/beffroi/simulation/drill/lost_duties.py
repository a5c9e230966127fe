"""What four eyes, enrolment and separation of duties are worth: functions that do less, in a drill's guard alone.

They take the place of the real ones in the process that :mod:`.guard_process` starts, once it has refused every
database that is not a throw-away. Nothing else calls :func:`lose`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from beffroi.core import decision
from beffroi.core.approvals import Objection, State
from beffroi.core.ids import AccountId
from beffroi.core.policy import RoleKind, Separation
from beffroi.guard.approvals import making
from beffroi.guard.approvals.kinds import Kind
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.signin import enrolments
from beffroi.guard.stamped import Row
from beffroi.simulation.drill.ablation import Ablation

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_MAKE: Final = making.make
_CHECK: Final = enrolments.check


def lose(ablation: Ablation) -> None:
    """Lose in this process what the ablation says."""
    if ablation.four_eyes:
        making.make = _carried_out_at_once
    if ablation.enrolment:
        enrolments.check = _any_code
    if ablation.separation:
        decision.clash = _no_clash  # type: ignore[attr-defined]


async def _carried_out_at_once(work: Work, by: OnDuty, kind: Kind[Any], body: Any) -> Row | Objection:
    """Who asks is who agrees."""
    row = await _MAKE(work, by, kind, body)
    if isinstance(row, Objection):
        return row
    kept = await making.locked(work, str(row["id"]))
    assert kept is not None, "it was written in this transaction"
    done = await kind.carry_out(work, await making.read(work, kept), (by.account.id,))
    return done or await making.close(work, kept, State.APPROVED, by.account.id)


async def _any_code(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, typed: str, now: datetime
) -> str | None:
    """Whoever signs in with the address enrols: nobody had to see an identity document."""
    return await _CHECK(conn, keys, account, await enrolments.issue(conn, keys, account, now), now)


def _no_clash(kinds: Iterable[RoleKind], separation: Separation) -> tuple[RoleKind, RoleKind] | None:
    return None
