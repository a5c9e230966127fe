"""How a person's follow-up stands at one organisation: codes and dates, nothing that identifies anybody."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple


class Status(StrEnum):
    """Where the follow-up stands."""

    WELCOME = "welcome"
    FOLLOWED = "followed"
    PAUSED = "paused"
    LEFT = "left"


class Programme(StrEnum):
    """A programme of the public employment service; its name is its own in every language."""

    PACEA = "pacea"
    CEJ = "cej"
    AIJ = "aij"
    PARRAINAGE = "parrainage"


class Contact(StrEnum):
    """How long ago the last contact was, as a filter asks."""

    WITHIN_30 = "within-30"
    OVER_30 = "over-30"
    OVER_60 = "over-60"
    OVER_90 = "over-90"


class Coming(StrEnum):
    """Whether an appointment is to come, as a filter asks."""

    SOME = "some"
    NONE = "none"


class Progress(NamedTuple):
    """What is known of one person's follow-up; ``None`` where nothing was said."""

    status: Status | None
    programmes: frozenset[Programme]
    last_contact: date | None
    next_appointment: date | None


class Wanted(NamedTuple):
    """A filter: what is None asks nothing."""

    status: Status | None = None
    programme: Programme | None = None
    contact: Contact | None = None
    coming: Coming | None = None


_OVER: Final = {Contact.OVER_30: 30, Contact.OVER_60: 60, Contact.OVER_90: 90}
_WITHIN: Final = timedelta(days=30)


def matches(progress: Progress, wanted: Wanted, today: date) -> bool:
    """Whether a follow-up is what a filter asks for; somebody never met was met longer ago than any day."""
    return (
        wanted.status in (None, progress.status)
        and (wanted.programme is None or wanted.programme in progress.programmes)
        and (wanted.contact is None or _since(progress.last_contact, wanted.contact, today))
        and (wanted.coming is None or (progress.next_appointment is not None) == (wanted.coming is Coming.SOME))
    )


def _since(last: date | None, wanted: Contact, today: date) -> bool:
    if wanted is Contact.WITHIN_30:
        return last is not None and today - last <= _WITHIN
    return last is None or today - last > timedelta(days=_OVER[wanted])


def longest_unseen(progress: Progress) -> tuple[date, date]:
    """Sort key: whom nobody met first, then by the oldest contact; among equals, whom no appointment awaits first."""
    return progress.last_contact or date.min, progress.next_appointment or date.min


def latest(days: Iterable[date | None]) -> date | None:
    """The last of some days, None where there is none."""
    return max((day for day in days if day is not None), default=None)


class Period(NamedTuple):
    """A programme's days, the last one included; without end while it runs."""

    starts_on: date
    ends_on: date | None = None


def runs(period: Period, day: date) -> bool:
    """Whether a programme runs on that day."""
    return period.starts_on <= day and (period.ends_on is None or day <= period.ends_on)


def collide(one: Period, other: Period) -> bool:
    """Whether two periods share a day: a person is in one programme once at a time."""
    return one.starts_on <= (other.ends_on or date.max) and other.starts_on <= (one.ends_on or date.max)
