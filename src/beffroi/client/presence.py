"""Proof of presence: a code that a person makes at a reception desk, and the organisation that then follows them."""

from datetime import datetime

from msgspec import Struct

from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.client.relations import Done, Place
from beffroi.core.identifying import Identifying


class Places(Struct, frozen=True):
    """Organisations that follow people, by name; ``more``: others fit what was typed."""

    rows: tuple[Place, ...]
    more: bool


class Made(Struct, frozen=True):
    """A code to show at the desk of that organisation, told once, and when it ends."""

    id: str
    code: Identifying
    organisation_name: str
    until_at: datetime


class PresenceCode(Struct, frozen=True):
    """A code that was made, and what became of it."""

    id: str
    organisation_name: str
    state: str
    made_at: datetime
    until_at: datetime
    ended_at: datetime | None


class PresenceCodes(Struct, frozen=True):
    """One's codes of late, the last first, and how many more one may make now."""

    rows: tuple[PresenceCode, ...]
    left: int


class Followed(Struct, frozen=True):
    """Somebody whom one's organisation follows from now on; whether the caller is the referent."""

    person: str
    referent: bool
    entry: int


def places(name: str) -> Call[Places]:
    """Organisations that follow people, by words of their public names."""
    return post("/v1/person/presence/places", {"name": name}, reads(Places))


def make(organisation: str) -> Call[Made]:
    """A code for the organisation at whose desk the person stands."""
    return post("/v1/person/presence/make", {"organisation": organisation}, reads(Made))


def own_codes() -> Call[PresenceCodes]:
    """The person's codes of the last thirty days."""
    return post("/v1/person/presence/list", {}, reads(PresenceCodes))


def take_back(code: str) -> Call[Done]:
    """End a code that nobody used."""
    return post("/v1/person/presence/take-back", {"code": code}, reads(Done))


def follow(purpose: str, code: str) -> Call[Followed]:
    """Follow the person who shows this code at one's desk."""
    return post("/v1/relations/by-presence", {"purpose": purpose, "code": code}, reads(Followed))
