"""Statuses and programmes of the demonstration."""

from contextlib import closing
from datetime import UTC, datetime

import psycopg

from beffroi.core.progress import Programme, Status
from beffroi.simulation import statuses
from beffroi.simulation.world import build_world
from tests.databases import FreshDatabase

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
WORLD = build_world(2_000)


def test_everybody_followed_has_a_status_and_programmes_have_begun() -> None:
    cases, periods = statuses.rows(WORLD, NOW)
    assert {case.status for case in cases} == {status.value for status in Status}
    assert {period.code for period in periods} == {programme.value for programme in Programme}
    assert len({(case.person, case.organisation) for case in cases}) == len(cases)
    assert {(period.person, period.organisation) for period in periods} <= {
        (case.person, case.organisation) for case in cases
    }
    assert all(period.starts_on < NOW.date() for period in periods)
    assert all(period.ends_on is None or period.starts_on <= period.ends_on < NOW.date() for period in periods)
    assert statuses.rows(WORLD, NOW) == (cases, periods)


async def test_demonstration_writes_them_once_as_the_consoles_own_role(fresh: FreshDatabase) -> None:
    cases, periods = statuses.rows(WORLD, NOW)
    assert await statuses.write(fresh.console, WORLD, NOW) == len(cases) + len(periods)
    assert await statuses.write(fresh.console, WORLD, NOW) == 0
    with closing(psycopg.connect(fresh.console)) as console:
        assert console.execute('SELECT count(*) FROM "case"').fetchone() == (len(cases),)
        assert console.execute("SELECT count(*) FROM programme").fetchone() == (len(periods),)
