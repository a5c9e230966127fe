"""POST /v1/notices/send, mine and check: an office writes to people it follows; anybody checks a code.

Each person written to is decided, charged and journaled as an opening of their contact details; then the message and
its letters are written; the worker sends them. Killed in between, people are counted who are not written to; who was
erased or restricted in between has no letter.
"""

import json
from collections import Counter
from datetime import date, time, timedelta
from typing import Annotated, Final, Literal
from uuid import uuid4

import msgspec
from msgspec import Meta

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.fields import Group
from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.marks import in_groups, new_mark, read_mark
from beffroi.core.messaging import MOST, MOST_RECEIVED, WORDINGS, Objection, Subject, complete, writing_to
from beffroi.core.policy import MESSAGES, Action
from beffroi.core.refusals import Code
from beffroi.guard import journal, own_budgets, stamped
from beffroi.guard.answers.messaging import Checked, Held, Notice, Notices, Sent
from beffroi.guard.answers.shape import Label
from beffroi.guard.decisions.asks import Granted, Outcome
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.doors.several import decide_each
from beffroi.guard.duties import OnDuty, Work, entry_of, with_action
from beffroi.guard.messaging import letters
from beffroi.guard.messaging.letters import NO_ADDRESS
from beffroi.guard.relating import relations
from beffroi.guard.sessions.doors import application_of
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer


class Sending(bodies.Strict, frozen=True):
    """Body of /v1/notices/send. ``day`` and ``hour`` (Europe/Paris) where the subject names them."""

    purpose: bodies.Code
    subject: Literal["call-back", "appointment", "workshop", "documents", "closed"]
    people: Annotated[tuple[bodies.PersonText, ...], Meta(min_length=1, max_length=MOST)]
    day: date | None = None
    hour: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)")] | None = None


class Purposed(bodies.Strict, frozen=True):
    """Body of /v1/notices/mine."""

    purpose: bodies.Code


class Checking(bodies.Strict, frozen=True):
    """Body of /v1/notices/check: a code as somebody typed it."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]


_SENDING: Final = msgspec.json.Decoder(Sending)
_PURPOSED: Final = msgspec.json.Decoder(Purposed)
_CHECKING: Final = msgspec.json.Decoder(Checking)
_LETTERS: Final = """
INSERT INTO guard.letter (id, notice, person, made_at, mac, due_at)
SELECT l.id, $2, l.person, $3, l.mac, $3 FROM unnest($1::uuid[], $4::uuid[], $5::bytea[]) AS l (id, person, mac)
"""
_MINE: Final = """
SELECT n.*, count(l.sent_at) AS sent, count(l.failed_at) AS failed,
    count(l.failed_at) FILTER (WHERE l.failure = $3) AS no_address,
    count(l.id) FILTER (WHERE l.sent_at IS NULL AND l.failed_at IS NULL) AS waiting
FROM guard.notice n LEFT JOIN guard.letter l ON l.notice = n.id
WHERE n.account = $1 AND n.organisation = $2 GROUP BY n.id ORDER BY n.made_at DESC, n.id LIMIT 50
"""
_ENOUGH: Final = """
SELECT l.person FROM guard.letter l JOIN guard.notice n ON n.id = l.notice
WHERE l.person = ANY ($1::uuid[]) AND n.organisation = $2 AND l.made_at > $3 GROUP BY l.person HAVING count(*) >= $4
"""
_THERE: Final = "SELECT id FROM guard.person WHERE id = ANY ($1::uuid[])"
_CODE: Final = """
SELECT n.*, o.name AS office FROM guard.notice n JOIN guard.organisation o ON o.id = n.organisation WHERE n.code = $1
"""


async def send(call: Call) -> Answer:
    """Write to people one may open, each at the cost of an opening."""
    body, caller = bodies.read(call, _SENDING), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    subject = Subject(body.subject)
    hour = None if body.hour is None else time.fromisoformat(body.hour)
    people = [PersonId(person) for person in dict.fromkeys(body.people)]
    asked: list[PersonId] = []

    async def look(work: Work, by: OnDuty) -> Answer:
        if not complete(subject, body.day, hour, work.now.astimezone(PARIS).date()):
            return problems.reply(call, Objection.NO_DAY)
        enough = await _enough(work, by, people)
        asked.extend(person for person in people if person not in enough)
        return json_answer(None) if asked else problems.reply(call, Objection.ENOUGH)

    looked = await with_action(call, Action.RELEASE, body.purpose, look, writes=False)
    if not asked:
        return looked
    notice = str(uuid4())
    outcomes = await _decided(call, caller, PurposeCode(body.purpose), asked, notice)
    granted = [one for one, outcome in zip(asked, outcomes, strict=True) if isinstance(outcome, Granted)]
    refused = [outcome for outcome in outcomes if not isinstance(outcome, Granted)]
    if not granted:
        return denial(call, refused[0])
    left = Counter(one.code.value if isinstance(one, Refusal) else one.value for one in refused)

    async def write(work: Work, by: OnDuty) -> Answer:
        lost = await _lost(work, granted)
        enough = await _enough(work, by, granted) - lost.keys()  # another message to them was written meanwhile
        written = [person for person in granted if person not in enough and person not in lost]
        if not written:
            return problems.reply(call, Objection.ENOUGH) if enough else denial(call, Refusal(lost[granted[0]]))
        row = {
            "id": notice, "code": new_mark(), "subject": subject.value, "day": body.day and body.day.isoformat(),
            "hour": body.hour,
            "account": by.account.id, "organisation": by.organisation.id, "people": len(written),
            "made_at": work.now, "version": 1,
        }  # fmt: skip
        await stamped.insert(work.conn, work.keys, "notice", row)
        await _write_letters(work, notice, written)
        detail = {"notice": notice, "people": len(written), "subject": subject.value}
        await journal.append(work.conn, [entry_of(work, by, "notice-sent", detail, body.purpose)])
        left.update(code.value for code in lost.values())
        left[Objection.ENOUGH.value] = len(people) - len(asked) + len(enough)
        held = tuple(Held(code, count) for code, count in sorted(left.items()) if count)
        return json_answer(Sent(notice, in_groups(str(row["code"])), len(written), held), 201)

    return await with_action(call, Action.RELEASE, body.purpose, write, writes=True)


async def _enough(work: Work, by: OnDuty, people: list[PersonId]) -> set[PersonId]:
    """Of these people, those to whom this office has written as often as it may for now."""
    since = work.now - timedelta(days=1)
    rows = await work.conn.fetch(_ENOUGH, people, by.organisation.id, since, MOST_RECEIVED)
    return {PersonId(str(row["person"])) for row in rows}


async def _lost(work: Work, people: list[PersonId]) -> dict[PersonId, Code]:
    """Of these people, those who were decided upon and may not be written to any more (I-13), and why."""
    there = {PersonId(str(row["id"])) for row in await work.conn.fetch(_THERE, people)}
    restricted = await relations.restricted(work.conn, work.keys, people, work.now)
    found = {person: Code.RESTRICTED for person in people if person in restricted}
    return found | {person: Code.PERSON_UNKNOWN for person in people if person not in there}


async def _write_letters(work: Work, notice: str, people: list[PersonId]) -> None:
    ids = [str(uuid4()) for _ in people]
    macs = [
        work.keys.authenticator.stamp_row(
            "letter", {"id": id_, "notice": notice, "person": person, "made_at": work.now}
        )
        for id_, person in zip(ids, people, strict=True)
    ]
    await work.conn.execute(_LETTERS, ids, notice, work.now, people, macs)


async def _decided(
    call: Call, caller: Caller, purpose: PurposeCode, people: list[PersonId], notice: str
) -> list[Outcome]:
    """Each person's own decision; its entry names the message."""
    detail = json.dumps({"notice": notice}, separators=(",", ":"))
    asked = [
        Request(Action.RELEASE, caller.application, purpose, person, int(Group.CONTACT), None) for person in people
    ]
    return await decide_each(call, caller, asked, detail=detail, law=writing_to)


async def mine(call: Call) -> Answer:
    """One's own messages, and what became of them."""
    body = bodies.read(call, _PURPOSED)

    async def act(work: Work, by: OnDuty) -> Answer:
        rows = await work.conn.fetch(_MINE, by.account.id, by.organisation.id, NO_ADDRESS)
        told = []
        for row in rows:
            stamped.genuine(work.keys, "notice", row)
            title = WORDINGS[Subject(row["subject"])].title
            told.append(
                Notice(
                    str(row["id"]), Label(title.fr, title.en), in_groups(row["code"]), row["made_at"], row["people"],
                    row["sent"], row["waiting"], row["no_address"], row["failed"] - row["no_address"],
                )
            )  # fmt: skip
        return json_answer(Notices(await own_budgets.left(work, by, MESSAGES), tuple(told)))

    return await with_action(call, Action.RELEASE, body.purpose, act, writes=False)


async def check(call: Call) -> Answer:
    """Whether a code is ours, for anybody: what about, in whose name, on which day; never to whom."""
    body = bodies.read(call, _CHECKING)
    if application_of(call) is None:
        return problems.reply(call, Fault.TOKEN_INVALID)
    code = read_mark(body.code)
    if code is None:
        return problems.reply(call, Objection.UNKNOWN_CODE)
    async with call.services.pool.acquire() as conn:
        row = await conn.fetchrow(_CODE, code)
    if row is None or not stamped.is_genuine(call.services.keys, "notice", row):
        return problems.reply(call, Objection.UNKNOWN_CODE)
    title, text = WORDINGS[Subject(row["subject"])].title, letters.sentence(row)
    made_on = row["made_at"].astimezone(PARIS).date()
    return json_answer(Checked(Label(title.fr, title.en), Label(text.fr, text.en), row["office"], made_on))


ROUTES: Final[Routes] = {
    ("POST", "/v1/notices/send"): send,
    ("POST", "/v1/notices/mine"): mine,
    ("POST", "/v1/notices/check"): check,
}
