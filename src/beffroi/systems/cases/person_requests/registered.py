"""One request of the register that the guard gives; an address that names no such request leads nowhere."""

from uuid import UUID

from django.http import Http404

from beffroi.client import Conversation, Refused, person_requests
from beffroi.client.person_requests import PersonRequest, PersonRequests


def one(conversation: Conversation, identifier: UUID) -> PersonRequest | Refused:
    """The request of that id in the register of one's organisation. Raises Http404."""
    found = conversation.ask(person_requests.listed())
    return found if isinstance(found, Refused) else among(found, identifier)


def among(register: PersonRequests, identifier: UUID) -> PersonRequest:
    """The request of that id. Raises Http404."""
    row = next((each for each in register.rows if each.request == str(identifier)), None)
    if row is None:
        raise Http404
    return row
