"""Answers about files that were made one."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Place


class Moving(Answered, frozen=True):
    """A relation of the file that would go: of whom, which kind, until when; ``held``: the other file has it too."""

    organisation: Place
    kind: str
    until_at: datetime | None
    held: bool


class MergePreview(Answered, frozen=True):
    """What making one file of two does to who knows the person, and for how many days it can be undone."""

    relations: tuple[Moving, ...]
    undo_days: int


class Merged(Answered, frozen=True):
    """It is done: its journal entry, and until when the two can be parted again."""

    merge: str
    entry: int
    undo_until: datetime


class Unmerged(Answered, frozen=True):
    """They are two again."""

    stays: str
    goes: str
    entry: int


class MergeRow(Answered, frozen=True):
    """A merge that one's organisation made."""

    merge: str
    stays: str
    goes: str
    merged_by: str
    merged_at: datetime
    undo_until: datetime
    ended_at: datetime | None
    undoable: bool


class Merges(Answered, frozen=True):
    """Merges of one's organisation of late, the last first."""

    rows: tuple[MergeRow, ...]
