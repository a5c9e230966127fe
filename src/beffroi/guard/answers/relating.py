"""Answers of the doors of relations and transfers."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Place


class Colleague(Answered, frozen=True):
    """Somebody of one's office who can be a referent: how many people already, and at most; ``oneself``: who asks."""

    account: str
    name: str
    people: int
    most: int
    oneself: bool


class Former(Answered, frozen=True):
    """Somebody who can be a referent there no longer, and whose people wait for another; unread, without name."""

    account: str
    name: str
    people: int


class Colleagues(Answered, frozen=True):
    """Colleagues at work, by name; ``former``: those at work no longer who are still somebody's referent."""

    rows: tuple[Colleague, ...]
    former: tuple[Former, ...]


class Share(Answered, frozen=True):
    """How many of the people are this account's now; without account, nobody's."""

    account: str | None
    people: int


class Preview(Answered, frozen=True):
    """What handing people over would change; ``unknown`` are not followed by one's office, or known to nobody.

    ``before`` and ``after`` are the colleague's people, ``most`` what a portfolio may hold.
    """

    people: int
    changing: int
    unchanged: int
    unknown: int
    by_referent: tuple[Share, ...]
    before: int
    after: int
    most: int
    over: bool


class Assigned(Answered, frozen=True):
    """How many were handed over. ``left`` were not tried because of ``stopped``, the code of a refusal."""

    assigned: int
    unchanged: int
    unknown: int
    left: tuple[str, ...]
    stopped: str | None


class CoverMade(Answered, frozen=True):
    """A cover, the absent colleague's people, and how many the stand-in has with them."""

    cover: str
    people: int
    together: int


class Cover(Answered, frozen=True):
    """An absence that is covered; ``handed``: the absent colleague said so, and the portfolio pays at once."""

    cover: str
    absent: str
    absent_name: str
    account: str
    name: str
    from_at: datetime
    until_at: datetime
    handed: bool


class Covers(Answered, frozen=True):
    """Covers under way and to come, the first to begin first."""

    rows: tuple[Cover, ...]


class Organisations(Answered, frozen=True):
    """Organisations by name."""

    rows: tuple[Place, ...]


class Related(Answered, frozen=True):
    """A relation given until an instant, and its journal entry."""

    person: str
    entry: int
    until_at: datetime


class FollowedByPresence(Answered, frozen=True):
    """Somebody whom one's organisation follows from now on; whether the caller is the referent; the entry."""

    person: str
    referent: bool
    entry: int


class TransferAsked(Answered, frozen=True):
    """What was asked, and when it lapses unanswered."""

    transfer: str
    expires_at: datetime


class TransferAgreed(Answered, frozen=True):
    """It is done; ``person``, where one's own organisation now follows them."""

    person: str | None
    entry: int


class TransferClosed(Answered, frozen=True):
    """How it ended: ``refused`` or ``withdrawn``."""

    status: str


class TransferRow(Answered, frozen=True):
    """A transfer as one side sees it. ``person`` is told to who follows them or asked for them, and to no other."""

    transfer: str
    side: str
    asked_here: bool
    asked_by: str
    other: Place
    person: str | None
    reason: str
    asked_at: datetime
    expires_at: datetime
    status: str
    answer: str | None
    decided_at: datetime | None
    answerable: bool
    withdrawable: bool


class Transfers(Answered, frozen=True):
    """Transfers of late, those that wait first; ``waiting`` for one's own organisation's answer."""

    waiting: int
    rows: tuple[TransferRow, ...]
