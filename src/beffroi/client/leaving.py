"""Who leaves an organisation: calls and their answers. Names of colleagues are ``Identifying``."""

from datetime import date, datetime
from typing import Final

from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.core.identifying import Identifying

MOST_PAGES: Final = 1_000
"""Past it the guard answers that the call is malformed."""


class Colleague(Struct, frozen=True):
    """Somebody who works here. ``suspends_at`` is when a machine will suspend an account warned of being idle."""

    account: str
    name: Identifying
    status: str
    roles: tuple[Label, ...]
    created_at: datetime
    used_at: datetime | None
    until_at: datetime | None
    warned: bool
    suspends_at: datetime | None
    waiting: bool


class Roll(Struct, frozen=True):
    """A page of the people of an organisation, the longest unused first."""

    total: int
    page: int
    pages: int
    rows: tuple[Colleague, ...]


class Waiting(Struct, frozen=True):
    """Somebody whose leaving waits for a person; ``source`` is idle, hr, scim or manager. ``last_day`` was still to
    come when the personnel file told it: until then what they hold stays."""

    leaver: str
    account: str
    name: Identifying
    organisation: str
    source: str
    created_at: datetime
    last_day: date | None = None


class Escalation(Struct, frozen=True):
    """What the network level must put right: ``no-manager``, ``few-approvers`` or ``few-founders``."""

    kind: str
    organisation: str
    created_at: datetime


class Pending(Struct, frozen=True):
    """All that waits within one's reach; from the network, how many mails could not be sent in seven days."""

    rows: tuple[Waiting, ...]
    escalations: tuple[Escalation, ...]
    undelivered: int = 0


class Left(Struct, frozen=True):
    """``left``, or ``waiting`` for somebody of security or of the network."""

    outcome: str


class LeftApplication(Struct, frozen=True):
    """``left``: applications in which the habilitation still serves; with none it is closed."""

    habilitation: str
    application: str
    left: int


class Decided(Struct, frozen=True):
    """A waiting leaving that was ``confirmed`` or ``dismissed``."""

    leaver: str
    status: str


class WrongLine(Struct, frozen=True):
    """A line of a personnel file that cannot be read, and a code of what was expected."""

    line: int
    field: str
    expected: str


class Applied(Struct, frozen=True):
    """What one call did; while accounts remain, the same call goes on."""

    left: int
    waiting: int
    shortened: int
    remaining: int


class Imported(Struct, frozen=True):
    """What a personnel file means, and what was done of it."""

    now: int
    later: int
    unknown: int
    problems: tuple[WrongLine, ...]
    applied: Applied | None = None


def people(page: int) -> Call[Roll]:
    """A page of the people of one's own organisation."""
    return post("/v1/leavers/accounts", {"page": page}, reads(Roll))


def leave(account: str) -> Call[Left]:
    """This person has left one's own organisation."""
    return post("/v1/leave", {"account": account}, reads(Left))


def leave_application(habilitation: str, application: str) -> Call[LeftApplication]:
    """Whoever holds this habilitation needs one of its applications no more."""
    body = {"habilitation": habilitation, "application": application}
    return post("/v1/leave/application", body, reads(LeftApplication))


def waiting() -> Call[Pending]:
    """Leavings that wait for a person, and escalations."""
    return post("/v1/leavers/list", {}, reads(Pending))


def decide(leaver: str, *, gone: bool) -> Call[Decided]:
    """Confirm a waiting leaving, or say that the person is still here."""
    path = "/v1/leavers/confirm" if gone else "/v1/leavers/dismiss"
    return post(path, {"leaver": leaver}, reads(Decided))


def personnel_file(text: str, *, apply: bool) -> Call[Imported]:
    """What a personnel file means for one's own organisation; ``apply`` does it, fifty accounts a call."""
    return post("/v1/leavers/import", {"text": text, "apply": apply}, reads(Imported))
