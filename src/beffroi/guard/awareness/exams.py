"""Exams of an account: begun, answered once, and the attestation that follows, in the caller's transaction.

What writes runs under the turnstile: two exams begun at once are one, of two answers to one exam one is refused.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import uuid4

from beffroi.core.awareness import (
    ATTESTATION,
    QUESTIONS,
    SPAN,
    Course,
    Mark,
    Objection,
    Question,
    answerable,
    attempts_left,
    course_for,
    draw,
    mark,
)
from beffroi.core.course_file import load_courses
from beffroi.core.ids import AccountId
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.habilitations import creating
from beffroi.guard.journal import Entry, append
from beffroi.guard.sessions.memberships import memberships_in, roles
from beffroi.guard.stamped import Row

_RECENT: Final = "SELECT * FROM guard.exam WHERE account = $1 AND begun_at > $2 ORDER BY begun_at, id"
_ONE: Final = "SELECT * FROM guard.exam WHERE id = $1 AND account = $2 FOR UPDATE"
_ACCOUNT: Final = "SELECT * FROM guard.account WHERE id = $1 FOR UPDATE"
_SEED_BYTES: Final = 32
Given = Mapping[str, frozenset[int]]


class Judged(NamedTuple):
    """An exam that was answered: its mark, its questions, and the account as it is now."""

    mark: Mark
    questions: Sequence[Question]
    account: Row


async def course_of(work: Work, account: AccountId) -> Course | None:
    """The course of the roles this account holds or will hold; None when it has none. Raises Forged."""
    held = await roles(work.conn, work.keys, account, work.now)
    kinds = {code: work.policy.roles[code].kind for code in held if code in work.policy.roles}
    return course_for(load_courses().values(), kinds)


async def recent(work: Work, account: AccountId) -> list[Row]:
    """The exams that count as attempts now, oldest first. Raises Forged."""
    rows = await work.conn.fetch(_RECENT, account, work.now - SPAN)
    return [stamped.genuine(work.keys, "exam", row) for row in rows]


def open_exam(work: Work, course: Course, exams: Sequence[Row]) -> Row | None:
    """The exam of this course that was begun and may still be answered."""
    waiting = [exam for exam in exams if exam["ended_at"] is None and _is_of(course, exam, work)]
    return waiting[-1] if waiting else None


def _is_of(course: Course, exam: Row, work: Work) -> bool:
    return (
        exam["course"] == course.code
        and exam["edition"] == course.edition
        and bool(answerable(exam["begun_at"], work.now))
    )


def questions_of(course: Course, exam: Row) -> list[Question]:
    """The questions drawn, in the order in which they are shown."""
    bank = {question.code: question for question in course.bank}
    return [bank[code] for code in exam["drawn"]]


async def begin(work: Work, course: Course, account: AccountId, session: str) -> Row | Objection:
    """The exam under way, or a new one while an attempt is left. Raises Forged."""
    exams = await recent(work, account)
    under_way = open_exam(work, course, exams)
    if under_way is not None:
        return under_way
    if not attempts_left([exam["begun_at"] for exam in exams], work.now):
        return Objection.NO_ATTEMPT_LEFT
    seed = secrets.token_bytes(_SEED_BYTES)
    row = {
        "id": str(uuid4()), "account": account, "course": course.code, "edition": course.edition, "seed": seed,
        "drawn": list(draw([question.code for question in course.bank], seed, QUESTIONS)), "begun_at": work.now,
        "ended_at": None, "score": None, "passed": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(work.conn, work.keys, "exam", row)
    await _journal(work, "exam-begun", account, session, exam=row["id"], course=course.code)
    return row


async def answer(
    work: Work, course: Course, account: AccountId, session: str, exam: str, given: Given
) -> Judged | Objection:
    """Judge an exam, once; when it is passed, attest the account and let what waited for it begin. Raises Forged."""
    row = await work.conn.fetchrow(_ONE, exam, account)
    if row is None:
        return Objection.EXAM_UNKNOWN
    stamped.genuine(work.keys, "exam", row)
    if row["ended_at"] is not None or not _is_of(course, row, work):
        return Objection.EXAM_OVER
    if set(given) != set(row["drawn"]) or not all(given.values()):
        return Objection.EXAM_INCOMPLETE
    questions = questions_of(course, row)
    result = mark(questions, given)
    await stamped.amend(
        work.conn, work.keys, "exam", row, ended_at=work.now, score=result.score, passed=result.passed
    )
    told = {"exam": exam, "course": course.code, "edition": course.edition, "score": result.score, "of": result.of}
    person = stamped.genuine(work.keys, "account", await work.conn.fetchrow(_ACCOUNT, account))
    if not result.passed:
        await _journal(work, "exam-failed", account, session, **told)
        return Judged(result, questions, person)
    until = work.now + ATTESTATION
    person = await stamped.amend(work.conn, work.keys, "account", person, attested_until=until)
    await _journal(work, "attested", account, session, until=until.isoformat(), **told)
    await creating.attested(work, account)
    return Judged(result, questions, person)


async def enter(work: Work, session: Row) -> None:
    """Let a session that could choose nothing act under the one membership that has just begun, as a sign-in would.

    ``session`` was read under lock. Raises Forged.
    """
    account = AccountId(str(session["account"]))
    held = await memberships_in(work.conn, work.keys, account, session["application"], work.now)
    if session["habilitation"] is not None or len(held) != 1:
        return
    [only] = held
    await stamped.amend(work.conn, work.keys, "session", session, habilitation=only.habilitation)
    entry = Entry(
        work.now, "membership-chosen", account=str(session["account"]), session=str(session["id"]),
        organisation=only.organisation, application=session["application"], role=only.role,
        policy=work.policy.version,
    )  # fmt: skip
    await append(work.conn, [entry])


async def _journal(work: Work, kind: str, account: AccountId, session: str, **detail: object) -> None:
    text = json.dumps(detail, separators=(",", ":"), sort_keys=True)
    entry = Entry(work.now, kind, account=account, session=session, policy=work.policy.version, detail=text)
    await append(work.conn, [entry])
