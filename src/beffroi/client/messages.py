"""Messages to people: calls of who writes to those they follow, and of anybody who checks a code."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads


class Held(Struct, frozen=True):
    """How many people were not written to, by the code of why."""

    code: str
    people: int


class Sent(Struct, frozen=True):
    """A message on its way; ``left`` are those it is not sent to."""

    notice: str
    code: str
    people: int
    left: tuple[Held, ...]


class Notice(Struct, frozen=True):
    """One of one's own messages, and what became of its letters."""

    notice: str
    subject: Label
    code: str
    made_at: datetime
    people: int
    sent: int
    waiting: int
    no_address: int
    failed: int


class Notices(Struct, frozen=True):
    """One's own messages, and how many people may still be written to today."""

    left: int
    rows: tuple[Notice, ...]


class Checked(Struct, frozen=True):
    """A code that is ours, and the sentence that its message said."""

    subject: Label
    said: Label
    organisation: str
    made_on: date


def send(purpose: str, subject: str, people: Sequence[str], day: date | None, hour: str | None) -> Call[Sent]:
    """Write to these people: each is an opening of their contact details."""
    body = {
        "purpose": purpose, "subject": subject, "people": list(people),
        "day": None if day is None else day.isoformat(), "hour": hour,
    }  # fmt: skip
    return post("/v1/notices/send", body, reads(Sent))


def mine(purpose: str) -> Call[Notices]:
    """One's own messages."""
    return post("/v1/notices/mine", {"purpose": purpose}, reads(Notices))


def check(code: str) -> Call[Checked]:
    """Whether a code is ours; asked without a session."""
    return post("/v1/notices/check", {"code": code}, reads(Checked))
