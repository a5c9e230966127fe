"""Bodies and answers of the inventory's doors. Instants are UTC; days are dates of Europe/Paris."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from beffroi.core.ids import AccountId
from beffroi.guard.web import bodies

MOST_ROWS = 100
MOST_IN_LINE = 300
Kind = Literal["reader", "manager", "approver", "security", "founder"]
Order = Literal["exposure", "last-use", "attestation", "review", "created"]


class Wanted(bodies.Strict, frozen=True):
    """Body of /v1/inventory. ``least`` is people in any 24 hours; ``order`` is worst first, ``reverse`` turns it."""

    organisation: bodies.PersonText | None = None
    kind: Kind | None = None
    status: Literal["invited", "active", "suspended", "closed"] | None = None
    least: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0
    order: Order = "exposure"
    reverse: bool = False
    page: Annotated[int, Meta(ge=1, le=100_000)] = 1
    size: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 25


class About(bodies.Strict, frozen=True):
    """Body of /v1/inventory/account."""

    account: bodies.PersonText


class Everybody(bodies.Strict, frozen=True):
    """Body of /v1/inventory/followed."""


class Following(msgspec.Struct, frozen=True):
    """An organisation and how many people it follows; None where that is a small count, or would give one away."""

    organisation: str
    name: str
    people: int | None


class Followed(msgspec.Struct, frozen=True):
    """Organisations within reach that follow anybody, by name; the total counts a person once for each that does."""

    rows: tuple[Following, ...]
    total: int | None


class Label(msgspec.Struct, frozen=True):
    """What people read."""

    fr: str
    en: str


class Served(msgspec.Struct, frozen=True):
    """An application in which a habilitation serves."""

    code: str
    name: str


class Held(msgspec.Struct, frozen=True):
    """A habilitation, whatever its status."""

    habilitation: str
    organisation: str
    organisation_name: str
    role: str
    label: Label | None
    kind: str | None
    status: str
    applications: list[Served]


class Reached(msgspec.Struct, frozen=True):
    """People within reach in any span of 1, 24 and 72 hours."""

    direct: tuple[int, int, int]
    through: tuple[int, int, int]
    potential: tuple[int, int, int]
    unguarded: tuple[int, int, int]


class Recorded(msgspec.Struct, frozen=True):
    """Figures for 24 hours written down on one day."""

    day: date
    direct: int
    through: int


class Account(msgspec.Struct, frozen=True):
    """One account. ``name`` is null where the reader has no right to it, or it does not open.

    ``elsewhere`` is how many habilitations are held outside the reader's reach; ``line`` how many accounts stand in
    its line of creation; ``also`` who else requested or approved something it holds; ``within_a_day`` what accounts
    are ranked by: direct and potential, in 24 hours.
    """

    account: str
    name: str | None
    status: str
    contained: bool
    memberships: list[Held]
    elsewhere: int
    exposure: Reached
    within_a_day: int
    trend: list[Recorded]
    requested_by: str | None
    approved_by: str | None
    also: list[AccountId]
    line: int
    last_use: datetime | None
    factors: list[str]
    attested_until: datetime
    reviewed_until: datetime
    created_at: datetime
    pools: list[str]


class Place(msgspec.Struct, frozen=True):
    """An organisation that the reader may choose."""

    id: str
    name: str


class Page(msgspec.Struct, frozen=True):
    """Answer of /v1/inventory: rows, how many there are in all, how many people the network knows."""

    rows: list[Account]
    page: int
    size: int
    total: int
    population: int
    organisations: list[Place]


class Node(msgspec.Struct, frozen=True):
    """An account of a line of creation; names only within the reader's reach."""

    account: str
    name: str | None
    status: str
    memberships: list[Held]
    exposure: Reached
    requested_by: str | None
    approved_by: str | None
    also: list[AccountId]


class Line(msgspec.Struct, frozen=True):
    """Answer of /v1/inventory/account: who brought it into being, the nearest first, and whom it did, the same.

    ``left_out`` is how many accounts of its line are not listed, past the first 300.
    """

    account: Account
    makers: list[Node]
    made: list[Node]
    left_out: int
    population: int
