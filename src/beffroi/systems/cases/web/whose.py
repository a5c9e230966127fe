"""Whose file a page is about, where the page itself opens nothing else of it."""

from collections.abc import Mapping
from uuid import UUID

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest
from beffroi.systems.cases import rights
from beffroi.systems.cases.people import name_of


def identity_of(request: AgentRequest, person: UUID | str) -> Mapping[str, object] | Refused:
    """The identity, opened like any file: in the journal, and charged once a day."""
    purpose = rights.purpose_of(request.described, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, [rights.IDENTITY]))
    return opened if isinstance(opened, Refused) else opened.fields.get(rights.IDENTITY, {})


def known_name(request: AgentRequest, person: UUID | str) -> str:
    """What a page calls that person, where it goes on without: nothing when the guard does not say it."""
    identity = identity_of(request, person)
    return "" if isinstance(identity, Refused) else name_of(identity).full
