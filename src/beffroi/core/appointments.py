"""Appointments: the states of one, how it goes from one to another, when, and which two stand in each other's way.

Nothing here knows a person: an appointment is an hour, a length, a kind, a place and a state.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """Where an appointment stands. Only a planned one is still to come."""

    PLANNED = "planned"
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


class Move(StrEnum):
    """What an agent says of an appointment."""

    ATTEND = "attend"
    MISS = "miss"
    EXCUSE = "excuse"
    CANCEL = "cancel"
    POSTPONE = "postpone"
    CORRECT = "correct"


class Kind(StrEnum):
    """What the appointment is for; a code, never a text about somebody."""

    FIRST = "first"
    FOLLOW_UP = "follow-up"
    CONTRACT = "contract"
    WORKSHOP = "workshop"
    PROSPECTING = "prospecting"


class Place(StrEnum):
    """Where it is held."""

    OFFICE = "office"
    SITE = "site"
    TELEPHONE = "telephone"
    VIDEO = "video"
    OUTSIDE = "outside"


TABLE: Final[Mapping[tuple[State, Move], State]] = {
    (State.PLANNED, Move.ATTEND): State.PRESENT,
    (State.PLANNED, Move.MISS): State.ABSENT,
    (State.PLANNED, Move.EXCUSE): State.EXCUSED,
    (State.PLANNED, Move.CANCEL): State.CANCELLED,
    (State.PLANNED, Move.POSTPONE): State.POSTPONED,
    (State.PRESENT, Move.CORRECT): State.PLANNED,
    (State.ABSENT, Move.CORRECT): State.PLANNED,
    (State.EXCUSED, Move.CORRECT): State.PLANNED,
}
"""Every move there is; a cancelled or postponed appointment stays so, since its hour was given to somebody else."""

CORRECTED_WITHIN: Final = timedelta(days=7)
"""How long after its day what was said of an appointment can be taken back."""
LENGTHS: Final = (15, 30, 45, 60, 90, 120, 180)
"""Minutes that an appointment may last."""
OPENS, CLOSES = time(7), time(21)
"""An appointment begins and ends between these hours of its day."""
FURTHEST: Final = timedelta(days=366)
"""How far ahead one can be made."""


class Objection(StrEnum):
    """Why an hour cannot be given."""

    PAST = "past"
    TOO_FAR = "too-far"
    HOURS = "hours"
    LENGTH = "length"


class Slot(NamedTuple):
    """A stretch of time: the end does not belong to it. Both are aware instants."""

    starts_at: datetime
    ends_at: datetime


def moves(state: State, starts_at: datetime, now: datetime) -> tuple[Move, ...]:
    """What may be said of an appointment at ``now``, in the order of `Move`; both in the time zone of the office."""
    return tuple(move for move in Move if (state, move) in TABLE and _timely(move, starts_at, now))


def after(state: State, move: Move, starts_at: datetime, now: datetime) -> State | None:
    """The state that a move leads to, None when it may not be made at ``now``."""
    return TABLE[state, move] if move in moves(state, starts_at, now) else None


def _timely(move: Move, starts_at: datetime, now: datetime) -> bool:
    match move:
        case Move.ATTEND:  # somebody may come before the hour, never before the day
            return starts_at.date() <= now.date()
        case Move.MISS:
            return starts_at <= now
        case Move.CORRECT:
            return now.date() <= starts_at.date() + CORRECTED_WITHIN
        case Move.EXCUSE | Move.CANCEL | Move.POSTPONE:
            return True


def objection(starts_at: datetime, minutes: int, today: date) -> Objection | None:
    """Why an appointment cannot be made there, None when it can; ``starts_at`` in the time zone of the office.

    One of an earlier hour of today may be: people come without having asked, and are written down afterwards.
    """
    if starts_at.date() < today:
        return Objection.PAST
    if starts_at.date() > today + FURTHEST:
        return Objection.TOO_FAR
    if minutes not in LENGTHS:
        return Objection.LENGTH
    begins = starts_at.hour * 60 + starts_at.minute
    if begins < OPENS.hour * 60 or begins + minutes > CLOSES.hour * 60:
        return Objection.HOURS
    return None


def overlap(one: Slot, other: Slot) -> bool:
    """Whether two stretches share an instant; one that ends when the other begins does not."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def overlapping(slot: Slot, others: Iterable[Slot]) -> tuple[Slot, ...]:
    """Those of ``others`` that stand in the way of ``slot``."""
    return tuple(other for other in others if overlap(slot, other))


def week_of(day: date) -> date:
    """The Monday of a day's week (ISO 8601)."""
    return day - timedelta(days=day.weekday())
