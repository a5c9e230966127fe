"""The HTTP doors of awareness: GET /v1/awareness, POST /v1/awareness/course, begin, answer.

Any live session may use them, with or without a membership in force: somebody newly enrolled has none before the exam
is passed, and somebody whose attestation ended must be able to renew it. A suspended or contained account may not.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from beffroi.core.awareness import (
    ATTEMPTS,
    QUESTIONS,
    Course,
    Objection,
    attempts_left,
    needed,
    next_at,
    reminder,
)
from beffroi.core.ids import AccountId, HabilitationId
from beffroi.core.refusals import Code
from beffroi.guard import stamped
from beffroi.guard.awareness import answers, exams
from beffroi.guard.duties import Work
from beffroi.guard.habilitations.applications import served
from beffroi.guard.sessions.doors import with_session
from beffroi.guard.sessions.memberships import AWAITED
from beffroi.guard.signin.recognising import may_enter
from beffroi.guard.stamped import Row
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

_OFFICES: Final = "SELECT * FROM guard.organisation WHERE id = ANY ($1::uuid[])"
_USED: Final = "UPDATE guard.session SET seen_at = $2 WHERE id = $1"


class Nothing(bodies.Strict, frozen=True):
    """Body of /v1/awareness/course and begin: an empty object."""


class Answering(bodies.Strict, frozen=True):
    """Body of /v1/awareness/answer: every question drawn, and the ids of the choices given to each."""

    exam: bodies.PersonText
    answers: Annotated[
        dict[bodies.Code, Annotated[tuple[Annotated[int, Meta(ge=0, le=31)], ...], Meta(max_length=8)]],
        Meta(max_length=QUESTIONS),
    ]


class CourseNamed(msgspec.Struct, frozen=True):
    """A course without its text, and what its exam asks."""

    code: str
    title: str
    chapters: int
    questions: int
    needed: int


class Awaiting(msgspec.Struct, frozen=True):
    """A role that is held or will be: where it stands, from when it gives access; ``here``: to this application."""

    organisation: str
    role: str
    status: str
    from_at: datetime
    here: bool


class Standing(msgspec.Struct, frozen=True):
    """Answer of GET /v1/awareness. ``reminder``: 30, 14 or 3 days, 0 once the attestation ended, null before."""

    attested_until: datetime
    attested: bool
    reminder: int | None
    course: CourseNamed | None
    attempts: int
    attempts_left: int
    next_at: datetime
    exam: str | None
    habilitations: tuple[Awaiting, ...]


class Result(msgspec.Struct, frozen=True):
    """Answer of POST /v1/awareness/answer."""

    passed: bool
    score: int
    of: int
    needed: int
    attested_until: datetime
    questions: tuple[answers.Corrected, ...]


_NOTHING: Final = msgspec.json.Decoder(Nothing)
_ANSWERING: Final = msgspec.json.Decoder(Answering)
Act = Callable[[Work, Row, AccountId], Awaitable[Answer]]


async def show(call: Call) -> Answer:
    """Which course is this person's, until when they are attested, how many attempts are left."""

    async def act(work: Work, session: Row, account: AccountId) -> Answer:
        row = stamped.genuine(work.keys, "account", await _account(work.conn, account))
        course = await exams.course_of(work, account)
        recent = await exams.recent(work, account)
        begun = [exam["begun_at"] for exam in recent]
        under_way = None if course is None else exams.open_exam(work, course, recent)
        until = row["attested_until"]
        return json_answer(
            Standing(
                until, until > work.now, reminder(until, work.now), _named(course, call), ATTEMPTS,
                attempts_left(begun, work.now), next_at(begun, work.now),
                None if under_way is None else str(under_way["id"]), await _awaiting(work, account, session, call),
            )
        )  # fmt: skip

    return await _with_account(call, act, writes=False)


async def read_course(call: Call) -> Answer:
    """The chapters of this person's course. Reading keeps the session alive, as any other use does."""
    bodies.read(call, _NOTHING)

    async def act(work: Work, session: Row, account: AccountId) -> Answer:
        course = await exams.course_of(work, account)
        if course is None:
            return problems.reply(call, Objection.NO_COURSE)
        return json_answer(answers.course_read(course, _tongue(call)))

    return await _with_account(call, act, writes=True)


async def begin(call: Call) -> Answer:
    """Draw an exam, or give the one under way again: its questions, without their answers."""
    bodies.read(call, _NOTHING)

    async def act(work: Work, session: Row, account: AccountId) -> Answer:
        course = await exams.course_of(work, account)
        if course is None:
            return problems.reply(call, Objection.NO_COURSE)
        exam = await exams.begin(work, course, account, str(session["id"]))
        if isinstance(exam, Objection):
            return problems.reply(call, exam)
        questions = exams.questions_of(course, exam)
        return json_answer(answers.exam_read(course, str(exam["id"]), exam["seed"], questions, _tongue(call)))

    return await _with_account(call, act, writes=True)


async def answer(call: Call) -> Answer:
    """Judge an exam: all its answers at once, once."""
    asked = bodies.read(call, _ANSWERING)
    given = {code: frozenset(choices) for code, choices in asked.answers.items()}

    async def act(work: Work, session: Row, account: AccountId) -> Answer:
        course = await exams.course_of(work, account)
        if course is None:
            return problems.reply(call, Objection.NO_COURSE)
        judged = await exams.answer(work, course, account, str(session["id"]), asked.exam, given)
        if isinstance(judged, Objection):
            return problems.reply(call, judged)
        if judged.mark.passed:
            await exams.enter(work, session)
        score, of = judged.mark
        return json_answer(
            Result(
                judged.mark.passed, score, of, needed(of), judged.account["attested_until"],
                answers.corrected(judged.questions, given, _tongue(call)),
            )
        )  # fmt: skip

    return await _with_account(call, act, writes=True)


async def _with_account(call: Call, act: Act, *, writes: bool) -> Answer:
    """With a live session whose account is active and not contained. Writing is use of the session."""

    async def on(conn: "asyncpg.Connection", session: Row) -> Answer:
        keys, policy, account = call.services.keys, call.services.policy, AccountId(str(session["account"]))
        row = stamped.genuine(keys, "account", await _account(conn, account))
        may = await may_enter(conn, keys, session["application"], account, watcher=True)
        if row["status"] != "active" or not may:
            return problems.reply(call, Code.ACCOUNT_SUSPENDED)
        work = Work(conn, keys, policy, await stamped.instant(conn))
        if writes:
            await conn.execute(_USED, session["id"], work.now)
        return await act(work, session, account)

    return await with_session(call, on, writes=writes)


async def _account(conn: "asyncpg.Connection", account: AccountId) -> Any:
    return await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", account)


async def _awaiting(work: Work, account: AccountId, session: Row, call: Call) -> tuple[Awaiting, ...]:
    rows = [
        stamped.genuine(work.keys, "habilitation", row) for row in await work.conn.fetch(AWAITED, account, work.now)
    ]
    offices = {
        row["id"]: stamped.genuine(work.keys, "organisation", row)["name"]
        for row in await work.conn.fetch(_OFFICES, [row["organisation"] for row in rows])
    }
    serving = await served(work.conn, work.keys, [row["id"] for row in rows])
    tongue, known = _tongue(call), work.policy.roles
    return tuple(
        Awaiting(
            offices[row["organisation"]],
            getattr(known[row["role"]].label, tongue) if row["role"] in known else row["role"],
            row["status"],
            row["from_at"],
            session["application"] in serving.get(HabilitationId(str(row["id"])), ()),
        )
        for row in sorted(rows, key=lambda row: (offices[row["organisation"]], row["role"]))
    )


def _named(course: Course | None, call: Call) -> CourseNamed | None:
    if course is None:
        return None
    title = getattr(course.title, _tongue(call))
    return CourseNamed(course.code, title, len(course.chapters), QUESTIONS, needed(QUESTIONS))


def _tongue(call: Call) -> str:
    return problems.language_of(call.headers.get(b"accept-language"))


ROUTES: Final[Routes] = {
    ("GET", "/v1/awareness"): show,
    ("POST", "/v1/awareness/course"): read_course,
    ("POST", "/v1/awareness/begin"): begin,
    ("POST", "/v1/awareness/answer"): answer,
}
