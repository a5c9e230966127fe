"""The awareness course and its exam, as an application asks the guard for them; the result brings right answers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from beffroi.client.calls import Call

Kind = TypeVar("Kind", bound=Struct)


class Named(Struct, frozen=True):
    """The course of the agent's roles: its length, and what its exam asks."""

    code: str
    title: str
    chapters: int
    questions: int
    needed: int


class Habilitation(Struct, frozen=True):
    """A role held, or that will be once its next step is done; ``here``: it serves in this application."""

    organisation: str
    role: str
    status: str
    from_at: datetime
    here: bool


class Standing(Struct, frozen=True):
    """Where the agent stands; ``exam`` is the one under way, ``next_at`` from when another may be begun."""

    attested_until: datetime
    attested: bool
    reminder: int | None
    course: Named | None
    attempts: int
    attempts_left: int
    next_at: datetime
    exam: str | None
    habilitations: tuple[Habilitation, ...]


class Block(Struct, frozen=True):
    """A paragraph, or the points of a list."""

    text: str | None = None
    points: tuple[str, ...] = ()


class Chapter(Struct, frozen=True):
    """A short text to read."""

    title: str
    blocks: tuple[Block, ...]


class Course(Struct, frozen=True):
    """A course, in the agent's language."""

    code: str
    title: str
    chapters: tuple[Chapter, ...]


class Choice(Struct, frozen=True):
    """A possible answer."""

    id: int
    text: str


class Question(Struct, frozen=True):
    """A question; ``several`` tells that more than one choice is right."""

    code: str
    text: str
    several: bool
    choices: tuple[Choice, ...]


class Exam(Struct, frozen=True):
    """An exam to be answered, all at once."""

    exam: str
    title: str
    questions: tuple[Question, ...]


class Corrected(Struct, frozen=True):
    """A question after the exam."""

    code: str
    text: str
    choices: tuple[Choice, ...]
    right: tuple[int, ...]
    given: tuple[int, ...]
    correct: bool
    explanation: str


class Result(Struct, frozen=True):
    """How the exam ended."""

    passed: bool
    score: int
    of: int
    needed: int
    attested_until: datetime
    questions: tuple[Corrected, ...]


def standing() -> Call[Standing]:
    """Attestation, course, attempts left."""
    return Call("GET", "/v1/awareness", None, _reader(Standing))


def course() -> Call[Course]:
    """The chapters; refused (``no-course``) for somebody without any role."""
    return Call("POST", "/v1/awareness/course", b"{}", _reader(Course))


def begin() -> Call[Exam]:
    """The exam under way, or a new one; refused (``no-attempt-left``) after three in 24 hours."""
    return Call("POST", "/v1/awareness/begin", b"{}", _reader(Exam))


def answer(exam: str, answers: Mapping[str, Sequence[int]]) -> Call[Result]:
    """Have an exam judged: ids of the choices given, by question."""
    body = msgspec.json.encode({"exam": exam, "answers": answers})
    return Call("POST", "/v1/awareness/answer", body, _reader(Result))


def _reader(kind: type[Kind]) -> Callable[[Any], Kind]:
    def read(body: Any) -> Kind:
        return msgspec.convert(body, kind)

    return read
