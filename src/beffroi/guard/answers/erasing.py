"""Answers of the doors of archive and erasure: random ids, dates and codes; no name."""

from datetime import datetime

from beffroi.guard.answers.shape import Answered, Label, Place


class ErasureList(Answered, frozen=True):
    """A list of files to erase. ``status`` is ``open``, ``signed`` or ``done``; ``request`` the one that waits."""

    list: str
    organisation: Place
    status: str
    people: int
    sha256: str
    prepared_at: datetime
    request: str | None
    signed_at: datetime | None
    erased: int
    kept: int
    ended_at: datetime | None


class ErasureLists(Answered, frozen=True):
    """Lists within one's reach, the policy's delays in days; ``room``: people whom lists may still erase today."""

    rows: tuple[ErasureList, ...]
    archive_days: int
    erase_days: int
    room: int
    erased_a_day: int
    requests: bool
    archived: int


class ErasureLine(Answered, frozen=True):
    """One file of a list: a random id, and since when nobody follows the person."""

    person: str
    ended_at: datetime


class ErasureHold(Answered, frozen=True):
    """A file held back."""

    hold: str
    person: str
    reason: str
    held_at: datetime
    until_at: datetime


class HoldReason(Answered, frozen=True):
    """A reason of the closed list."""

    code: str
    label: Label


class ErasureListShown(Answered, frozen=True):
    """One list with the lines whose turn has not come, and what its organisation holds back."""

    list: ErasureList
    lines: tuple[ErasureLine, ...]
    holds: tuple[ErasureHold, ...]
    reasons: tuple[HoldReason, ...]


class Held(Answered, frozen=True):
    """A hold that was made or ended."""

    hold: str
    until_at: datetime


class Gone(Answered, frozen=True):
    """Somebody who was erased: the random id alone."""

    person: str
    erased_at: datetime


class GonePage(Answered, frozen=True):
    """People erased after the place one had come to, in that order; ``more``: ask again from the last."""

    rows: tuple[Gone, ...]
    more: bool


class Resumed(Answered, frozen=True):
    """Somebody whom one's organisation follows again; whether the caller is the referent; the journal's entry."""

    person: str
    referent: bool
    entry: int
