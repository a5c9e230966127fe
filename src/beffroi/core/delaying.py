"""Consultations that people are not shown yet, so that who is investigated is not warned: bounded, then shown.

A person's list is the journal, but for the consultations by a delayed account in the delay's window while the delay
lasts. One delay, continued at most once; the same account and instants are never delayed anew. So whatever is asked,
a consultation is shown at the latest :data:`LONGEST` after the first delay was agreed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from beffroi.core.ids import AccountId

MOST_DAYS: Final = 30
"""Days that one delay lasts at most."""
LONGEST: Final = timedelta(days=2 * MOST_DAYS)
WIDEST: Final = timedelta(days=366)
"""The widest window of consultations that one delay covers."""


class Delay(NamedTuple):
    """Consultations by ``account`` in a window, its end excluded, are shown from ``shown_at`` on."""

    account: AccountId
    from_at: datetime
    until_at: datetime
    shown_at: datetime

    def covers(self, account: str | None, at: datetime, now: datetime) -> bool:
        """Whether this consultation is not shown yet."""
        return self.account == account and self.from_at <= at < self.until_at and now < self.shown_at

    def overlaps(self, from_at: datetime, until_at: datetime) -> bool:
        """Whether some instant is in both windows."""
        return self.from_at < until_at and from_at < self.until_at


def is_delayed(account: str | None, at: datetime, delays: Iterable[Delay], now: datetime) -> bool:
    """Whether a consultation is not shown yet under any of these."""
    return any(delay.covers(account, at, now) for delay in delays)
