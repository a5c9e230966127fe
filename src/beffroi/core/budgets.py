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
_NOTHING: Final = (0,) * DAYS


class Caps(NamedTuple):
    """Most distinct people in one clock hour, one Paris day, rolling 7 days and rolling 30 days."""

    hour: int
    day: int
    week: int
    month: int


class Window(NamedTuple):
    """Counts of one budget as of ``day`` and ``hour``."""

    hour: int
    in_hour: int
    day: int
    recent: tuple[int, ...]


class Spent(NamedTuple):
    """Distinct people already counted; the same four spans as ``Caps``."""

    hour: int
    day: int
    week: int
    month: int


EMPTY: Final = Window(0, 0, 0, _NOTHING)


def at(window: Window, day: int, hour: int) -> Window:
    """The same budget seen at a later instant; a clock that went back changes nothing (counts never shrink)."""
    elapsed = day - window.day
    if elapsed > 0:
        recent = ((0,) * min(elapsed, DAYS) + window.recent)[:DAYS]
        window = Window(window.hour, window.in_hour, day, recent)
    if hour > window.hour:
        window = Window(hour, 0, window.day, window.recent)
    return window


def spent(window: Window) -> Spent:
    """What the window has counted, at the window's own instant."""
    recent = window.recent
    return Spent(window.in_hour, recent[0], sum(recent[:7]), sum(recent))


def charge(window: Window, last_day: int | None) -> Window:
    """Count one person whose previous opening under this budget was on ``last_day`` (``None``: never).

    The window must already be seen at the present instant (:func:`at`). Moving somebody from an earlier day keeps
    the sums of distinct people exact; a ``last_day`` the window does not remember counts as a new person, which
    can only make the budget stricter.
    """
    recent = list(window.recent)
    if last_day is not None:
        age = window.day - last_day
        if 0 <= age < DAYS and recent[age] > 0:
            recent[age] -= 1
    recent[0] += 1
    return Window(window.hour, window.in_hour + 1, window.day, tuple(recent))


def exceeds(window: Window, caps: Caps) -> str | None:
    """Name of the first span over its cap (``hour``, ``day``, ``week``, ``month``), or ``None`` if all hold."""
    if window.in_hour > caps.hour:
        return "hour"
    recent = window.recent
    if recent[0] > caps.day:
        return "day"
    people = sum(recent)
    if people > caps.week and sum(recent[:7]) > caps.week:
        return "week"
    if people > caps.month:
        return "month"
    return None


def exhausted(window: Window, caps: Caps, days: int) -> Window:
    """The window as if all that its caps allow had been opened on its own day and the ``days`` days before.

    What happened is unknown, so the worst is counted: the latest days are filled first, because they are the last
    to be forgotten, each to the daily cap and all within the caps of 7 and 30 days. Never less than the window has.
    """
    recent = list(window.recent)
    for age in range(min(days + 1, DAYS)):
        room = [caps.day - recent[age], caps.month - sum(recent)]
        if age < 7:
            room.append(caps.week - sum(recent[:7]))
        recent[age] += max(0, min(room))
    return Window(window.hour, max(window.in_hour, caps.hour), window.day, tuple(recent))


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
