"""Appointments of the demonstration: believable, the same each time, and no fact."""

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise

import psycopg

from beffroi.core.appointments import Kind, Slot, State, overlap
from beffroi.simulation import appointments
from beffroi.simulation.people import FOLLOWED
from beffroi.simulation.world import build_world
from tests.databases import FreshDatabase

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
WORLD = build_world(2_000)
ROWS = list(appointments.rows(WORLD, NOW))


def test_every_adviser_sees_only_people_she_follows_for_the_office_that_follows_them() -> None:
    accounts = {agent.login: agent.id for agent in WORLD.agents}
    follows = {
        (record.person.id, accounts[relation.referent_login], WORLD.directory.by_code[relation.organisation_code].id)
        for record in WORLD.people()
        for relation in record.relations
        if relation.kind == FOLLOWED and relation.referent_login is not None
    }
    assert {(str(row.person), str(row.account), str(row.organisation)) for row in ROWS} <= follows


def test_nobody_receives_two_people_at_once_workshops_excepted() -> None:
    of_account: dict[object, list[Slot]] = {}
    for row in ROWS:
        if row.kind != Kind.WORKSHOP.value:
            of_account.setdefault(row.account, []).append(Slot(row.starts_at, row.ends_at))
    for slots in of_account.values():
        ordered = sorted(slots)
        assert not any(overlap(one, other) for one, other in pairwise(ordered))


def test_past_hours_are_spoken_of_and_coming_ones_are_not() -> None:
    past = Counter(row.state for row in ROWS if row.ends_at <= NOW)
    coming = Counter(row.state for row in ROWS if row.ends_at > NOW)
    assert set(coming) == {State.PLANNED.value, State.CANCELLED.value}
    assert State.PLANNED.value not in past
    assert past[State.PRESENT.value] > sum(past.values()) / 2
    assert any(row.follows for row in ROWS)


def test_same_world_and_day_give_the_same_appointments() -> None:
    assert list(appointments.rows(WORLD, NOW)) == ROWS


async def test_demonstration_writes_them_once_as_the_consoles_own_role(fresh: FreshDatabase) -> None:
    assert await appointments.write(fresh.console, WORLD, NOW) == len(ROWS)
    assert await appointments.write(fresh.console, WORLD, NOW) == 0
    with closing(psycopg.connect(fresh.console)) as console:
        assert console.execute("SELECT count(*) FROM appointment").fetchone() == (len(ROWS),)
