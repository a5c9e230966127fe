"""Budgets of distinct people: how many were opened in an hour, a day, 7 and 30 days, and whether one more fits.

A ``Window`` is the whole memory of one budget. ``recent[k]`` is the number of people whose *last* opening under
this budget was ``k`` days ago, so the sum of the first seven is exactly the number of distinct people of seven
days: opening somebody again moves them to ``recent[0]`` and counts nobody twice. Days are Europe/Paris ordinals,
hours are whole hours since the Unix epoch; both come from the sole clock (the database), never from a caller.
"""

from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

from beffroi.core.ids import Bucket

DAYS: Final = 30
WEEK: Final = 7
_NOTHING: Final = (0,) * DAYS


class Caps(NamedTuple):
    """Most distinct people in one clock hour, one Paris day, rolling 7 days and rolling 30 days."""

    hour: int
    day: int
    week: int
    month: int


class Window(NamedTuple):
    """Counts of one budget as of ``day`` and ``hour``; ``week`` and ``month`` are sums of ``recent``, kept at hand.

    Made by :func:`window`, which sums them.
    """

    hour: int
    in_hour: int
    day: int
    recent: tuple[int, ...]
    week: int
    month: int


class Spent(NamedTuple):
    """Distinct people already counted; the same four spans as ``Caps``."""

    hour: int
    day: int
    week: int
    month: int


EMPTY: Final = Window(0, 0, 0, _NOTHING, 0, 0)


def window(hour: int, in_hour: int, day: int, recent: tuple[int, ...]) -> Window:
    """A window from its counts."""
    return Window(hour, in_hour, day, recent, sum(recent[:WEEK]), sum(recent))


def at(seen: Window, day: int, hour: int) -> Window:
    """The same budget seen at a later instant; a clock that went back changes nothing (counts never shrink)."""
    if day <= seen.day and hour <= seen.hour:
        return seen
    elapsed = day - seen.day
    last_hour, in_hour, last_day, recent, _, _ = seen
    if elapsed > 0:
        last_day, recent = day, ((0,) * min(elapsed, DAYS) + recent)[:DAYS]
    if hour > last_hour:
        last_hour, in_hour = hour, 0
    return window(last_hour, in_hour, last_day, recent)


def spent(seen: Window) -> Spent:
    """What the window has counted, at the window's own instant."""
    return Spent(seen.in_hour, seen.recent[0], seen.week, seen.month)


def charge(seen: Window, last_day: int | None) -> Window:
    """Count one person whose previous opening under this budget was on ``last_day`` (``None``: never).

    The window must already be seen at the present instant (:func:`at`). Moving somebody from an earlier day keeps
    the sums of distinct people exact; a ``last_day`` the window does not remember counts as a new person, which
    can only make the budget stricter.
    """
    hour, in_hour, day, recent, week, month = seen
    age = -1 if last_day is None else day - last_day
    if 0 <= age < DAYS and recent[age] > 0:
        moved = list(recent)
        moved[age] -= 1
        moved[0] += 1
        return Window(hour, in_hour + 1, day, tuple(moved), week if age < WEEK else week + 1, month)
    return Window(hour, in_hour + 1, day, (recent[0] + 1, *recent[1:]), week + 1, month + 1)


def exceeds(seen: Window, caps: Caps) -> str | None:
    """Name of the first span over its cap (``hour``, ``day``, ``week``, ``month``), or ``None`` if all hold."""
    if seen.in_hour > caps.hour:
        return "hour"
    if seen.recent[0] > caps.day:
        return "day"
    if seen.week > caps.week:
        return "week"
    if seen.month > caps.month:
        return "month"
    return None


def exhausted(seen: Window, caps: Caps, days: int) -> Window:
    """The window as if all that its caps allow had been opened on its own day and the ``days`` days before.

    What happened is unknown, so the worst is counted: the latest days are filled first, because they are the last
    to be forgotten, each to the daily cap and all within the caps of 7 and 30 days. Never less than the window has.
    """
    recent = list(seen.recent)
    for age in range(min(days + 1, DAYS)):
        room = [caps.day - recent[age], caps.month - sum(recent)]
        if age < WEEK:
            room.append(caps.week - sum(recent[:WEEK]))
        recent[age] += max(0, min(room))
    return window(seen.hour, max(seen.in_hour, caps.hour), seen.day, tuple(recent))


def percent_of(caps: Caps, percent: int) -> Caps:
    """Caps of so many percent, rounded down; at least 1 where there was any, so that nobody is left with nothing."""
    return Caps(*(min(cap, max(1, cap * percent // 100)) for cap in caps))


class Scope(NamedTuple):
    """Whose budget: ``kind`` is account, share, pool, organisation or application; ``bucket`` says for what."""

    kind: str
    id: str
    bucket: Bucket

    @property
    def key(self) -> str:
        """One text for the database's primary key."""
        return f"{self.kind}/{self.id}/{self.bucket}"


@lru_cache(maxsize=1 << 17)
def mark(key: str) -> int:
    """A signed 64-bit fingerprint of a budget's key, remembered beside a person's last opening.

    Two budgets sharing one would let the second go uncharged for one person and one day: one chance in 2**64.
    """
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


class Purse(NamedTuple):
    """A scope with its key and its mark, written out once."""

    scope: Scope
    key: str
    mark: int


@lru_cache(maxsize=1 << 17)
def purse(kind: str, id: str, bucket: Bucket) -> Purse:
    """The budget of ``bucket`` for one account, share, pool, organisation or application."""
    scope = Scope(kind, id, bucket)
    return Purse(scope, scope.key, mark(scope.key))
