"""The follow-up of a file: notes with their authors, and the steps agreed with the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from beffroi.core import casefile
from beffroi.core.casefile import Step
from beffroi.core.ids import is_uuid
from beffroi.systems.cases.notes.outlines import OUTLINES, Outline
from beffroi.systems.cases.people import day_of, text_of

MOST_AUTHORS = 100


@dataclass(frozen=True, repr=False)
class EarlierWording:
    """What a note said until an instant."""

    until: datetime | None
    text: str


@dataclass(frozen=True, repr=False)
class WrittenNote:
    """A note; ``number`` is its place, ``author`` an account, then a colleague's name or nothing."""

    number: int
    at: datetime | None
    text: str
    author: str
    outline: Outline | None = None
    earlier: tuple[EarlierWording, ...] = ()
    correctable: bool = False


@dataclass(frozen=True, repr=False)
class AgreedStep:
    """A step agreed with the person; ``status`` is the word of an import where ``state`` is None.

    ``agent`` is the account that does it, then its name; empty when the person does. ``at`` is the day of its state.
    """

    number: int
    label: str
    state: Step | None
    status: str
    due_on: date | None
    at: date | None
    by_person: bool
    agent: str

    def late(self, today: date) -> bool:
        """Whether its day has passed."""
        return self.state is Step.TO_DO and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, repr=False)
class Followup:
    """Latest notes first; steps to do first, by day."""

    notes: tuple[WrittenNote, ...]
    steps: tuple[AgreedStep, ...]


def notes_of(values: Mapping[str, Any], account: str, now: datetime) -> tuple[WrittenNote, ...]:
    """The notes of an opened group, latest first; ``account`` is whoever reads them."""
    found = [_note(number, note, account, now) for number, note in enumerate(values.get("notes", ()))]
    return tuple(sorted(found, key=lambda note: note.at.timestamp() if note.at else 0.0, reverse=True))


def _note(number: int, note: Mapping[str, Any], account: str, now: datetime) -> WrittenNote:
    at, author = text_of(note.get("at")), text_of(note.get("author"))
    return WrittenNote(
        number,
        casefile.instant(at),
        text_of(note.get("text")),
        author,
        OUTLINES.get(text_of(note.get("outline"))),
        tuple(
            EarlierWording(casefile.instant(text_of(each.get("until"))), text_of(each.get("text")))
            for each in note.get("earlier", ())
        ),
        casefile.may_correct(at, author, account, now),
    )


def steps_of(values: Mapping[str, Any]) -> tuple[AgreedStep, ...]:
    """The steps of an opened group."""
    found = [_step(number, step) for number, step in enumerate(values.get("actions", ()))]
    return tuple(sorted(found, key=lambda step: (step.state is not Step.TO_DO, step.due_on or date.max)))


def _step(number: int, step: Mapping[str, Any]) -> AgreedStep:
    status, by = text_of(step.get("status")), text_of(step.get("by"))
    state = Step(status) if status in set(Step) else None
    agent = text_of(step.get("account")) if by == "agent" else ""
    return AgreedStep(
        number,
        text_of(step.get("label")),
        state,
        status,
        day_of(step.get("due_on")),
        day_of(step.get("at")),
        by == "person",
        agent,
    )


def authors_of(notes: Sequence[WrittenNote], steps: Sequence[AgreedStep] = ()) -> list[str]:
    """Accounts to be named, each once."""
    accounts = [*(note.author for note in notes), *(step.agent for step in steps)]
    return list(dict.fromkeys(account for account in accounts if is_uuid(account)))[:MOST_AUTHORS]
