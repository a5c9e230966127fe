"""Two files of one person made one, and made two again: calls, and their answers."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.client.relations import Place
from beffroi.core.identifying import Identifying


class Moving(Struct, frozen=True):
    """A relation of the file that would go; ``held``: the file that stays has it too."""

    organisation: Place
    kind: str
    until_at: datetime | None
    held: bool


class MergePreview(Struct, frozen=True):
    """Who would know the person by the file that stays, and for how many days it can be undone."""

    relations: tuple[Moving, ...]
    undo_days: int


class Merged(Struct, frozen=True):
    """It is done."""

    merge: str
    entry: int
    undo_until: datetime


class Unmerged(Struct, frozen=True):
    """They are two again."""

    stays: str
    goes: str
    entry: int


class Merge(Struct, frozen=True):
    """A merge that one's organisation made; ``ended_at``, where the two were parted again."""

    merge: str
    stays: str
    goes: str
    merged_by: Identifying
    merged_at: datetime
    undo_until: datetime
    ended_at: datetime | None
    undoable: bool


class Merges(Struct, frozen=True):
    """Merges of late, the last first."""

    rows: tuple[Merge, ...]


def preview(purpose: str, stays: str, goes: str) -> Call[MergePreview]:
    """What making one file of two would change."""
    return post("/v1/merges/preview", {"purpose": purpose, "stays": stays, "goes": goes}, reads(MergePreview))


def make(
    purpose: str, stays: str, goes: str, *, stays_version: int, goes_version: int, take: Sequence[str]
) -> Call[Merged]:
    """Make one file of two; ``take`` are the groups that come from the one that goes."""
    body = {
        "purpose": purpose, "stays": stays, "goes": goes, "stays_version": stays_version,
        "goes_version": goes_version, "take": list(take),
    }  # fmt: skip
    return post("/v1/merges/make", body, reads(Merged))


def undo(purpose: str, merge: str) -> Call[Unmerged]:
    """Make two files again."""
    return post("/v1/merges/undo", {"purpose": purpose, "merge": merge}, reads(Unmerged))


def listed(purpose: str) -> Call[Merges]:
    """Merges that one's organisation made."""
    return post("/v1/merges/list", {"purpose": purpose}, reads(Merges))
