"""Before a person's door: which application speaks, with whose session, from which client."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from beffroi.core.ids import PersonId
from beffroi.core.personal import Objection
from beffroi.core.refusals import Code
from beffroi.guard import stamped, turnstile
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.personal import invitations, sessions
from beffroi.guard.services import Services
from beffroi.guard.sessions import handles
from beffroi.guard.sessions.doors import application_of
from beffroi.guard.signin.integrity import report
from beffroi.guard.stamped import Forged, Row
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Malformed

if TYPE_CHECKING:
    import asyncpg


class Present(NamedTuple):
    """A person in their space: the transaction, the session's row, the sole clock."""

    conn: "asyncpg.Connection"
    session: Row
    now: datetime

    @property
    def person(self) -> PersonId:
        """Whose space it is; nothing of a request ever says it."""
        return PersonId(str(self.session["person"]))

    @property
    def id(self) -> str:
        """The session's UUID."""
        return str(self.session["id"])


Act = Callable[[Present], Awaitable[Answer]]


def serves(services: Services, application: str) -> bool:
    """Whether this is the one application that shows people their own space."""
    return services.settings.person_application == application


async def with_person(call: Call, act: Act, *, writes: bool, identified: bool = False) -> Answer:
    """Check token, handle and client, then act in one transaction: under the turnstile when it ``writes``.

    ``identified``: not for a session that a code began, which shows consultations alone; such a session ends with
    what its issuer may do. A handle that comes from another client than its own ends the session. Raises Malformed
    for a long fingerprint.
    """
    tongue, services = call.headers.get(b"accept-language"), call.services
    application = application_of(call)
    if application is None:
        return problems.answer(Fault.TOKEN_INVALID, tongue)
    if not serves(services, application):
        return problems.answer(Code.SESSION_UNKNOWN, tongue)
    handle, client = call.header(b"beffroi-session") or "", call.header(b"beffroi-client") or ""
    if len(client) > handles.CLIENT_CHARACTERS:
        raise Malformed("beffroi-client", f"at most {handles.CLIENT_CHARACTERS} characters")
    try:
        async with services.pool.acquire() as conn, conn.transaction():
            if writes:
                await turnstile.take(conn)
            session = await sessions.presented(conn, handle, locked=writes)
            if session is None:
                return problems.answer(Code.SESSION_UNKNOWN, tongue)
            now = await stamped.instant(conn)
            refusal = await sessions.refusal_of(conn, services.keys, application, client, session, now)
            proven = refusal is None and sessions.is_identified(services.keys, session)
            if refusal is None and not proven:
                if not await invitations.holds(conn, services.keys, str(session["id"])):
                    refusal = Code.SESSION_ENDED
                elif identified:
                    return problems.answer(Objection.IDENTITY_NEEDED, tongue)
            if refusal is None:
                answer = await act(Present(conn, session, now))
                if now - session["seen_at"] >= sessions.TOUCH:
                    await conn.execute(sessions.USED, session["id"], now)
                return answer
        if refusal is Code.SESSION_OTHER_CLIENT:
            await _end_stolen(call, handle)
        return problems.answer(refusal, tongue)
    except (Forged, SealRefused, WrappedKeyRefused) as error:
        await report(call, error)
        return problems.answer(Code.INTEGRITY, tongue)


async def _end_stolen(call: Call, handle: str) -> None:
    services = call.services
    async with services.pool.acquire() as conn, conn.transaction():
        await turnstile.take(conn)
        session = await sessions.presented(conn, handle, locked=True)
        if session is not None:
            now = await stamped.instant(conn)
            await sessions.revoke(conn, services.keys, session, now, Code.SESSION_OTHER_CLIENT.value)
