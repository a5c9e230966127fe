"""Reviews of habilitations: calls of an application whose agent reviews, and their answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.calls import Call
from beffroi.core.identifying import Identifying


class Place(Struct, frozen=True):
    """The organisation reviewed: its id and its public name."""

    id: str
    name: str


class Campaign(Struct, frozen=True):
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


class Campaigns(Struct, frozen=True):
    """A page of campaigns."""

    total: int
    page: int
    pages: int
    rows: tuple[Campaign, ...]


class Facts(Struct, frozen=True):
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

    @property
    def openings(self) -> int:
        """All openings."""
        return self.related + self.broken + self.other


class SheetLine(Struct, frozen=True):
    """A habilitation that waits for a word; ``mine``: this reviewer may say it."""

    review: str
    account: str
    name: Identifying
    role: Label | None
    status: str
    from_at: datetime
    until_at: datetime
    reasons: tuple[str, ...]
    facts: Facts
    mine: bool = True


class Together(Struct, frozen=True):
    """Those that may be kept in one gesture; ``others`` of them are somebody else's to review."""

    total: int
    others: int
    rows: tuple[SheetLine, ...]


class Alone(Struct, frozen=True):
    """A page of those looked at one by one."""

    total: int
    page: int
    pages: int
    rows: tuple[SheetLine, ...]


class Sheet(Struct, frozen=True):
    """What a campaign still asks."""

    campaign: Campaign
    together: Together
    alone: Alone


class Prepared(Struct, frozen=True):
    """Verdicts bound to a hash, and the guard's page on which they are signed."""

    sitting: str
    sign_url: str


class Evidence(Struct, frozen=True):
    """The file of a campaign, a text, and its SHA-256."""

    document: str
    sha256: str


def campaigns(*, closed: bool, page: int) -> Call[Campaigns]:
    """A page of the campaigns that the agent may see."""
    body = {"closed": closed, "page": page}
    return Call("POST", "/v1/reviews/campaigns", msgspec.json.encode(body), lambda found: _of(Campaigns, found))


def sheet(campaign: str, *, page: int) -> Call[Sheet]:
    """What a campaign still asks; ``page`` of those looked at alone."""
    body = {"campaign": campaign, "page": page}
    return Call("POST", "/v1/reviews/sheet", msgspec.json.encode(body), lambda found: _of(Sheet, found))


def prepare(campaign: str, verdicts: Mapping[str, str], *, together: bool) -> Call[Prepared]:
    """Bind verdicts (``keep`` or ``remove``, by review) to a hash, those of the group added when ``together``."""
    words = [{"review": review, "verdict": verdict} for review, verdict in verdicts.items()]
    body = {"campaign": campaign, "verdicts": words, "together": together}
    return Call("POST", "/v1/reviews/prepare", msgspec.json.encode(body), lambda found: _of(Prepared, found))


def evidence(campaign: str) -> Call[Evidence]:
    """The file of a campaign."""
    body = {"campaign": campaign}
    return Call("POST", "/v1/reviews/evidence", msgspec.json.encode(body), lambda found: _of(Evidence, found))


def _of(kind: Any, body: Any) -> Any:
    return msgspec.convert(body, kind, dec_hook=_identifying)


def _identifying(kind: type, value: Any) -> Any:
    if kind is Identifying and isinstance(value, str):
        return Identifying(value)
    raise NotImplementedError(kind)
