"""Prescriptions of training: the states of one, whose word moves it, and the places and waiting list of a session.

Nothing here knows a person: a prescription is an id and a state, a session is a number of places. The law of the
list: nobody waits while a place is free, places go in the order of waiting, and never more are taken than there are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """Where a prescription stands. ``offered``: a place was freed for somebody who waited, and is kept."""

    SENT = "sent"
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ENTERED = "entered"
    ENDED = "ended"
    LEFT = "left"
    ABSENT = "absent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """What somebody says of a prescription."""

    ACCEPT = "accept"
    WAIT = "wait"
    REFUSE = "refuse"
    ENTER = "enter"
    MISS = "miss"
    LEAVE = "leave"
    END = "end"
    WITHDRAW = "withdraw"
    OFFER = "offer"
    CANCEL = "cancel"


class Side(StrEnum):
    """Whose word it is: the office that prescribes, the training organisation, or the waiting list itself."""

    OFFICE = "office"
    TRAINING = "training"
    LIST = "list"


class Reason(StrEnum):
    """Why a training organisation says no; a code, never a text about somebody."""

    PREREQUISITES = "prerequisites"
    OTHER_COURSE = "other-course"
    NOT_REACHED = "not-reached"
    DECLINED = "declined"
    NO_PLACE = "no-place"


class Objection(StrEnum):
    """Why a move cannot be made."""

    NOT_NOW = "not-now"
    FULL = "full"
    PLACES_LEFT = "places-left"
    TOO_FEW = "too-few"
    BEGUN = "begun"
    UNKNOWN = "unknown"
    TWICE = "twice"


TABLE: Final[Mapping[tuple[State, Move], State]] = {
    (State.SENT, Move.ACCEPT): State.ACCEPTED,
    (State.SENT, Move.WAIT): State.WAITING,
    (State.SENT, Move.REFUSE): State.REFUSED,
    (State.SENT, Move.WITHDRAW): State.WITHDRAWN,
    (State.SENT, Move.CANCEL): State.CANCELLED,
    (State.WAITING, Move.OFFER): State.OFFERED,
    (State.WAITING, Move.REFUSE): State.REFUSED,
    (State.WAITING, Move.WITHDRAW): State.WITHDRAWN,
    (State.WAITING, Move.CANCEL): State.CANCELLED,
    (State.OFFERED, Move.ACCEPT): State.ACCEPTED,
    (State.OFFERED, Move.REFUSE): State.REFUSED,
    (State.OFFERED, Move.WITHDRAW): State.WITHDRAWN,
    (State.OFFERED, Move.CANCEL): State.CANCELLED,
    (State.ACCEPTED, Move.ENTER): State.ENTERED,
    (State.ACCEPTED, Move.MISS): State.ABSENT,
    (State.ACCEPTED, Move.REFUSE): State.REFUSED,
    (State.ACCEPTED, Move.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Move.CANCEL): State.CANCELLED,
    (State.ENTERED, Move.LEAVE): State.LEFT,
    (State.ENTERED, Move.END): State.ENDED,
}
"""Every move there is; a state that begins none is the last."""

WHOSE: Final[Mapping[Move, Side]] = {
    Move.WITHDRAW: Side.OFFICE,
    Move.OFFER: Side.LIST,
    **dict.fromkeys(
        (Move.ACCEPT, Move.WAIT, Move.REFUSE, Move.ENTER, Move.MISS, Move.LEAVE, Move.END, Move.CANCEL), Side.TRAINING
    ),
}

TAKING: Final = frozenset({State.OFFERED, State.ACCEPTED, State.ENTERED, State.ENDED})
"""States that take a place."""
LIVE: Final = frozenset(state for state, _ in TABLE)
"""States that something may still follow."""
TO_ANSWER: Final = frozenset({State.SENT, State.OFFERED})
"""States in which the training organisation is waited for."""
_AFTER_BEGINNING: Final = frozenset({Move.ENTER, Move.MISS, Move.LEAVE})


def timely(move: Move, starts_on: date, ends_on: date, today: date) -> bool:
    """Whether a move has a meaning on a day: nobody enters before the first day, or ends before the last."""
    if move in _AFTER_BEGINNING:
        return starts_on <= today
    if move is Move.END:
        return ends_on <= today
    return True


class Line(NamedTuple):
    """One prescription of a session."""

    id: str
    state: State


@dataclass(frozen=True, slots=True)
class Roll:
    """A session's places and its prescriptions; of those that wait, the first stands first."""

    places: int
    lines: tuple[Line, ...]

    @property
    def taken(self) -> int:
        """Places that somebody has."""
        return sum(line.state in TAKING for line in self.lines)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Those who wait, in their order."""
        return tuple(line.id for line in self.lines if line.state is State.WAITING)

    def find(self, id: str) -> Line | None:
        """One of the prescriptions."""
        return next((line for line in self.lines if line.id == id), None)


def moves(state: State, side: Side) -> tuple[Move, ...]:
    """What one side may say of a prescription, in the order of `Move`; places are another matter."""
    return tuple(move for move in Move if (state, move) in TABLE and WHOSE[move] is side)


def after(roll: Roll, id: str, move: Move, side: Side) -> Roll | Objection:
    """The session once somebody has said this, and the list has moved up."""
    line = roll.find(id)
    if line is None:
        return Objection.UNKNOWN
    if move not in moves(line.state, side):
        return Objection.NOT_NOW
    full = roll.taken >= roll.places
    if move is Move.ACCEPT and line.state not in TAKING and full:
        return Objection.FULL
    if move is Move.WAIT and not full:
        return Objection.PLACES_LEFT
    moved = Line(id, TABLE[line.state, move])
    # Whoever begins to wait stands behind all others.
    lines = tuple(moved if each.id == id else each for each in roll.lines)
    if moved.state is State.WAITING:
        lines = (*(each for each in lines if each.id != id), moved)
    return filled(replace(roll, lines=lines))


def resized(roll: Roll, places: int) -> Roll | Objection:
    """The session with another number of places, at least as many as are taken."""
    if places < roll.taken:
        return Objection.TOO_FEW
    return filled(replace(roll, places=places))


def cancelled(roll: Roll) -> Roll | Objection:
    """The session that will not take place; one that somebody has entered is not cancelled any more."""
    if any(line.state in {State.ENTERED, State.ENDED, State.LEFT} for line in roll.lines):
        return Objection.BEGUN
    return replace(
        roll, lines=tuple(Line(each.id, TABLE.get((each.state, Move.CANCEL), each.state)) for each in roll.lines)
    )


def filled(roll: Roll) -> Roll:
    """The session once its free places were given to those who wait, the first ones first."""
    lines, free = [], roll.places - roll.taken
    for line in roll.lines:
        if line.state is State.WAITING and free > 0:
            line, free = Line(line.id, TABLE[State.WAITING, Move.OFFER]), free - 1
        lines.append(line)
    return replace(roll, lines=tuple(lines))


def changed(before: Roll, later: Roll) -> Mapping[str, State]:
    """The prescriptions whose state is another, and that state."""
    stood = dict(before.lines)
    return {line.id: line.state for line in later.lines if stood.get(line.id) is not line.state}


def counts(states: Iterable[State]) -> Mapping[State, int]:
    """How many prescriptions stand where."""
    found = dict.fromkeys(State, 0)
    for state in states:
        found[state] += 1
    return found
