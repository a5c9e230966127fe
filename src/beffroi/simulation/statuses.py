"""Statuses and programmes of the demonstration, as the console keeps them: codes and days, nobody's name."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from beffroi.core.progress import Programme, Status
from beffroi.simulation.people import FOLLOWED, Record
from beffroi.simulation.world import World

_PROGRAMMES: Final[Mapping[str, Programme]] = {
    "PACEA": Programme.PACEA,
    "CEJ": Programme.CEJ,
    "AIJ": Programme.AIJ,
    "parrainage": Programme.PARRAINAGE,
}
"""Words of an invented person's situation."""
_STATUSES: Final = [Status.FOLLOWED] * 12 + [Status.WELCOME] * 3 + [Status.PAUSED] * 2 + [Status.LEFT]
_SHARE_CONTACTED, _SHARE_ENDED = 0.4, 0.15
_LONGEST_DAYS = 400
_CASE: Final = ("id", "person", "organisation", "status", "contacted_on", "changed_by", "changed_at")
_PROGRAMME: Final = ("id", "person", "organisation", "code", "starts_on", "ends_on", "changed_by", "changed_at")


class Case(NamedTuple):
    """A row of the console's table ``case``."""

    id: UUID
    person: UUID
    organisation: UUID
    status: str
    contacted_on: date | None
    changed_by: UUID
    changed_at: datetime


class Period(NamedTuple):
    """A row of the console's table ``programme``."""

    id: UUID
    person: UUID
    organisation: UUID
    code: str
    starts_on: date
    ends_on: date | None
    changed_by: UUID
    changed_at: datetime


async def write(dsn: str, world: World, now: datetime) -> int:
    """Write them as the console's own role where there is none yet; how many rows."""
    cases, periods = rows(world, now)
    conn = await asyncpg.connect(dsn)
    try:
        async with conn.transaction():
            if await conn.fetchval('SELECT EXISTS (SELECT FROM console."case")'):
                return 0
            for table, columns, records in (("case", _CASE, cases), ("programme", _PROGRAMME, periods)):
                await conn.copy_records_to_table(table, schema_name="console", columns=columns, records=records)
    finally:
        await conn.close()
    return len(cases) + len(periods)


def rows(world: World, now: datetime) -> tuple[list[Case], list[Period]]:
    """The same for the same world and day: everybody whom an adviser follows, with their programme."""
    accounts = {agent.login: UUID(agent.id) for agent in world.agents}
    cases: list[Case] = []
    periods: list[Period] = []
    for record, organisation, account in _followed(world, accounts):
        rng = Random(f"{world.seed}:{record.person.id}:statuses")
        person = UUID(record.person.id)
        status = rng.choice(_STATUSES)
        contacted = now.date() - timedelta(days=rng.randrange(1, 150)) if rng.random() < _SHARE_CONTACTED else None
        cases.append(Case(_identifier(rng), person, organisation, status.value, contacted, account, now))
        programme = _PROGRAMMES.get(record.person.programme)
        if programme is not None and status is not Status.WELCOME:
            starts_on = now.date() - timedelta(days=rng.randrange(10, _LONGEST_DAYS))
            over = status is Status.LEFT or rng.random() < _SHARE_ENDED
            ends_on = starts_on + timedelta(days=rng.randrange((now.date() - starts_on).days)) if over else None
            periods.append(
                Period(_identifier(rng), person, organisation, programme.value, starts_on, ends_on, account, now)
            )
    return cases, periods


def _followed(world: World, accounts: Mapping[str, UUID]) -> Iterator[tuple[Record, UUID, UUID]]:
    for plan in world.plans:
        if plan.organisation_code is None:
            continue
        organisation = UUID(world.directory.by_code[plan.organisation_code].id)
        for record in world.people_of(plan):
            for relation in record.relations:
                if relation.kind == FOLLOWED and relation.referent_login is not None:
                    yield record, organisation, accounts[relation.referent_login]


def _identifier(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
