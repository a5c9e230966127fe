"""Who received what a file holds, to be handed to its person: the call, and its answer."""

from datetime import datetime

from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads


class Told(Struct, frozen=True):
    """One opening of the file: in whose name and in which job, never who."""

    at: datetime
    kind: str
    groups: tuple[str, ...]
    organisation_name: str | None
    job: Label | None
    purpose: Label | None
    explanation: str | None
    reason: Label | None


class Knowing(Struct, frozen=True):
    """An organisation that knows the person now."""

    organisation_name: str
    kind: str
    since_at: datetime
    until_at: datetime | None


class Message(Struct, frozen=True):
    """What one's organisation wrote to the person; ``sent_at`` is null where it did not leave."""

    text: Label
    made_at: datetime
    sent_at: datetime | None


class Recipients(Struct, frozen=True):
    """Everything, the last first; what was before ``lost_until`` is no longer kept, ``left_out`` older ones are."""

    entry: int
    at: datetime
    lost_until: datetime | None
    left_out: int
    consultations: tuple[Told, ...]
    followed_by: tuple[Knowing, ...]
    messages: tuple[Message, ...]


def recipients(person: str, request: str) -> Call[Recipients]:
    """Take the list for a request of access that is worked on; an opening of that person."""
    body = {"person": person, "request": request}
    return post("/v1/person-requests/recipients", body, reads(Recipients))
