"""The life of a habilitation, as a table, and which kinds of role one person may not hold together (I-05).

requested → approved (four eyes) → enrolled (code handed over outside e-mail) → trained (course and exam passed) →
probation → confirmed → suspended | closed. Only ``probation`` and ``confirmed`` give access.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final

from beffroi.core.policy import RoleKind


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

# Reading excludes every other duty; managing excludes approving what managers request.
_APART: Final = frozenset(
    {frozenset({RoleKind.READER, kind}) for kind in RoleKind if kind is not RoleKind.READER}
    | {frozenset({RoleKind.MANAGER, RoleKind.APPROVER})}
)


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


def clash(kinds: Iterable[RoleKind]) -> tuple[RoleKind, RoleKind] | None:
    """Two kinds of role that one person may not hold, over all memberships; ``None`` when all go together."""
    for one, other in combinations(sorted(set(kinds)), 2):
        if frozenset({one, other}) in _APART:
            return one, other
    return None
