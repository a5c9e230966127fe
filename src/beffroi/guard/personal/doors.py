"""The HTTP doors of the personal space: POST /v1/person/sessions, end, consultations, proof, report, reports.

None takes the id of a person: whose space it is, the session says. And those of security officers: POST
/v1/reports/list, examine and answer.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from beffroi.core.delaying import is_delayed
from beffroi.core.duty import Duty
from beffroi.core.ids import PersonId
from beffroi.core.personal import Answer as Reply
from beffroi.core.personal import Objection, Standing
from beffroi.core.refusals import Code
from beffroi.guard.answers.personal import Begun, Consultations, Ended, Moved, Proof, Reported
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.journal import Entry, append
from beffroi.guard.personal import consulting, delays, leaving, proofs, questioning, queueing, reporting, sessions
from beffroi.guard.personal.arriving import ROUTES as PAGES
from beffroi.guard.personal.asking import ROUTES as ASKING
from beffroi.guard.personal.code_page import ROUTES as CODE_PAGES
from beffroi.guard.personal.delay_doors import ROUTES as DELAYS
from beffroi.guard.personal.inviting import ROUTES as INVITING
from beffroi.guard.personal.oneself import ROUTES as ONESELF
from beffroi.guard.personal.own_attachments import ROUTES as OWN_ATTACHMENTS
from beffroi.guard.personal.own_file import ROUTES as OWN_FILE
from beffroi.guard.personal.presence import Present, serves, with_person
from beffroi.guard.personal.proving_presence import ROUTES as PRESENCE
from beffroi.guard.personal.unreadable import unreadable
from beffroi.guard.sessions.doors import Redemption, application_of
from beffroi.guard.sessions.handing_over import NotRedeemed
from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.integrity import report as alert
from beffroi.guard.stamped import Forged
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

_LOG: Final = logging.getLogger("beffroi.guard.personal")
SIZE: Final = 20
_MOST_ENTRY: Final = (1 << 63) - 1


class Period(bodies.Strict, frozen=True):
    """Body of /v1/person/consultations: instants with an offset, the end excluded; ``page`` starts at 1."""

    from_at: datetime
    until_at: datetime
    page: Annotated[int, Meta(ge=1, le=100_000)] = 1


class One(bodies.Strict, frozen=True):
    """Body of /v1/person/proof and report: a consultation by its number and instant, as they were told."""

    entry: Annotated[int, Meta(ge=1, le=_MOST_ENTRY)]
    at: datetime


class Nothing(bodies.Strict, frozen=True):
    """Body of /v1/person/end and reports."""


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/reports/list."""

    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


class OneReport(bodies.Strict, frozen=True):
    """Body of /v1/reports/examine."""

    report: bodies.PersonText


class Answering(bodies.Strict, frozen=True):
    """Body of /v1/reports/answer: one of the answers that the list gave."""

    report: bodies.PersonText
    answer: Literal["justified", "error", "unjustified", "not-established"]


_REDEMPTION: Final = msgspec.json.Decoder(Redemption)
_PERIOD: Final = msgspec.json.Decoder(Period)
_ONE: Final = msgspec.json.Decoder(One)
_NOTHING: Final = msgspec.json.Decoder(Nothing)
_LISTING: Final = msgspec.json.Decoder(Listing)
_REPORT: Final = msgspec.json.Decoder(OneReport)
_ANSWERING: Final = msgspec.json.Decoder(Answering)


async def begin(call: Call) -> Answer:
    """Redeem the one-time code of a person's sign-in."""
    tongue, services = call.headers.get(b"accept-language"), call.services
    application = application_of(call)
    if application is None:
        return problems.answer(Fault.TOKEN_INVALID, tongue)
    body = bodies.read(call, _REDEMPTION)
    if not serves(services, application):
        _LOG.warning("a person's code was refused to application %s: it serves no people", application)
        return problems.answer(Code.SESSION_UNKNOWN, tongue)
    try:
        async with services.pool.acquire() as conn:
            begun = await sessions.redeem(conn, services.keys, application, body.code, body.state, body.client)
            if isinstance(begun, NotRedeemed):
                _LOG.warning("a person's code was refused to application %s: %s", application, begun.value)
                return problems.answer(Code.SESSION_UNKNOWN, tongue)
    except Forged as error:
        await alert(call, error)
        return problems.answer(Code.INTEGRITY, tongue)
    return json_answer(Begun(begun.handle, begun.session["expires_at"]))


async def end(call: Call) -> Answer:
    """Sign out under the turnstile; the provider is asked for its logout afterwards, as it may keep one waiting."""
    bodies.read(call, _NOTHING)
    ended: list[leaving.Left] = []

    async def act(here: Present) -> Answer:
        found = leaving.left(call.services.keys, here.session)
        await sessions.revoke(here.conn, call.services.keys, here.session, here.now, "signed-out")
        ended.append(found)
        return json_answer({})

    answer = await with_person(call, act, writes=True)
    return json_answer(Ended(await leaving.logout_url(call.services, ended[0]))) if ended else answer


async def consultations(call: Call) -> Answer:
    """A page of one's own consultations in a period; the first page puts the question anew, the others leaf."""
    body = bodies.read(call, _PERIOD)
    from_at, until_at = _period(body)
    services = call.services
    asked = await questioning.answered(call, from_at, until_at, leafing=body.page > 1)
    if isinstance(asked, Answer):
        return asked
    here, found = asked
    async with services.pool.acquire() as conn:
        rows = await consulting.told(conn, services.keys, services.policy, here.person, found, body.page, SIZE)
    total = found.rows.num_rows
    return json_answer(
        Consultations(total, body.page, max(1, -(-total // SIZE)), found.at, found.lost_until, tuple(rows))
    )


async def proof(call: Call) -> Answer:
    """The proof file of one consultation of one's own file."""
    body, services = bodies.read(call, _ONE), call.services
    opening, answer = await _pointed_out(call, body.entry, _instant("at", body.at), identified=True)
    if opening is None:
        return answer
    person, entry = opening
    try:
        async with services.pool.acquire() as conn:
            made = await proofs.of_entry(conn, services.keys, services.settings, person, entry.entry)
    except Exception as error:
        return await unreadable(call, error)
    if isinstance(made, Objection):
        return problems.reply(call, made)

    async def act(again: Present) -> Answer:
        given = Entry(
            again.now, "own-proof-given", again.person, session=again.id, application=again.session["application"],
            policy=services.policy.version, detail=f'{{"entry":{entry.entry}}}',
        )  # fmt: skip
        await append(again.conn, [given])
        return json_answer(Proof(f"consultation-{entry.entry}.tlog-proof", made))

    return await with_person(call, act, writes=True, identified=True)


async def report(call: Call) -> Answer:
    """Report a consultation that one does not recognise, once."""
    body, services = bodies.read(call, _ONE), call.services
    opening, answer = await _pointed_out(call, body.entry, _instant("at", body.at))
    if opening is None:
        return answer
    _, reported = opening

    async def act(again: Present) -> Answer:
        made = await reporting.make(again, services.keys, reported, services.policy)
        if isinstance(made, Objection):
            return problems.reply(call, made)
        return json_answer(Reported(made), 201)

    return await with_person(call, act, writes=True)


async def own_reports(call: Call) -> Answer:
    """What one reported, and what became of it."""
    bodies.read(call, _NOTHING)

    async def act(here: Present) -> Answer:
        return json_answer(await reporting.own(here.conn, call.services.keys, here.person))

    return await with_person(call, act, writes=False)


async def reports(call: Call) -> Answer:
    """Reports that this security officer has to look into."""
    page = bodies.read(call, _LISTING).page

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(await reporting.theirs(work, by, page))

    return await with_duty(call, Duty.INVESTIGATE, act, writes=False)


async def examine(call: Call) -> Answer:
    """Say that a report is being looked into."""
    return await _moved(call, bodies.read(call, _REPORT).report, Standing.EXAMINED, None)


async def reply(call: Call) -> Answer:
    """Answer a report; the person reads the sentence of the answer."""
    body = bodies.read(call, _ANSWERING)
    return await _moved(call, body.report, Standing.ANSWERED, Reply(body.answer))


async def _moved(call: Call, one: str, to: Standing, answer: Reply | None) -> Answer:
    async def act(work: Work, by: OnDuty) -> Answer:
        moved = await reporting.move(work, by, one, to, answer)
        if isinstance(moved, Objection):
            return problems.reply(call, moved)
        return json_answer(Moved(moved.value))

    return await with_duty(call, Duty.INVESTIGATE, act, writes=True)


async def _pointed_out(
    call: Call, entry: int, at: datetime, *, identified: bool = False
) -> tuple[tuple[PersonId, consulting.Opening] | None, Answer]:
    """Whose space it is and the consultation pointed out, outside the turn; else the answer.

    What PostgreSQL holds is looked up there by its key, whoever waits for the engine; files are asked after it, which
    is a question like another.
    """
    services, tongue = call.services, call.headers.get(b"accept-language")
    kept: list[Present] = []

    async def look(here: Present) -> Answer:
        kept.append(here)
        return json_answer({})

    answer = await with_person(call, look, writes=False, identified=identified)
    if not kept:
        return None, answer
    here = kept[0]
    async with services.pool.acquire() as conn:
        if not await attempts.within(conn, services.keys, Limit.POINTED_OUT, here.person, here.now):
            return None, problems.answer(Fault.TOO_MANY_QUESTIONS, tongue)
        try:
            hidden = await delays.in_force(conn, services.keys, here.now)
        except Forged as error:
            return None, await unreadable(call, error)
        found = await consulting.at_hand(conn, services.keys, here.person, entry, at)
        if found is not None and is_delayed(_text(found.account), at, hidden, here.now):
            found = None  # and asked like any other that is not there: nothing tells the two apart
        counted = found is not None or await attempts.within(
            conn, services.keys, Limit.OWN_QUESTIONS, here.person, here.now
        )
    if not counted:
        return None, problems.answer(Fault.TOO_MANY_QUESTIONS, tongue)
    if found is None:
        queue = queueing.queue_of(services)
        full = queue.enter(here.person)
        if full is not None:
            return None, problems.answer(full, tongue)
        try:
            async with queue.turn():
                found = await consulting.in_files(services, here.id, here.person, entry, at)
        except Exception as error:
            return None, await unreadable(call, error)
        finally:
            queue.leave(here.person)
    if found is None or is_delayed(_text(found.account), at, hidden, here.now):
        return None, problems.answer(Objection.CONSULTATION_UNKNOWN, tongue)
    return (here.person, found), answer


def _text(account: UUID | None) -> str | None:
    return None if account is None else str(account)


def _period(body: Period) -> tuple[datetime, datetime]:
    from_at, until_at = _instant("from_at", body.from_at), _instant("until_at", body.until_at)
    if until_at - from_at < timedelta(microseconds=1):
        raise Malformed("$.until_at", "an instant after from_at")
    return from_at, until_at


def _instant(name: str, at: datetime) -> datetime:
    if at.tzinfo is None or not 2000 <= at.year < 2200:
        raise Malformed(f"$.{name}", "an instant with its offset")
    return at.astimezone(UTC)


ROUTES: Final[Routes] = {
    ("POST", "/v1/person/sessions"): begin,
    ("POST", "/v1/person/end"): end,
    ("POST", "/v1/person/consultations"): consultations,
    ("POST", "/v1/person/proof"): proof,
    ("POST", "/v1/person/report"): report,
    ("POST", "/v1/person/reports"): own_reports,
    ("POST", "/v1/reports/list"): reports,
    ("POST", "/v1/reports/examine"): examine,
    ("POST", "/v1/reports/answer"): reply,
    **PAGES,
    **CODE_PAGES,
    **INVITING,
    **OWN_FILE,
    **OWN_ATTACHMENTS,
    **ONESELF,
    **ASKING,
    **PRESENCE,
    **DELAYS,
}
