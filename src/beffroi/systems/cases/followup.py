"""The follow-up of a file: notes with their authors, and the steps agreed with the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from beffroi.core.ids import is_uuid
from beffroi.systems.cases.people import day_of, text_of

MOST_AUTHORS = 100


@dataclass(frozen=True, repr=False)
class WrittenNote:
    """A note; ``author`` is an account, then its name when it is a colleague's, else nothing."""

    at: datetime | None
    text: str
    author: str


@dataclass(frozen=True, repr=False)
class Step:
    """A step agreed with the person."""

    label: str
    status: str
    at: date | None


@dataclass(frozen=True, repr=False)
class Followup:
    """Latest notes first."""

    notes: tuple[WrittenNote, ...]
    steps: tuple[Step, ...]


def notes_of(values: Mapping[str, Any]) -> tuple[WrittenNote, ...]:
    """The notes of an opened group, latest first."""
    found = [
        WrittenNote(_instant(text_of(note.get("at"))), text_of(note.get("text")), text_of(note.get("author")))
        for note in values.get("notes", ())
    ]
    return tuple(sorted(found, key=lambda note: note.at.timestamp() if note.at else 0.0, reverse=True))


def steps_of(values: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of an opened group."""
    return tuple(
        Step(text_of(step.get("label")), text_of(step.get("status")), day_of(step.get("at")))
        for step in values.get("actions", ())
    )


def authors_of(notes: tuple[WrittenNote, ...]) -> list[str]:
    """Accounts to be named, each once."""
    return list(dict.fromkeys(note.author for note in notes if is_uuid(note.author)))[:MOST_AUTHORS]


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
