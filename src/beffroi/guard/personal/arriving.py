"""GET /person/sign-in, /person/callback and /person/signed-out: a person proves who they are, and comes back.

The same exchange as agents' (:mod:`beffroi.guard.signin.arriving`) at another provider, under another cookie, with
steps of its own: nothing begun here can be ended there. Journal: ``person-signed-in`` with the person matched,
``person-sign-in-refused`` with the step that failed, ``person-identity-disputed`` with each file concerned; never a
name, a date or a subject.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from beffroi.core.ids import ApplicationId, PersonId
from beffroi.core.personal import Unmatched
from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.personal import invitations, messages, sessions
from beffroi.guard.personal.matching import match
from beffroi.guard.personal.presence import serves
from beffroi.guard.personal.provider import PersonEdge, person_edge
from beffroi.guard.signin import attempts, browser, flow, progress
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.messages import Message
from beffroi.guard.signin.messages import answer as said
from beffroi.guard.signin.pages import origin_of
from beffroi.guard.signin.progress import Loaded, Purpose, Step
from beffroi.guard.signin.provider import Identified, Unreachable
from beffroi.guard.vault import blind
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, redirect
from beffroi.standards import oidc
from beffroi.standards.oidc import PivotIdentity, Refusal, Transaction

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = logging.getLogger("beffroi.guard.personal")
COOKIE: Final = "beffroi-person-sign-in"


@alerting
async def depart(call: Call) -> Answer:
    """Begin for a registered address of the application that serves people, and leave for their provider."""
    services, edge = call.services, person_edge(call.services)
    try:
        fields = call.query_fields()
    except Malformed:
        return said(call, messages.WRONG_LINK)
    async with services.pool.acquire() as conn:
        now = await stamped.instant(conn)
        if not await attempts.within(conn, services.keys, Limit.BEGINNINGS, place(call), now):
            return said(call, messages.TOO_MANY)
        to = await flow.destination(conn, call, fields)
        if to is not None and not serves(services, to.application):
            _LOG.warning("a person's sign-in was refused to application %s", to.application)
            to = None
        shut = to is not None and await sessions.shut(conn, services.keys, to.application) is not None
    if to is None:
        return said(call, messages.WRONG_LINK)
    if edge is None or shut:
        return said(call, messages.CLOSED)
    try:
        request = oidc.authorization_request(await edge.provider(), edge.party(services.policy))
    except Unreachable as error:
        _LOG.error("provider of people: %s", error)
        return said(call, messages.PROVIDER_DOWN)
    beginning = msgspec.structs.replace(
        flow.new_progress(Purpose.PERSONAL_SPACE, to),
        oidc_state=request.transaction.state,
        nonce=request.transaction.nonce,
        verifier=request.transaction.code_verifier,
    )
    async with services.pool.acquire() as conn, conn.transaction():
        cookie = await progress.start(conn, services.keys, Step.PERSON, beginning, now)
    life = int(progress.LIFE.total_seconds())
    return redirect(request.url, browser.write(call, COOKIE, cookie, life))


@alerting
async def arrive(call: Call) -> Answer:
    """Come back with a code, once."""
    services, edge = call.services, person_edge(call.services)
    if edge is None:
        return said(call, messages.CLOSED)
    try:
        provider = await edge.provider()
    except Unreachable as error:
        _LOG.error("provider of people: %s", error)
        return said(call, messages.PROVIDER_DOWN)
    async with services.pool.acquire() as conn, conn.transaction():
        now = await stamped.instant(conn)
        if await attempts.exhausted(conn, services.keys, Limit.FAILURES, place(call), now):
            return said(call, messages.TOO_MANY)
        loaded = await _current(conn, call, Step.PERSON, now)
        if loaded is None:
            return said(call, messages.OVER)
        going = loaded.progress
        transaction = Transaction(going.oidc_state, going.nonce, going.verifier)
        code = oidc.read_callback(call.query.decode("latin-1"), transaction, provider)
        if isinstance(code, Refusal):
            await _refused(conn, call, loaded, code.value, now)
            if code in (Refusal.STATE_MISMATCH, Refusal.CALLBACK_MALFORMED):
                # Somebody else's answer, or none: this browser's own sign-in is still waiting for its own.
                return said(call, messages.NOT_IDENTIFIED)
            await progress.close(conn, loaded)
            return _over(call, messages.NOT_IDENTIFIED)
        # From here on this return has served, whatever comes of it.
        await progress.save(conn, services.keys, loaded, Step.PERSON_EXCHANGE, going)
    return await _exchange(call, edge, loaded, code, transaction, now)


async def _exchange(
    call: Call, edge: PersonEdge, loaded: Loaded, code: str, transaction: Transaction, now: datetime
) -> Answer:
    services = call.services
    try:
        identified = await edge.identify_person(code, transaction, services.policy, now)
    except Unreachable as error:
        _LOG.error("provider of people: %s", error)
        return _over(call, messages.PROVIDER_DOWN)
    async with services.pool.acquire() as conn, conn.transaction():
        again = await _current(conn, call, Step.PERSON_EXCHANGE, await stamped.instant(conn))
        if again is None or again.id != loaded.id:
            return _over(call, messages.OVER)
        await turnstile.take(conn)  # behind the sign-in's own row, as where a return is refused
        now = await stamped.instant(conn)
        await progress.close(conn, again)
        if isinstance(identified, Refusal):
            await _refused(conn, call, again, identified.value, now)
            return _over(call, messages.NOT_IDENTIFIED)
        return await _enter(conn, call, edge, again, identified, now)


async def _enter(
    conn: "asyncpg.Connection",
    call: Call,
    edge: PersonEdge,
    loaded: Loaded,
    identified: Identified[PivotIdentity],
    now: datetime,
) -> Answer:
    """Begin the session of the one person matched; nobody's otherwise. The turnstile is held."""
    services, going = call.services, loaded.progress
    subject = blind.subject(services.keys, edge.issuer, identified.identity.sub)
    if not await attempts.within(conn, services.keys, Limit.MATCHINGS, str(subject), now):
        await _refused(conn, call, loaded, "too-many-sign-ins", now)
        return _over(call, messages.TOO_MANY)
    found, disputed = await match(conn, services.keys, identified.identity, subject, now)
    if isinstance(found, Unmatched):
        await _disputed(conn, call, going.application, found, disputed, now)
        await _refused(conn, call, loaded, found.value, now)
        return _over(call, messages.NOT_FOUND)
    await invitations.end_all(conn, services.keys, found, now, "identified")
    code = await sessions.begin(
        conn, services.keys, found, ApplicationId(going.application), going.state, identified.id_token,
        services.policy.version,
    )  # fmt: skip
    back = flow.with_query(going.return_to, {"state": going.state, "code": code})
    return redirect(back, browser.clear(call, COOKIE))


@alerting
async def left(call: Call) -> Answer:
    """Where the provider's logout ends; the way back to the application it names, if it is one."""
    try:
        application = call.query_fields().get("state", "").partition(".")[0]
    except Malformed:
        application = ""
    async with call.services.pool.acquire() as conn:
        row = await conn.fetchrow("SELECT * FROM guard.application WHERE id = $1", application)
    if row is None or not row["redirect_uris"] or not serves(call.services, application):
        return said(call, messages.SIGNED_OUT)
    stamped.genuine(call.services.keys, "application", row)
    home = f"{origin_of(row['redirect_uris'][0])}/mon-espace/"
    return said(call, messages.SIGNED_OUT, link=home, link_text="Revenir à mon espace")


async def _current(conn: "asyncpg.Connection", call: Call, step: Step, now: datetime) -> Loaded | None:
    loaded = await progress.load(conn, call.services.keys, browser.read(call, COOKIE), now)
    return loaded if loaded is not None and loaded.step is step else None


def place(call: Call) -> str:
    """Where a person's request comes from: counted apart from agents', who may share the address."""
    return f"person {browser.address(call)}"


def _over(call: Call, message: Message) -> Answer:
    return said(call, message, browser.clear(call, COOKIE))


async def _disputed(
    conn: "asyncpg.Connection", call: Call, application: str, why: Unmatched, files: Iterable[PersonId], now: datetime
) -> None:
    """Alert security to files that more than one identity, or more than one file of an identity, lays claim to."""
    entries = [
        Entry(
            now, "person-identity-disputed", file, application=application, explanation=why,
            policy=call.services.policy.version,
        )
        for file in files
    ]  # fmt: skip
    if entries:
        _LOG.critical("integrity: %s of %d files in the personal space", why.value, len(entries))
    await append(conn, entries)


async def _refused(conn: "asyncpg.Connection", call: Call, loaded: Loaded, why: str, now: datetime) -> None:
    """Journal a refusal and count it against the address."""
    await turnstile.take(conn)  # before the count's row, as who proves a factor takes both
    await attempts.within(conn, call.services.keys, Limit.FAILURES, place(call), now)
    entry = Entry(
        now, "person-sign-in-refused", application=loaded.progress.application, explanation=why,
        policy=call.services.policy.version,
    )  # fmt: skip
    await append(conn, [entry])


ROUTES: Final[Routes] = {
    ("GET", "/person/sign-in"): depart,
    ("GET", "/person/callback"): arrive,
    ("GET", "/person/signed-out"): left,
}
