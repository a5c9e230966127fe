"""Trainees: what is said of one in a training, the days of a session, the attendance of half-days, and their count.

Where somebody stands is the prescription's state (:mod:`beffroi.core.prescribing`): what is said here leads to a move
of that one, and adds what it does not say, how far somebody came. Nothing here knows a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core import prescribing
from beffroi.core.prescribing import Move, State


class Say(StrEnum):
    """What a training organisation says of a trainee."""

    ENTER = "enter"
    MISS = "miss"
    COMPLETE = "complete"
    PARTLY = "partly"
    LEAVE = "leave"


class Outcome(StrEnum):
    """How far somebody came who was in training."""

    COMPLETED = "completed"
    PARTLY = "partly"
    LEFT = "left"


class Reason(StrEnum):
    """Why somebody left before the end; none of them says anything of health or family."""

    JOB = "job"
    OTHER_COURSE = "other-course"
    MOVED = "moved"
    PERSONAL = "personal"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


class Effect(NamedTuple):
    """What a word does: the prescription's move, and how far the trainee came, None while nothing is over."""

    move: Move
    outcome: Outcome | None


TABLE: Final[Mapping[tuple[State, Say], Effect]] = {
    (State.ACCEPTED, Say.ENTER): Effect(Move.ENTER, None),
    (State.ACCEPTED, Say.MISS): Effect(Move.MISS, None),
    (State.ENTERED, Say.COMPLETE): Effect(Move.END, Outcome.COMPLETED),
    (State.ENTERED, Say.PARTLY): Effect(Move.END, Outcome.PARTLY),
    (State.ENTERED, Say.LEAVE): Effect(Move.LEAVE, Outcome.LEFT),
}
"""Every word there is."""


def sayings(state: State, starts_on: date, ends_on: date, today: date) -> tuple[Say, ...]:
    """What may be said today of a trainee whose prescription stands there, in the order of `Say`."""
    return tuple(
        say
        for say in Say
        if (state, say) in TABLE and prescribing.timely(TABLE[state, say].move, starts_on, ends_on, today)
    )


class Mark(StrEnum):
    """What is said of one half-day. Whoever comes late was there."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"


class Half(StrEnum):
    """Half of a day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


THERE: Final = frozenset({Mark.PRESENT, Mark.LATE})
CORRECTED_WITHIN: Final = timedelta(days=14)
"""How long after its day a half-day is written or corrected."""
WINDOW: Final = timedelta(days=30)
MANY: Final = 4
"""Half-days missed without excuse within `WINDOW` from which on the adviser is told."""
LONGEST_HALF: Final = 300
"""Minutes of a half-day at most."""
MOST_DAYS: Final = 800
"""Days of a session's calendar at most: three years of weekdays."""
_FIXED: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER: Final = (1, 39, 50)


class Day(NamedTuple):
    """A day of training, and the minutes of its halves: none for a half without training."""

    on: date
    morning: int
    afternoon: int

    def minutes(self, half: Half) -> int:
        """Minutes of one half."""
        return self.morning if half is Half.MORNING else self.afternoon

    @property
    def halves(self) -> tuple[Half, ...]:
        """The halves that have training."""
        return tuple(half for half in Half if self.minutes(half))


class Noted(NamedTuple):
    """What was said of one half-day of one trainee."""

    on: date
    half: Half
    mark: Mark


@dataclass(frozen=True, slots=True)
class Tally:
    """Half-days by what was said of them, minutes of those attended, and the first and last day attended."""

    marks: Mapping[Mark, int]
    minutes: int
    first: date | None
    last: date | None


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    leap = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + leap - 7 * ((a + 11 * h + 22 * leap) // 451) + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> frozenset[date]:
    """Public holidays in France (Code du travail, L. 3133-1), those of some departments apart."""
    sunday = easter(year)
    moving = (sunday + timedelta(days=after) for after in _AFTER_EASTER)
    return frozenset((*(date(year, month, day) for month, day in _FIXED), *moving))


def calendar(
    starts_on: date, ends_on: date, weekdays: frozenset[int], *, morning: int, afternoon: int
) -> tuple[Day, ...]:
    """The days of a session that falls on these weekdays (Monday is 0), public holidays left out; the first
    `MOST_DAYS` of them."""
    days: list[Day] = []
    free = frozenset(day for year in range(starts_on.year, ends_on.year + 1) for day in holidays(year))
    for after in range((ends_on - starts_on).days + 1):
        day = starts_on + timedelta(days=after)
        if day.weekday() in weekdays and day not in free and len(days) < MOST_DAYS:
            days.append(Day(day, morning, afternoon))
    return tuple(days)


def writable(day: date, today: date) -> bool:
    """Whether the half-days of a day are written or corrected today: neither before it nor long after."""
    return today - CORRECTED_WITHIN <= day <= today


def tally(days: Iterable[Day], noted: Iterable[Noted]) -> Tally:
    """Count what was noted; a half-day that the calendar does not hold counts without minutes."""
    known = {day.on: day for day in days}
    marks = dict.fromkeys(Mark, 0)
    minutes, attended = 0, []
    for each in noted:
        marks[each.mark] += 1
        if each.mark in THERE:
            attended.append(each.on)
            minutes += known[each.on].minutes(each.half) if each.on in known else 0
    return Tally(marks, minutes, min(attended, default=None), max(attended, default=None))


def missed(noted: Iterable[Noted], today: date) -> int:
    """Half-days missed without excuse within `WINDOW`."""
    return sum(each.mark is Mark.ABSENT and today - WINDOW < each.on <= today for each in noted)


def many_missed(noted: Iterable[Noted], today: date) -> bool:
    """Whether the adviser is told of absences."""
    return missed(noted, today) >= MANY
