"""Answers of the doors of reviews."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Label, Place


class Campaign(Answered, frozen=True):
    """A campaign and how far it is, in habilitations; ``pressing``: a reminder was due."""

    id: str
    organisation: Place
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    open: bool
    asked: int
    decided: int
    kept: int
    removed: int
    silent: int
    gone: int
    pressing: bool


class Campaigns(Answered, frozen=True):
    """A page of campaigns."""

    total: int
    page: int
    pages: int
    rows: tuple[Campaign, ...]


class Facts(Answered, frozen=True):
    """What is known of a habilitation as of the campaign's opening: openings of 90 days, peers, people exposed in
    24 hours."""

    related: int
    broken: int
    other: int
    median: int
    exposure: int
    ninetieth: int
    pooled: bool
    since_at: datetime
    used_at: datetime | None = None
    kind: str | None = None
    status: str | None = None


class SheetLine(Answered, frozen=True):
    """A habilitation that waits for a word; ``mine``: this reviewer may say it."""

    review: str
    account: str
    name: str
    role: Label | None
    status: str
    from_at: datetime
    until_at: datetime
    reasons: tuple[str, ...]
    facts: Facts
    mine: bool = True


class Together(Answered, frozen=True):
    """Those that may be kept in one gesture; ``others`` of them are somebody else's to review."""

    total: int
    others: int
    rows: tuple[SheetLine, ...]


class Alone(Answered, frozen=True):
    """A page of those looked at one by one."""

    total: int
    page: int
    pages: int
    rows: tuple[SheetLine, ...]


class Sheet(Answered, frozen=True):
    """What a campaign still asks."""

    campaign: Campaign
    together: Together
    alone: Alone


class Prepared(Answered, frozen=True):
    """Verdicts bound to a hash, and the guard's page on which they are signed."""

    sitting: str
    sign_url: str


class Evidence(Answered, frozen=True):
    """The file of a campaign, a text, and its SHA-256."""

    document: str
    sha256: str
