"""The life of a habilitation, as a table, and what follows from it: duties that clash (I-05), smaller budgets.

requested → approved (four eyes) → enrolled (code handed over outside e-mail) → trained (course and exam passed) →
probation → confirmed → suspended | closed. Only ``probation`` and ``confirmed`` give access.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final

from beffroi.core.budgets import Caps
from beffroi.core.facts import HabilitationFacts
from beffroi.core.ids import Bucket
from beffroi.core.policy import Policy, RoleKind, Separation


class Status(StrEnum):
    """Where a habilitation stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    ENROLLED = "enrolled"
    TRAINED = "trained"
    PROBATION = "probation"
    CONFIRMED = "confirmed"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Event(StrEnum):
    """What happens to it; each is a guard command, journaled."""

    APPROVE = "approve"
    ENROL = "enrol"
    TRAIN = "train"
    BEGIN = "begin"
    CONFIRM = "confirm"
    REVIEW = "review"
    REPLACE_FACTOR = "replace-factor"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    CLOSE = "close"


LONGEST: Final = timedelta(days=366)
"""A habilitation is asked for a year at most, then asked for again."""
FURTHEST: Final = timedelta(days=90)
"""How long ahead it may begin."""
AWAITED: Final = frozenset({Status.APPROVED, Status.ENROLLED, Status.TRAINED})
"""Agreed to, and giving no access yet."""
ACCESS: Final = frozenset({Status.PROBATION, Status.CONFIRMED})

# Every event from every status: where it leads, and nothing for an event that the status refuses.
TRANSITIONS: Final[Mapping[Event, Mapping[Status, Status]]] = {
    Event.APPROVE: {Status.REQUESTED: Status.APPROVED},
    Event.ENROL: {Status.APPROVED: Status.ENROLLED},
    Event.TRAIN: {Status.ENROLLED: Status.TRAINED},
    Event.BEGIN: {Status.TRAINED: Status.PROBATION},
    Event.CONFIRM: {Status.PROBATION: Status.CONFIRMED},
    Event.REVIEW: {Status.PROBATION: Status.PROBATION, Status.CONFIRMED: Status.CONFIRMED},
    # A new second factor may be a thief's: trust starts again, and a suspension stays one.
    Event.REPLACE_FACTOR: {
        Status.PROBATION: Status.PROBATION,
        Status.CONFIRMED: Status.PROBATION,
        Status.SUSPENDED: Status.SUSPENDED,
    },
    Event.SUSPEND: {
        Status.REQUESTED: Status.CLOSED,
        Status.APPROVED: Status.CLOSED,
        Status.ENROLLED: Status.CLOSED,
        Status.TRAINED: Status.CLOSED,
        Status.PROBATION: Status.SUSPENDED,
        Status.CONFIRMED: Status.SUSPENDED,
        Status.SUSPENDED: Status.SUSPENDED,
        Status.CLOSED: Status.CLOSED,
    },
    Event.REINSTATE: {Status.SUSPENDED: Status.PROBATION},
    Event.CLOSE: dict.fromkeys(Status, Status.CLOSED),
}


def after(status: Status, event: Event) -> Status | None:
    """Where the event leads, or ``None`` when the status refuses it. Suspending and closing never are refused."""
    return TRANSITIONS[event].get(status)


def is_period(from_on: date, until_on: date, today: date, contract_until_on: date) -> bool:
    """Whether a habilitation may be asked for these days, both included, under a contract that ends on that one."""
    return (
        today <= until_on
        and from_on <= until_on
        and until_on - from_on <= LONGEST
        and from_on - today <= FURTHEST
        and until_on <= contract_until_on
    )


def clash(kinds: Iterable[RoleKind], separation: Separation) -> tuple[RoleKind, RoleKind] | None:
    """Two kinds of role that one person may not hold, over all memberships; ``None`` when all go together."""
    for one, other in combinations(sorted(set(kinds)), 2):
        if frozenset({one, other}) in separation:
            return one, other
    return None


def is_in_force(held: HabilitationFacts, now: datetime) -> bool:
    """Whether it gives access now, as far as it depends on itself."""
    return held.status in ACCESS and held.from_at <= now < held.until_at


def kinds_in_force(held: Iterable[HabilitationFacts], now: datetime, policy: Policy) -> set[RoleKind]:
    """Kinds of role that these habilitations give now, wherever they are held.

    A role that the policy does not know gives nothing, so it clashes with nothing; ``beffroi policy check`` lists it.
    Whether the organisation is closed is not asked: it may open again while the session lives.
    """
    kinds: set[RoleKind] = set()
    for one in held:
        if is_in_force(one, now):
            role = policy.roles.get(one.role)
            if role is not None:
                kinds.add(role.kind)
    return kinds


def caps_of(policy: Policy, bucket: Bucket, status: str) -> Caps | None:
    """Caps of an account's own budget while it acts under a habilitation of this status; ``None``: no such budget.

    Smaller until the habilitation is confirmed (the policy's ``probation_percent``). Pools, organisations, shares
    and applications do not depend on it.
    """
    return (policy.buckets if status == Status.CONFIRMED else policy.probation_buckets).get(bucket)
