"""The HTTP doors of the inventory: POST /v1/inventory, /v1/inventory/account and /v1/inventory/followed.

Managers see the accounts of their own organisation; who acts for the network sees all. Nothing is charged and nothing
is journaled: no person's file is read, and names of agents are those of colleagues within reach.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.exposure.answers import About, Everybody, Wanted
from beffroi.guard.exposure.keeping import inventory_of
from beffroi.guard.exposure.listing import Reading
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_WANTED: Final = msgspec.json.Decoder(Wanted)
_ABOUT: Final = msgspec.json.Decoder(About)
_EVERYBODY: Final = msgspec.json.Decoder(Everybody)


async def inventory(call: Call) -> Answer:
    """A page of accounts with their exposure."""
    wanted = bodies.read(call, _WANTED)

    async def read(reading: Reading) -> Answer:
        return json_answer(await reading.page(wanted))

    about = [] if wanted.organisation is None else [OrganisationId(wanted.organisation)]
    return await _reading(call, about, read)


async def account(call: Call) -> Answer:
    """One account with its line of creation."""
    asked = AccountId(bodies.read(call, _ABOUT).account)

    async def read(reading: Reading) -> Answer:
        found = await reading.account(asked)
        if found is None:
            return problems.reply(call, Fault.NOT_FOUND)
        return json_answer(found)

    return await _reading(call, [], read)


async def followed(call: Call) -> Answer:
    """How many people each organisation follows, counted ten minutes ago at most."""
    bodies.read(call, _EVERYBODY)

    async def read(reading: Reading) -> Answer:
        return json_answer(reading.followed())

    return await _reading(call, [], read)


async def _reading(call: Call, about: list[OrganisationId], read: Callable[[Reading], Awaitable[Answer]]) -> Answer:
    """Ask who is on duty, bring the inventory up to date for them, then read it in a transaction of its own.

    The first refresh of a guard takes a second or more; PostgreSQL ends a transaction that idles so long.
    """
    services, duties = call.services, []
    kept = inventory_of(services)

    async def arrive(_: Work, by: OnDuty) -> Answer:
        duties.append(by)
        return json_answer({})

    async def act(work: Work, by: OnDuty) -> Answer:
        own = None if by.everywhere else by.organisation.id
        return await read(Reading(work.conn, work.keys, work.policy, kept, work.now, own))

    answer = await with_duty(call, Duty.INVENTORY, arrive, writes=False)
    if not duties:
        return answer
    async with services.pool.acquire() as conn:
        await kept.refresh(conn, services.policy, about if duties[0].everywhere else [duties[0].organisation.id])
    return await with_duty(call, Duty.INVENTORY, act, writes=False)


ROUTES: Final[Routes] = {
    ("POST", "/v1/inventory"): inventory,
    ("POST", "/v1/inventory/account"): account,
    ("POST", "/v1/inventory/followed"): followed,
}
