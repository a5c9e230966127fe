"""Identity providers that an organisation accepts: calls and their answers. Nothing here names anybody."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from beffroi.client.approvals import Made
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads


class Office(Struct, frozen=True):
    """An organisation by its public name; ``kind`` is ``network`` for the network itself."""

    id: str
    name: str
    kind: str


class Provider(Struct, frozen=True):
    """A provider, what people call it, since when it is accepted, and until when where it is no longer.

    ``source`` is founding, import, request or taken-over. ``accounts`` are those bound through it.
    """

    provider: str
    name: str
    source: str
    accepted_at: datetime
    withdrawn_at: datetime | None
    accounts: int


class Providers(Struct, frozen=True):
    """What an organisation accepts or accepted; those in force first."""

    organisation: Office
    rows: tuple[Provider, ...]


class Withdrawn(Struct, frozen=True):
    """How many sessions ended with it."""

    sessions: int


def listed(organisation: str | None = None) -> Call[Providers]:
    """What an organisation accepts; one's own when it is not said."""
    return post("/v1/providers/list", {"organisation": organisation}, reads(Providers))


def ask(organisation: str, provider: str, name: str) -> Call[Made]:
    """Ask that a provider be accepted. Refused with an objection's code when it cannot be asked for."""
    body: dict[str, Any] = {"organisation": organisation, "provider": provider, "name": name}
    return post("/v1/requests/make", {"kind": "provider", "body": body}, reads(Made))


def withdraw(organisation: str, provider: str) -> Call[Withdrawn]:
    """Have a provider accepted no longer, at once."""
    body = {"organisation": organisation, "provider": provider}
    return post("/v1/providers/withdraw", body, reads(Withdrawn))
