"""What must hold before a page of a sign-in is shown, its form read, or another sign-in begun."""

from collections.abc import Awaitable, Callable, Set
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from beffroi.guard.signin import attempts, browser, flow, messages
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.flow import Destination, Person
from beffroi.guard.signin.progress import Loaded, Purpose, Step
from beffroi.guard.stamped import instant
from beffroi.guard.web.requests import Answer, Call, Malformed

if TYPE_CHECKING:
    import asyncpg


class Admitted(NamedTuple):
    """A sign-in that stands where it must, whose it is, and the instant of that judgement."""

    loaded: Loaded
    who: Person
    now: datetime


Form = dict[str, str]
Showing = Callable[["asyncpg.Connection", Call, Admitted], Awaitable[Answer]]
Reading = Callable[["asyncpg.Connection", Call, Admitted, Form], Awaitable[Answer]]


async def show(call: Call, steps: Set[Step], showing: Showing) -> Answer:
    """Show the page of a sign-in that stands at one of ``steps``, in one transaction. Raises Forged."""
    async with call.services.pool.acquire() as conn, conn.transaction():
        admitted = await _admitted(conn, call, steps, await instant(conn), None)
        return admitted if isinstance(admitted, Answer) else await showing(conn, call, admitted)


async def read(call: Call, steps: Set[Step], reading: Reading) -> Answer:
    """Read the form of such a page, in one transaction under the turnstile. Raises Forged.

    An address that failed too often is not heard, and a form that is not this browser's own does nothing.
    """
    try:
        form = call.form_fields()
    except Malformed:
        return messages.answer(call, messages.REFUSED_FORM)
    services = call.services
    async with services.pool.acquire() as conn, conn.transaction():
        now = await flow.take_turn(conn)
        if await attempts.exhausted(conn, services.keys, Limit.FAILURES, browser.address(call), now):
            return messages.answer(call, messages.TOO_MANY)
        admitted = await _admitted(conn, call, steps, now, form)
        return admitted if isinstance(admitted, Answer) else await reading(conn, call, admitted, form)


async def _admitted(
    conn: "asyncpg.Connection", call: Call, steps: Set[Step], now: datetime, form: Form | None
) -> Admitted | Answer:
    loaded = await flow.current(conn, call, now)
    if loaded is None or loaded.step not in steps or loaded.progress.account is None:
        return messages.answer(call, messages.OVER)
    going = loaded.progress
    if form is not None and not browser.is_own_form(call, form, going.form_token):
        return messages.answer(call, messages.REFUSED_FORM)
    who = await flow.person(conn, call, going.application, loaded.progress.account, now)
    if who is None:
        return messages.answer(call, messages.SUSPENDED, over=True)
    again = form is not None and going.purpose is not Purpose.SIGN_IN
    if again and await flow.begun_for(conn, call, going, now) is None:
        return messages.answer(call, messages.SESSION_OVER, over=True)
    return Admitted(loaded, who, now)


async def begin(
    conn: "asyncpg.Connection", call: Call, fields: dict[str, str], now: datetime
) -> Destination | Answer:
    """Where what begins must end, one beginning of this address counted; or the page that says why it may not."""
    if not await attempts.within(conn, call.services.keys, Limit.BEGINNINGS, browser.address(call), now):
        return messages.answer(call, messages.TOO_MANY)
    return await flow.destination(conn, call, fields) or messages.answer(call, messages.WRONG_LINK)
