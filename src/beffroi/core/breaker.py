"""The breaker of an application: today's caps from what it used in the last eight whole weeks.

DESIGN section 4: the policy's percentage of its busiest day and of the same hour's busiest, never above an absolute
ceiling, unchanged while an alert is open. The weeks are whole ones (Monday to Sunday) and the present week is not
among them: were yesterday counted, an intruder who fills the cap every day would raise it by a third every day; so he
raises it by a third a week at most. Days are Europe/Paris ordinals, hours those of the Paris clock, 0 to 23.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from beffroi.core.budgets import Caps
from beffroi.core.policy import ApplicationBudget

WEEKS: Final = 8
HOURS: Final = 24
MOST: Final = 2_000_000_000
"""A cap fits PostgreSQL's integer."""


class UsedDay(NamedTuple):
    """What an application used on one day, in distinct people as its budget counts them.

    ``hours`` are its 24 hours; ``people`` the day; ``week`` and ``month`` the 7 and 30 days that end with it.
    """

    day: int
    hours: tuple[int, ...]
    people: int
    week: int
    month: int


class Breaker(NamedTuple):
    """The standing facts of an application's breaker.

    ``first`` are the caps it was registered with on day ``since``: nothing falls below them until eight weeks are
    known. ``ceiling`` is never passed. ``frozen``: an alert is open, and the caps stay what they are.
    """

    since: int
    first: Caps
    ceiling: Caps
    frozen: bool


def merged(known: UsedDay | None, seen: UsedDay) -> UsedDay:
    """Two observations of the same day: the greater of each count, so that their order does not matter."""
    if known is None:
        return seen
    hours = tuple(map(max, known.hours, seen.hours))
    return UsedDay(
        seen.day, hours, max(known.people, seen.people), max(known.week, seen.week), max(known.month, seen.month)
    )


def counted(today: int) -> range:
    """The days whose use counts today: eight whole weeks, the last of which ended on the Sunday before."""
    monday = today - (today - 1) % 7  # day 1 of the proleptic calendar, 1 January of year 1, was a Monday
    return range(monday - 7 * WEEKS, monday)


def caps(
    breaker: Breaker, used: Sequence[UsedDay], today: int, hour: int, law: ApplicationBudget, present: Caps
) -> Caps:
    """The caps of this hour of today; ``present`` are those in force, kept while an alert is open.

    Days of ``used`` outside :func:`counted` are ignored.
    """
    if breaker.frozen:
        return _lower(present, breaker.ceiling)
    days = counted(today)
    weeks = [one for one in used if one.day in days]
    grown = Caps(
        _percent(max((one.hours[hour] for one in weeks), default=0), law.hour_percent),
        _percent(max((one.people for one in weeks), default=0), law.day_percent),
        _percent(max((one.week for one in weeks), default=0), law.day_percent),
        _percent(max((one.month for one in weeks), default=0), law.day_percent),
    )
    learning = today - breaker.since < 7 * WEEKS
    floor = breaker.first if learning else law.newcomer
    return _lower(Caps(*map(max, floor, grown)), breaker.ceiling)


def _lower(one: Caps, other: Caps) -> Caps:
    return Caps(*map(min, one, other))


def _percent(people: int, percent: int) -> int:
    return min(MOST, -(-people * percent // 100))
