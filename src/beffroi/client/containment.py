"""Containment: calls and their answers. Names of agents are ``Identifying``."""

from datetime import datetime

from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.core.identifying import Identifying


class Choice(Struct, frozen=True):
    """Something one may choose, by its code."""

    code: str
    label: Label


class Place(Struct, frozen=True):
    """An application or an organisation, by its id and public name."""

    id: str
    name: str


class Options(Struct, frozen=True):
    """What this person may cut, and the reasons to choose from."""

    kinds: tuple[Choice, ...]
    reasons: tuple[Choice, ...]
    groups: tuple[str, ...]
    applications: tuple[Place, ...]
    organisations: tuple[Place, ...]
    organisation_kinds: tuple[Choice, ...] = ()


class Cost(Struct, frozen=True):
    """What a containment stops and what stays up, in counts; see ``beffroi.core.containing.Cost``."""

    stopped: int
    working: int
    elsewhere: int
    sessions: int
    organisations: int
    emptied: int
    reduced: int
    watchers: int
    going_on: int
    untouched: int


class Preview(Struct, frozen=True):
    """What cutting this would cost; ``people`` are accounts cut by name, ``objection`` why it would be refused."""

    kind: str
    label: Label
    scope: str
    name: Identifying
    groups: tuple[str, ...]
    people: int
    cost: Cost
    objection: str | None


class Why(Struct, frozen=True):
    """The reason of a cut; without label when it is none of today's list."""

    code: str
    label: Label | None = None


class Cut(Struct, frozen=True):
    """One containment or suspension by hand: what, since when, why, by whom, what ended with it."""

    id: str
    kind: str
    scope: str
    name: Identifying
    groups: tuple[str, ...]
    since_at: datetime
    ended_at: datetime | None
    reason: Why | None
    made_by: Identifying | None
    operator: str | None
    accounts: int | None
    sessions: int | None


class Cuts(Struct, frozen=True):
    """A page of cuts, newest first."""

    total: int
    page: int
    pages: int
    cuts: tuple[Cut, ...]


class Done(Struct, frozen=True):
    """A containment that was made."""

    containment: str
    accounts: int
    sessions: int


class Requested(Struct, frozen=True):
    """A request that was made, and how many people must approve it."""

    request: str
    needed: int


def options() -> Call[Options]:
    """What may be cut, and why."""
    return post("/v1/containments/options", {}, reads(Options))


def preview(kind: str, *, scope: str | None, email: str | None, groups: tuple[str, ...]) -> Call[Preview]:
    """What cutting this would cost; an account or a line may be named by its professional address."""
    body = {"kind": kind, "scope": scope, "email": email, "groups": groups}
    return post("/v1/containments/preview", body, reads(Preview))


def make(kind: str, *, scope: str | None, groups: tuple[str, ...], reason: str) -> Call[Done]:
    """Cut it off."""
    return post(
        "/v1/containments/make", {"kind": kind, "scope": scope, "groups": groups, "reason": reason}, reads(Done)
    )


def cuts(*, over: bool, page: int = 1) -> Call[Cuts]:
    """What is cut now, or what is over."""
    return post("/v1/containments/list", {"over": over, "page": page}, reads(Cuts))


def lift(containment: str) -> Call[Requested]:
    """Ask for the lifting of a containment; two people approve it."""
    return post("/v1/requests/make", {"kind": "lift", "body": {"containment": containment}}, reads(Requested))


def restore(account: str) -> Call[Requested]:
    """Ask for a suspended account to be restored; two people approve it."""
    return post("/v1/requests/make", {"kind": "restore", "body": {"account": account}}, reads(Requested))
