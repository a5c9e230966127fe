"""The inventory of accounts: calls and their answers. Names of agents are ``Identifying``."""

from datetime import date, datetime

from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.core.identifying import Identifying

MOST_ROWS = 100
Spans = tuple[int, int, int]
"""People within reach in any span of 1, 24 and 72 hours."""


class Served(Struct, frozen=True):
    """An application in which a habilitation serves."""

    code: str
    name: str


class Held(Struct, frozen=True):
    """A habilitation, whatever its status; ``label`` and ``kind`` are absent when the policy lost that role."""

    habilitation: str
    organisation: str
    organisation_name: str
    role: str
    status: str
    label: Label | None = None
    kind: str | None = None
    applications: tuple[Served, ...] = ()


class Exposure(Struct, frozen=True):
    """How many people could be read: directly, through accounts brought into being, or that could be, unguarded."""

    direct: Spans
    through: Spans
    potential: Spans
    unguarded: Spans


class Recorded(Struct, frozen=True):
    """Figures for 24 hours as written down on one day."""

    day: date
    direct: int
    through: int


class Account(Struct, frozen=True):
    """One account; ``name`` is absent outside the reader's reach. Figures are the guard's.

    ``also``: who else requested or approved something that it holds.
    """

    account: str
    name: Identifying | None
    status: str
    contained: bool
    memberships: tuple[Held, ...]
    elsewhere: int
    exposure: Exposure
    within_a_day: int
    trend: tuple[Recorded, ...]
    requested_by: str | None
    approved_by: str | None
    line: int
    last_use: datetime | None
    factors: tuple[str, ...]
    attested_until: datetime
    reviewed_until: datetime
    created_at: datetime
    pools: tuple[str, ...]
    also: tuple[str, ...] = ()


class Place(Struct, frozen=True):
    """An organisation that the reader may choose, by its public name."""

    id: str
    name: str


class Page(Struct, frozen=True):
    """A page of accounts."""

    rows: tuple[Account, ...]
    page: int
    size: int
    total: int
    population: int
    organisations: tuple[Place, ...]


class Node(Struct, frozen=True):
    """An account of a line of creation."""

    account: str
    name: Identifying | None
    status: str
    memberships: tuple[Held, ...]
    exposure: Exposure
    requested_by: str | None
    approved_by: str | None
    also: tuple[str, ...] = ()


class Line(Struct, frozen=True):
    """One account, those who brought it into being, those it did, the nearest first; ``left_out``: how many more."""

    account: Account
    makers: tuple[Node, ...]
    made: tuple[Node, ...]
    left_out: int
    population: int


class Following(Struct, frozen=True):
    """An organisation and how many people it follows; None where that is withheld."""

    organisation: str
    name: str
    people: int | None


class Followed(Struct, frozen=True):
    """Organisations that follow anybody, by name; who is followed by two counts twice in the total."""

    rows: tuple[Following, ...]
    total: int | None


def followed() -> Call[Followed]:
    """How many people each organisation within reach follows; small counts are withheld."""
    return post("/v1/inventory/followed", {}, reads(Followed))


def page(
    *,
    organisation: str | None = None,
    kind: str | None = None,
    status: str | None = None,
    least: int = 0,
    order: str = "exposure",
    reverse: bool = False,
    page: int = 1,
    size: int = 25,
) -> Call[Page]:
    """Accounts within reach, worst first. ``order``: exposure, last-use, attestation, review, created.

    ``least`` is people in any 24 hours; ``size`` at most ``MOST_ROWS``.
    """
    body = {
        "organisation": organisation, "kind": kind, "status": status, "least": least, "order": order,
        "reverse": reverse, "page": page, "size": size,
    }  # fmt: skip
    return post("/v1/inventory", body, reads(Page))


def account(account: str) -> Call[Line]:
    """One account with its line of creation; refused (``not-found``) outside the reader's reach."""
    return post("/v1/inventory/account", {"account": account}, reads(Line))
