"""A follow-up as a file's page shows it: notes under their outline, steps with what may be said of them."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from beffroi.core.casefile import MOVES, Step
from beffroi.systems.cases.followup import AgreedStep, Followup, WrittenNote
from beffroi.systems.cases.notes import words
from beffroi.systems.cases.web.words import written


@dataclass(frozen=True, repr=False)
class StepLine:
    """A step, its badge, and the buttons (state, word) of where it may go."""

    step: AgreedStep
    word: str
    tone: str
    moves: tuple[tuple[str, str], ...]


@dataclass(frozen=True, repr=False)
class Shown:
    """What the template writes; each note with the name of its outline."""

    notes: tuple[tuple[WrittenNote, str], ...]
    steps: tuple[StepLine, ...]


def shown(followup: Followup, today: date) -> Shown:
    """The page's own view of a follow-up."""
    notes = tuple((note, written(note.outline.label) if note.outline else "") for note in followup.notes)
    return Shown(notes, tuple(_line(step, today) for step in followup.steps))


def _line(step: AgreedStep, today: date) -> StepLine:
    if step.state is None:
        return StepLine(step, step.status, "neutral", ())
    word, tone = words.STATES[step.state]
    moves = tuple((state.value, str(words.MOVES[state])) for state in Step if state in MOVES[step.state])
    if step.late(today):
        return StepLine(step, gettext("En retard"), "warning", moves)
    return StepLine(step, str(word), tone, moves)
