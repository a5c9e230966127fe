"""The awareness course and its exam: what is drawn, what passes, how often one may try, how long it holds (I-12).

An exam is judged by the guard alone. What a person has to know is written in courses (:mod:`.course_file`); which
course is theirs follows from the roles they hold or will hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Final, NamedTuple

from beffroi.core.ids import RoleCode
from beffroi.core.policy import Label, RoleKind

QUESTIONS: Final = 10
"""Questions of one exam."""
PASS_PERCENT: Final = 80
ATTEMPTS: Final = 3
"""Exams that one account may begin within :data:`SPAN`; one that was left unanswered counts."""
SPAN: Final = timedelta(hours=24)
"""For so long an exam counts as an attempt, and may still be answered."""
ATTESTATION: Final = timedelta(days=183)
"""Six months: how long a passed exam gives access."""
REMINDERS: Final = (30, 14, 3)
"""Days before its end on which an attestation is called to mind, the earliest first."""
_DRAW: Final = b"beffroi/draw"


class Question(NamedTuple):
    """A question; ``right`` are the places of the right answers among ``choices``, and every one must be given."""

    code: str
    text: Label
    choices: tuple[Label, ...]
    right: frozenset[int]
    explanation: Label


class Chapter(NamedTuple):
    """A short text: paragraphs parted by an empty line, ``- `` before each point of a list."""

    title: Label
    text: Label


class Course(NamedTuple):
    """What one kind of job has to know. ``edition`` changes with any word of it; ``rank`` says which of two wins.

    It is the course of the role codes ``roles``, and of whichever other role is of one of these ``kinds``.
    """

    code: str
    title: Label
    rank: int
    roles: frozenset[str]
    kinds: frozenset[RoleKind]
    chapters: tuple[Chapter, ...]
    bank: tuple[Question, ...]
    edition: str


class Mark(NamedTuple):
    """How an exam ended: ``score`` questions right of ``of``."""

    score: int
    of: int

    @property
    def passed(self) -> bool:
        """Whether the pass mark is reached."""
        return self.score >= needed(self.of)


class Objection(StrEnum):
    """Why an exam cannot be begun or answered. Each has a sentence in ``core.awareness_sentences``."""

    NO_COURSE = "no-course"
    NO_ATTEMPT_LEFT = "no-attempt-left"
    EXAM_UNKNOWN = "exam-unknown"
    EXAM_OVER = "exam-over"
    EXAM_INCOMPLETE = "exam-incomplete"


def course_for(courses: Iterable[Course], roles: Mapping[RoleCode, RoleKind]) -> Course | None:
    """The course of somebody who holds, or will hold, these roles: the one of highest rank; None without a role."""
    known = list(courses)
    found = [course for code, kind in roles.items() if (course := _of_role(known, code, kind)) is not None]
    return max(found, key=lambda course: course.rank, default=None)


def _of_role(courses: Sequence[Course], code: RoleCode, kind: RoleKind) -> Course | None:
    named = [course for course in courses if code in course.roles]
    return next(iter(named or [course for course in courses if kind in course.kinds]), None)


def draw(codes: Sequence[str], seed: bytes, count: int) -> tuple[str, ...]:
    """At most ``count`` of these distinct codes, none twice, in an order that follows from ``seed`` alone.

    Ordered by a keyed hash: the same on every machine, whatever its version of Python. ``seed`` has 1 to 64 bytes.
    """
    return tuple(sorted(codes, key=lambda code: (_hash(seed, code), code))[:count])


def shuffled(question: Question, seed: bytes) -> tuple[int, ...]:
    """The places of a question's choices in the order in which this exam shows them."""
    return tuple(sorted(range(len(question.choices)), key=lambda place: _hash(seed, f"{question.code}/{place}")))


def _hash(seed: bytes, text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16, key=seed, person=_DRAW).digest()


def needed(of: int) -> int:
    """Right answers that pass an exam of so many questions."""
    return -(-of * PASS_PERCENT // 100)


def mark(questions: Sequence[Question], answers: Mapping[str, frozenset[int]]) -> Mark:
    """A question is right when exactly its right answers were given; one without an answer is wrong."""
    right = sum(answers.get(question.code) == question.right for question in questions)
    return Mark(right, len(questions))


def attempts_left(begun: Iterable[datetime], now: datetime) -> int:
    """How many exams may still be begun, given when earlier ones were."""
    return max(0, ATTEMPTS - sum(answerable(at, now) for at in begun))


def next_at(begun: Iterable[datetime], now: datetime) -> datetime:
    """From when an exam may be begun: now, or when the oldest attempt that is in the way stops counting."""
    counted = sorted(at for at in begun if answerable(at, now))
    return now if len(counted) < ATTEMPTS else counted[len(counted) - ATTEMPTS] + SPAN


def answerable(begun_at: datetime, now: datetime) -> bool:
    """Whether an exam begun then still counts, and may still be answered."""
    return now - begun_at < SPAN


def reminder(until_at: datetime, now: datetime) -> int | None:
    """The reminder that is due: the fewest of 30, 14 or 3 days not yet past, 0 once it ended; None before all."""
    if now >= until_at:
        return 0
    return min((days for days in REMINDERS if until_at - now <= timedelta(days=days)), default=None)
