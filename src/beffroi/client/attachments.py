"""Attachments of a person's file: calls and their answers. A content never shows in ``repr``."""

from datetime import datetime

from msgspec import Struct

from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.core.identifying import REDACTED


class Attachment(Struct, frozen=True):
    """What is known of an attachment without opening it; ``size`` in bytes, ``added_by`` an account."""

    id: str
    kind: str
    media: str
    size: int
    scanned: bool
    added_at: datetime
    added_by: str


class Attachments(Struct, frozen=True):
    """Attachments of one person, the last added first; ``largest`` (bytes) and ``most`` are the limits of a file.

    ``scanning``: whether a virus scanner sees what is added here.
    """

    entry: int
    rows: tuple[Attachment, ...]
    largest: int
    most: int
    scanning: bool


class Added(Struct, frozen=True):
    """An attachment that was kept."""

    id: str
    entry: int
    media: str
    size: int
    scanned: bool


class OpenedAttachment(Struct, frozen=True):
    """One attachment and its content."""

    id: str
    entry: int
    kind: str
    media: str
    added_at: datetime
    content: bytes

    def __repr__(self) -> str:
        return f"OpenedAttachment({self.id}, {REDACTED})"


class Removed(Struct, frozen=True):
    """The journal's entry of a removal."""

    entry: int


def listed(person: str, purpose: str) -> Call[Attachments]:
    """What documents a file holds: journaled and charged as an opening."""
    return post("/v1/attachments/list", {"person": person, "purpose": purpose}, reads(Attachments))


def add(person: str, purpose: str, id: str, kind: str, content: bytes) -> Call[Added]:
    """Keep a document under an id of one's own, so that what is sent twice is kept once (``attachment-kept``)."""
    body = {"person": person, "purpose": purpose, "id": id, "kind": kind, "content": content}
    return post("/v1/attachments/add", body, reads(Added))


def opened(person: str, purpose: str, id: str) -> Call[OpenedAttachment]:
    """Open one attachment."""
    return post("/v1/attachments/open", {"person": person, "purpose": purpose, "id": id}, reads(OpenedAttachment))


def remove(person: str, purpose: str, id: str) -> Call[Removed]:
    """Remove one attachment for good."""
    return post("/v1/attachments/remove", {"person": person, "purpose": purpose, "id": id}, reads(Removed))
