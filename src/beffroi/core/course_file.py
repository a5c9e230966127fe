"""The courses that ship with the product: TOML files of ``courses/``, read once and checked.

``shared.toml`` holds the chapters and questions of every course; each other file adds those of a job. Nothing has a
default; a file with an error is no course, and the guard does not start.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from beffroi.core.awareness import QUESTIONS, Chapter, Course, Question
from beffroi.core.policy import Label, RoleKind

LEAST_QUESTIONS: Final = 12
_SHARED: Final = "shared.toml"
Table = Mapping[str, object]


class CourseRefused(ValueError):
    """A course file is not valid; the message names the file, the place and what was expected."""


@cache
def load_courses() -> Mapping[str, Course]:
    """Every course, by code. Raises CourseRefused: the installation is broken."""
    folder = files("beffroi.core").joinpath("courses")
    texts = {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".toml")}
    shared = texts.pop(_SHARED, "")
    courses = [read(texts[name], shared, name) for name in sorted(texts)]
    if len({course.code for course in courses}) != len(courses):
        raise CourseRefused("courses: two have the same code")
    return {course.code: course for course in courses}


def read(text: str, shared: str, name: str) -> Course:
    """A course from its own text and the shared one; ``name`` is the file's. Raises CourseRefused."""
    own, everybody = _toml(text, name), _toml(shared, _SHARED)
    chapters = (*_chapters(everybody, _SHARED), *_chapters(own, name))
    bank = (*_questions(everybody, _SHARED), *_questions(own, name))
    if len(bank) < max(LEAST_QUESTIONS, QUESTIONS) or len({question.code for question in bank}) != len(bank):
        raise CourseRefused(f"{name}: questions: at least {LEAST_QUESTIONS}, each under a code of its own")
    rank = own.get("rank")
    if not isinstance(rank, int):
        raise CourseRefused(f"{name}: rank: a whole number")
    try:
        kinds = frozenset(RoleKind(kind) for kind in _texts(own, "kinds", name))
    except ValueError:
        raise CourseRefused(f"{name}: kinds: kinds of role") from None
    return Course(
        _text(own, "code", name), _label(own.get("title"), f"{name}: title"), rank,
        frozenset(_texts(own, "roles", name)), kinds, chapters, bank,
        hashlib.sha256(repr((chapters, [_plain(question) for question in bank])).encode()).hexdigest()[:16],
    )  # fmt: skip


def _plain(question: Question) -> tuple[object, ...]:
    return (*question[:3], sorted(question.right), question.explanation)


def _toml(text: str, name: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CourseRefused(f"{name}: {error}") from None


def _chapters(table: Table, name: str) -> tuple[Chapter, ...]:
    return tuple(
        Chapter(_label(each.get("title"), f"{name}: title of a chapter"), _label(each, f"{name}: text of a chapter"))
        for each in _tables(table, "chapters", name)
    )


def _questions(table: Table, name: str) -> tuple[Question, ...]:
    return tuple(_question(each, name) for each in _tables(table, "questions", name))


def _question(table: Table, name: str) -> Question:
    code = _text(table, "code", name)
    choices = _tables(table, "choices", f"{name}: {code}")
    right = frozenset(place for place, choice in enumerate(choices) if choice.get("right") is True)
    if not right or len(right) == len(choices):
        raise CourseRefused(f"{name}: {code}: at least one right and one wrong choice")
    return Question(
        code,
        _label(table, f"{name}: {code}"),
        tuple(_label(choice, f"{name}: {code}: choice") for choice in choices),
        right,
        _label(table.get("explanation"), f"{name}: {code}: explanation"),
    )


def _tables(table: Table, key: str, name: str) -> Sequence[Table]:
    found = table.get(key)
    if not isinstance(found, list) or not found or not all(isinstance(each, dict) for each in found):
        raise CourseRefused(f"{name}: {key}: a list of tables")
    return found


def _texts(table: Table, key: str, name: str) -> Sequence[str]:
    found = table.get(key)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise CourseRefused(f"{name}: {key}: a list of texts")
    return found


def _text(table: Table, key: str, name: str) -> str:
    found = table.get(key)
    if not isinstance(found, str) or not found.strip():
        raise CourseRefused(f"{name}: {key}: a text")
    return found.strip()


def _label(value: object, where: str) -> Label:
    if not isinstance(value, dict):
        raise CourseRefused(f"{where}: fr and en")
    return Label(_text(value, "fr", where), _text(value, "en", where))
