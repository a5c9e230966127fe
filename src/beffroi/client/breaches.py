"""Personal data breaches: what is declared, for security officers; and those that concern the person who asks."""

from datetime import datetime

from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads


class Declared(Struct, frozen=True):
    """A breach as it was declared; ``ids`` are accounts, organisations or applications, as ``scope`` says."""

    breach: str
    scope: str
    ids: tuple[str, ...]
    from_at: datetime
    until_at: datetime
    sentence: Label
    declared_at: datetime
    withdrawn_at: datetime | None


class Breaches(Struct, frozen=True):
    """Breaches within reach, the last declared first."""

    rows: tuple[Declared, ...]


class OwnBreach(Struct, frozen=True):
    """A breach that concerns the person: what of the file was read, how often, between which instants.

    ``answering``: also what they wrote with a request, or the list of who consulted their file.
    """

    breach: str
    sentence: Label
    declared_at: datetime
    withdrawn_at: datetime | None
    groups: tuple[str, ...]
    answering: bool
    consultations: int
    first_at: datetime
    last_at: datetime
    organisations: tuple[str, ...]


class OwnBreaches(Struct, frozen=True):
    """Breaches that concern the person, the last declared first; what was before ``lost_until`` is no longer kept."""

    lost_until: datetime | None
    rows: tuple[OwnBreach, ...]


def declared() -> Call[Breaches]:
    """What is declared within reach."""
    return post("/v1/breaches/list", {}, reads(Breaches))


def own() -> Call[OwnBreaches]:
    """Breaches that concern the person whose session speaks."""
    return post("/v1/person/breaches", {}, reads(OwnBreaches))
