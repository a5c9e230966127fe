"""Answers of the doors of attachments. No name of a file is in them: none is kept."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered


class Attachment(Answered, frozen=True):
    """What is known of an attachment without opening it: its kind, type, size in bytes, and who added it when.

    ``scanned``: a virus scanner saw it before it was kept.
    """

    id: str
    kind: str
    media: str
    size: int
    scanned: bool
    added_at: datetime
    added_by: str


class Attachments(Answered, frozen=True):
    """Attachments of one person, the last added first; ``entry`` is the journal's: what is there says something.

    ``largest`` (bytes) and ``most`` are the limits of one file; ``scanning``: whether what is added is scanned here.
    """

    entry: int
    rows: tuple[Attachment, ...]
    largest: int
    most: int
    scanning: bool


class Added(Answered, frozen=True):
    """The attachment that was kept: its type and size are those of its content, as it was written out again."""

    id: str
    entry: int
    media: str
    size: int
    scanned: bool


class OpenedAttachment(Answered, frozen=True):
    """An attachment and its content (base64, RFC 4648 section 4)."""

    id: str
    entry: int
    kind: str
    media: str
    added_at: datetime
    content: bytes


class Removed(Answered, frozen=True):
    """The journal's entry of a removal."""

    entry: int
