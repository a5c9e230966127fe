"""GET /person/invitation, then GET and POST /person/code: enter with a code handed over at the office.

The code is typed on the guard's own page, so the console, hijacked, collects none that it was not told. Wrong codes
count against the invitation they find, against the address, and together. Journal: ``person-signed-in`` with the
explanation ``invitation``, ``person-sign-in-refused`` with ``code-refused``.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from beffroi.core.ids import ApplicationId, PersonId
from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.personal import invitations, messages, sessions
from beffroi.guard.personal.arriving import COOKIE, place
from beffroi.guard.personal.presence import serves
from beffroi.guard.signin import attempts, browser, flow, progress
from beffroi.guard.signin import messages as common
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.messages import answer as said
from beffroi.guard.signin.pages import language, page, translate
from beffroi.guard.signin.progress import Loaded, Purpose, Step
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, redirect

if TYPE_CHECKING:
    import asyncpg

_HERE: Final = "/person/code"
_EVERYBODY: Final = "everybody"
_WRONG: Final = (
    "Ce code n’est pas le bon, a expiré ou a déjà servi. Après cinq erreurs, demandez-en un autre à votre mission "
    "locale."
)


@alerting
async def depart(call: Call) -> Answer:
    """Begin for a registered address of the application that serves people."""
    services = call.services
    try:
        fields = call.query_fields()
    except Malformed:
        return said(call, messages.WRONG_LINK)
    async with services.pool.acquire() as conn, conn.transaction():
        now = await stamped.instant(conn)
        if not await attempts.within(conn, services.keys, Limit.BEGINNINGS, place(call), now):
            return said(call, messages.TOO_MANY)
        to = await flow.destination(conn, call, fields)
        if to is None or not serves(services, to.application):
            return said(call, messages.WRONG_LINK)
        if await sessions.shut(conn, services.keys, to.application) is not None:
            return said(call, messages.CLOSED)
        beginning = flow.new_progress(Purpose.PERSONAL_SPACE, to)
        cookie = await progress.start(conn, services.keys, Step.PERSON_CODE, beginning, now)
    return redirect(_HERE, browser.write(call, COOKIE, cookie, int(progress.LIFE.total_seconds())))


@alerting
async def show(call: Call) -> Answer:
    """The form."""
    async with call.services.pool.acquire() as conn, conn.transaction():
        loaded = await _current(conn, call, await stamped.instant(conn))
        return said(call, messages.OVER) if loaded is None else _page(call, loaded, None)


@alerting
async def enter(call: Call) -> Answer:
    """Take the code, once."""
    services = call.services
    try:
        form = call.form_fields()
    except Malformed:
        return said(call, common.REFUSED_FORM)
    async with services.pool.acquire() as conn, conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        for limit, whose in ((Limit.FAILURES, place(call)), (Limit.WRONG_CODES, _EVERYBODY)):
            if await attempts.exhausted(conn, services.keys, limit, whose, now):
                return said(call, messages.TOO_MANY)
        loaded = await _current(conn, call, now)
        if loaded is None:
            return said(call, messages.OVER)
        if not browser.is_own_form(call, form, loaded.progress.form_token):
            return said(call, common.REFUSED_FORM)
        application = ApplicationId(loaded.progress.application)
        if await sessions.shut(conn, services.keys, application) is not None:
            return said(call, messages.CLOSED)
        invitation = await invitations.typed(conn, services.keys, form.get("code", ""), now)
        if invitation is None:
            await _count(conn, call, loaded, now)
            return _page(call, loaded, translate(language(call), _WRONG))
        session = str(uuid4())
        await invitations.began(conn, services.keys, invitation, session)
        code = await sessions.begin(
            conn, services.keys, PersonId(str(invitation["person"])), application, loaded.progress.state, None,
            services.policy.version, session,
        )  # fmt: skip
        await progress.close(conn, loaded)
    back = flow.with_query(loaded.progress.return_to, {"state": loaded.progress.state, "code": code})
    return redirect(back, browser.clear(call, COOKIE))


def _page(call: Call, loaded: Loaded, error: str | None) -> Answer:
    going = loaded.progress
    status = 200 if error is None else 403
    return page(
        call, "invitation.html", status, lead_to=going.return_to, form_token=going.form_token, error=error
    )  # fmt: skip


async def _current(conn: "asyncpg.Connection", call: Call, now: datetime) -> Loaded | None:
    loaded = await progress.load(conn, call.services.keys, browser.read(call, COOKIE), now)
    return loaded if loaded is not None and loaded.step is Step.PERSON_CODE else None


async def _count(conn: "asyncpg.Connection", call: Call, loaded: Loaded, now: datetime) -> None:
    keys = call.services.keys
    await attempts.within(conn, keys, Limit.FAILURES, place(call), now)
    await attempts.within(conn, keys, Limit.WRONG_CODES, _EVERYBODY, now)
    await progress.fail(conn, loaded)
    entry = Entry(
        now, "person-sign-in-refused", application=loaded.progress.application, explanation="code-refused",
        policy=call.services.policy.version,
    )  # fmt: skip
    await append(conn, [entry])


ROUTES: Final[Routes] = {
    ("GET", "/person/invitation"): depart,
    ("GET", _HERE): show,
    ("POST", _HERE): enter,
}
