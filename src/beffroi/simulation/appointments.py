"""Appointments of the demonstration: four weeks behind and three ahead of each adviser who follows somebody."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from beffroi.core.appointments import Kind, Place, State
from beffroi.simulation.people import FOLLOWED
from beffroi.simulation.world import World

_PARIS: Final = ZoneInfo("Europe/Paris")
_BEFORE, _AHEAD = 28, 21
_HOURS: Final = (time(9), time(9, 45), time(10, 30), time(11, 15), time(13, 30), time(14, 15), time(15), time(15, 45))
_LENGTH: Final = timedelta(minutes=45)
_WORKSHOP_DAY, _WORKSHOP_HOUR = 3, time(16, 30)
_WORKSHOP_LENGTH: Final = timedelta(minutes=90)
_WORKSHOP_PEOPLE = 6
_EARLY: Final = timedelta(minutes=4)
_SHARE_GIVEN = 0.55
"""Of the hours an adviser offers."""
_KINDS: Final[Mapping[Kind, int]] = {Kind.FOLLOW_UP: 6, Kind.FIRST: 1, Kind.CONTRACT: 2, Kind.PROSPECTING: 2}
_PLACES: Final[Mapping[Place, int]] = {Place.OFFICE: 7, Place.SITE: 1, Place.TELEPHONE: 2, Place.VIDEO: 1}
_OUTCOMES: Final[Mapping[State, int]] = {
    State.PRESENT: 36, State.ABSENT: 7, State.EXCUSED: 4, State.CANCELLED: 2, State.POSTPONED: 2
}  # fmt: skip
_Drawn = TypeVar("_Drawn")
COLUMNS: Final = (
    "id", "person", "organisation", "account", "starts_at", "ends_at", "kind", "place", "state", "follows",
    "changed_by", "changed_at", "arrived_at",
)  # fmt: skip


class Row(NamedTuple):
    """One appointment in the order of `COLUMNS`."""

    id: UUID
    person: UUID
    organisation: UUID
    account: UUID
    starts_at: datetime
    ends_at: datetime
    kind: str
    place: str
    state: str
    follows: UUID | None
    changed_by: UUID
    changed_at: datetime
    arrived_at: datetime | None


async def write(dsn: str, world: World, now: datetime) -> int:
    """Write them as the console's own role where there is none yet; how many.

    They are the console's rows, and no fact: nothing that decides reads them.
    """
    conn = await asyncpg.connect(dsn)
    try:
        async with conn.transaction():
            if await conn.fetchval("SELECT EXISTS (SELECT FROM console.appointment)"):
                return 0
            told = await conn.copy_records_to_table(
                "appointment", schema_name="console", columns=COLUMNS, records=rows(world, now)
            )
        return int(told.split()[-1])
    finally:
        await conn.close()


def rows(world: World, now: datetime) -> Iterator[Row]:
    """The same for the same world and day, hours before ``now`` already spoken of."""
    accounts = {agent.login: UUID(agent.id) for agent in world.agents}
    for plan in world.plans:
        if plan.organisation_code is None:
            continue
        organisation = UUID(world.directory.by_code[plan.organisation_code].id)
        caseloads: dict[str, list[UUID]] = {}
        for record in world.people_of(plan):
            for relation in record.relations:
                if relation.kind == FOLLOWED and relation.referent_login is not None:
                    caseloads.setdefault(relation.referent_login, []).append(UUID(record.person.id))
        for login, people in caseloads.items():
            yield from _of_adviser(accounts[login], organisation, people, now, Random(f"{world.seed}:{login}:hours"))


def _of_adviser(account: UUID, organisation: UUID, people: list[UUID], now: datetime, rng: Random) -> Iterator[Row]:
    today = now.astimezone(_PARIS).date()
    moved: list[tuple[UUID, UUID]] = []
    for day in _working_days(today):
        for hour in _HOURS:
            if rng.random() > _SHARE_GIVEN:
                continue
            starts_at = datetime.combine(day, hour, _PARIS)
            follows, person = moved.pop(0) if moved and starts_at > now else (None, rng.choice(people))
            state = _state(starts_at + _LENGTH, now, rng)
            kind, place = _drawn(_KINDS, rng), _drawn(_PLACES, rng)
            row = _row(account, organisation, person, starts_at, _LENGTH, kind, place, state, follows, rng)
            if state is State.POSTPONED:
                moved.append((row.id, person))
            yield row
        if day.weekday() == _WORKSHOP_DAY and len(people) >= _WORKSHOP_PEOPLE:
            starts_at = datetime.combine(day, _WORKSHOP_HOUR, _PARIS)
            for person in rng.sample(people, _WORKSHOP_PEOPLE):
                state = _state(starts_at + _WORKSHOP_LENGTH, now, rng)
                state = State.ABSENT if state is State.POSTPONED else state
                yield _row(
                    account, organisation, person, starts_at, _WORKSHOP_LENGTH, Kind.WORKSHOP, Place.OFFICE, state,
                    None, rng,
                )  # fmt: skip


def _row(
    account: UUID,
    organisation: UUID,
    person: UUID,
    starts_at: datetime,
    length: timedelta,
    kind: Kind,
    place: Place,
    state: State,
    follows: UUID | None,
    rng: Random,
) -> Row:
    identifier = UUID(int=rng.getrandbits(128), version=4)
    return Row(
        identifier, person, organisation, account, starts_at, starts_at + length, kind.value, place.value,
        state.value, follows, account, starts_at - timedelta(days=9),
        starts_at - _EARLY if state is State.PRESENT else None,
    )  # fmt: skip


def _state(ends_at: datetime, now: datetime, rng: Random) -> State:
    if ends_at > now:
        return State.CANCELLED if rng.random() < 0.04 else State.PLANNED
    return _drawn(_OUTCOMES, rng)


def _working_days(today: date) -> Iterator[date]:
    for number in range(-_BEFORE, _AHEAD + 1):
        day = today + timedelta(days=number)
        if day.weekday() < 5:
            yield day


def _drawn(weights: Mapping[_Drawn, int], rng: Random) -> _Drawn:
    return rng.choices(list(weights), list(weights.values()))[0]
