"""GET /step-up, /factors/add, /approvals, /proofs: what a session that is already there asks of its browser.

The browser has no handle on the guard's origin; it has the guard's own cookie, set when the session began. The page
is asked with ``step``, which the guard itself put in the refusal: cookie and ``step`` must name the same live session
of that application, so nobody can have a factor spent on somebody else's session.
"""

import hmac
from typing import TYPE_CHECKING, Final

import msgspec

from beffroi.core.ids import is_uuid
from beffroi.core.policy import Level
from beffroi.guard import stamped
from beffroi.guard.sessions import handles
from beffroi.guard.sessions.live import is_over
from beffroi.guard.signin import admitting, browser, flow, messages, progress
from beffroi.guard.signin.flow import Destination
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.progress import Purpose, Step
from beffroi.guard.stamped import Row
from beffroi.guard.web.requests import Answer, Call, Malformed, redirect

if TYPE_CHECKING:
    import asyncpg

_LEVELS: Final = {"second-factor": Level.SECOND_FACTOR, "passkey": Level.PASSKEY}


@alerting
async def step_up(call: Call) -> Answer:
    """Ask for a fresh factor; ``level`` (``second-factor`` or ``passkey``) leaves out factors that would not do."""
    return await begin(call, Purpose.STEP_UP)


@alerting
async def add_factor(call: Call) -> Answer:
    """Ask for a fresh factor, then enrol another, no stronger than the one shown."""
    return await begin(call, Purpose.ADD_FACTOR)


async def begin(
    call: Call, purpose: Purpose, *, about: str | None = None, step: Step = Step.FACTOR, page: str = "/sign-in/factor"
) -> Answer:
    """Begin at ``step``, on ``page``, something that ends where the query says; ``about`` names its field there.

    Raises Forged.
    """
    try:
        fields = call.query_fields()
    except Malformed:
        return messages.answer(call, messages.WRONG_LINK)
    services = call.services
    async with services.pool.acquire() as conn, conn.transaction():
        now = await stamped.instant(conn)
        to = await admitting.begin(conn, call, fields, now)
        if isinstance(to, Answer):
            return to
        session = await _session(conn, call, to)
        if session is None or is_over(session, services.policy.session, now):
            return messages.answer(call, messages.SESSION_OVER)
        reference = handles.step_reference(services.keys.session, session["handle_hash"] or b"")
        shown = fields.get("step", "")
        if purpose is not Purpose.ADD_FACTOR and not hmac.compare_digest(
            shown.encode("utf-8", "replace"), reference.encode()
        ):
            return messages.answer(call, messages.SESSION_OVER)
        wanted = max(_LEVELS.get(fields.get("level", ""), Level.SECOND_FACTOR), session["level"])
        concerned = None if about is None else fields.get(about, "")
        if concerned is not None and not is_uuid(concerned):
            return messages.answer(call, messages.WRONG_LINK)
        going = msgspec.structs.replace(
            flow.new_progress(purpose, to),
            about=concerned,
            account=str(session["account"]),
            session=str(session["id"]),
            level=int(wanted),
        )
        cookie = await progress.start(conn, services.keys, step, going, now)
    life = int(progress.LIFE.total_seconds())
    return redirect(page, browser.write(call, browser.SIGN_IN, cookie, life))


async def _session(conn: "asyncpg.Connection", call: Call, to: Destination) -> Row | None:
    """The session this browser began for that application. Raises Forged."""
    cookie = browser.read(call, browser.agent_cookie(to.application))
    if handles.SECRET.fullmatch(cookie) is None:
        return None
    session = await conn.fetchrow(
        "SELECT * FROM guard.session WHERE browser_hash = $1 AND application = $2 AND revoked_at IS NULL",
        handles.digest(cookie),
        to.application,
    )
    return None if session is None else stamped.genuine(call.services.keys, "session", session)
