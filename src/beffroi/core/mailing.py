"""When what is to be told to somebody leaves by mail: alone at once, or gathered with the rest, once an hour.

Whoever can make things happen (ask for accounts, fail a sign-in) could otherwise bury an approver under mails and
hide one among them. So what many people bring about is gathered, at most one such mail an hour; and what is told
alone is gathered too once somebody was sent twenty mails in 24 hours. Nothing is dropped for being too much.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple

from beffroi.core.ids import AccountId

MOST_ALONE: Final = 20
"""Mails to one account in 24 hours from which on everything is gathered."""
DAY: Final = timedelta(days=1)
GATHERED_EVERY: Final = timedelta(hours=1)
"""At least so long between two gathered mails to one account."""
MOST_A_DAY: Final = MOST_ALONE + 24
"""Mails that one account is sent in any 24 hours at most, whatever happens."""
MOST_TOLD: Final = 12
"""People told of one thing that any of them may do: all of hundreds would be nobody's."""
FIRST_RETRY: Final = timedelta(minutes=1)
LONGEST_RETRY: Final = timedelta(hours=4)
GIVEN_UP: Final = timedelta(days=5)
"""From then on a mail that the server puts off is given up (RFC 5321, section 4.5.4.1: at least 4 to 5 days)."""


class Pace(StrEnum):
    """How soon something is told."""

    AT_ONCE = "at-once"
    HOURLY = "hourly"


class Waiting(NamedTuple):
    """Something not yet told to one account."""

    id: str
    pace: Pace


class Sent(NamedTuple):
    """A mail composed earlier for the same account, whatever became of it."""

    at: datetime
    gathered: bool


class Composed(NamedTuple):
    """Mails to make now, each of the messages named; ``later`` is when to look at the messages ``kept`` back."""

    alone: tuple[str, ...] = ()
    gathered: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    later: datetime | None = None


def compose(waiting: Sequence[Waiting], earlier: Collection[Sent], now: datetime) -> Composed:
    """Share what waits for one account, oldest first, between mails of one message and one that gathers. Total."""
    recent = [mail for mail in earlier if now - DAY < mail.at]
    room = max(0, MOST_ALONE - len(recent))
    urgent = [message.id for message in waiting if message.pace is Pace.AT_ONCE]
    alone = tuple(urgent[:room])
    told = frozenset(alone)
    rest = tuple(message.id for message in waiting if message.id not in told)
    if not rest:
        return Composed(alone)
    last = max((mail.at for mail in recent if mail.gathered), default=None)
    if last is not None and now < last + GATHERED_EVERY:
        return Composed(alone, kept=rest, later=last + GATHERED_EVERY)
    return Composed(alone, gathered=rest)


def retry(attempts: int) -> timedelta:
    """How long after the ``attempts``-th failure (from 1) a mail is tried again: twice as long each time, bounded."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)


def given_up(composed_at: datetime, now: datetime) -> bool:
    """Whether a mail that was put off again is tried no more."""
    return now >= composed_at + GIVEN_UP


def chosen(
    people: Collection[AccountId], about: str, *, near: Collection[AccountId] = (), most: int = MOST_TOLD
) -> tuple[AccountId, ...]:
    """Whom to tell of one thing, ``most`` of those who may act on it: those ``near`` it first, then in an order that
    depends on what it is ``about``, so that everybody is told of a share and nobody chooses whom."""

    def place(account: AccountId) -> tuple[bool, bytes]:
        return account not in near, sha256(f"{about}|{account}".encode()).digest()

    return tuple(sorted(frozenset(people), key=place)[:most])
