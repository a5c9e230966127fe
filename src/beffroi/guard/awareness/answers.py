"""What the doors tell of courses and exams, in one language; right answers only once an exam is judged."""

from collections.abc import Sequence

import msgspec

from beffroi.core.awareness import Course, Question, shuffled
from beffroi.core.policy import Label
from beffroi.guard.awareness.exams import Given


class Block(msgspec.Struct, frozen=True):
    """A paragraph, or the points of a list."""

    text: str | None = None
    points: tuple[str, ...] = ()


class Chapter(msgspec.Struct, frozen=True):
    """A chapter as a screen shows it."""

    title: str
    blocks: tuple[Block, ...]


class CourseRead(msgspec.Struct, frozen=True):
    """Answer of POST /v1/awareness/course."""

    code: str
    title: str
    chapters: tuple[Chapter, ...]


class Choice(msgspec.Struct, frozen=True):
    """A choice; ``id`` is what an answer gives."""

    id: int
    text: str


class Asked(msgspec.Struct, frozen=True):
    """A question without its answer; ``several`` tells that more than one choice is right."""

    code: str
    text: str
    several: bool
    choices: tuple[Choice, ...]


class Exam(msgspec.Struct, frozen=True):
    """Answer of POST /v1/awareness/begin."""

    exam: str
    title: str
    questions: tuple[Asked, ...]


class Corrected(msgspec.Struct, frozen=True):
    """A question after the exam: what was right, what was given, and why."""

    code: str
    text: str
    choices: tuple[Choice, ...]
    right: tuple[int, ...]
    given: tuple[int, ...]
    correct: bool
    explanation: str


def course_read(course: Course, tongue: str) -> CourseRead:
    """The chapters of a course."""
    chapters = [Chapter(_in(each.title, tongue), blocks(_in(each.text, tongue))) for each in course.chapters]
    return CourseRead(course.code, _in(course.title, tongue), tuple(chapters))


def exam_read(course: Course, exam: str, seed: bytes, questions: Sequence[Question], tongue: str) -> Exam:
    """An exam to be answered."""
    asked = [
        Asked(each.code, _in(each.text, tongue), len(each.right) > 1, _choices(each, seed, tongue))
        for each in questions
    ]
    return Exam(exam, _in(course.title, tongue), tuple(asked))


def corrected(questions: Sequence[Question], given: Given, tongue: str) -> tuple[Corrected, ...]:
    """What was right and why, in the order of the exam."""
    return tuple(
        Corrected(
            each.code,
            _in(each.text, tongue),
            tuple(Choice(place, _in(choice, tongue)) for place, choice in enumerate(each.choices)),
            tuple(sorted(each.right)),
            tuple(sorted(given[each.code])),
            given[each.code] == each.right,
            _in(each.explanation, tongue),
        )
        for each in questions
    )


def blocks(text: str) -> tuple[Block, ...]:
    """Paragraphs parted by an empty line; lines that begin with ``- `` are the points of a list."""
    found: list[Block] = []
    for part in text.split("\n\n"):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        points = tuple(line[2:] for line in lines if line.startswith("- "))
        written = " ".join(line for line in lines if not line.startswith("- "))
        found += [Block(text=written)] if written else []
        found += [Block(points=points)] if points else []
    return tuple(found)


def _choices(question: Question, seed: bytes, tongue: str) -> tuple[Choice, ...]:
    return tuple(Choice(place, _in(question.choices[place], tongue)) for place in shuffled(question, seed))


def _in(label: Label, tongue: str) -> str:
    return label.en if tongue == "en" else label.fr
