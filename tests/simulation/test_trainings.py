"""The demonstration's trainees: known to their organisation, in states that it could have said."""

from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

from beffroi.core import training
from beffroi.core.training import Half, Mark, Noted
from beffroi.simulation import catalogue, trainings
from beffroi.simulation.people import ENROLMENT
from beffroi.simulation.personas import TRAINING
from beffroi.simulation.world import World, build_world
from tests.databases import FreshDatabase

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(1_600)


def test_named_organisation_has_a_class_under_way_and_people_expected(world: World) -> None:
    place = world.directory.by_code[TRAINING].id
    states = [row[6] for row in trainings.rows(world, NOW)["prescription"] if str(row[3]) == place]
    assert states.count("accepted") == trainings.EXPECTED
    assert states.count("left") == 1
    assert states.count("entered") >= 5


def test_every_trainee_is_enrolled_where_the_class_is(world: World) -> None:
    enrolled = {
        (record.person.id, world.directory.by_code[relation.organisation_code].id)
        for plan in world.plans
        for record in world.people_of(plan)
        for relation in record.relations
        if relation.kind == ENROLMENT
    }
    assert {(str(row[1]), str(row[3])) for row in trainings.rows(world, NOW)["prescription"]} <= enrolled


def test_somebody_of_the_class_is_missed_often_enough_to_be_told_and_few_are(world: World) -> None:
    noted: dict[object, list[Noted]] = {}
    for row in trainings.rows(world, NOW)["attendance"]:
        noted.setdefault(row[1], []).append(Noted(row[3], Half(row[4]), Mark(row[5])))  # type: ignore[arg-type]
    told = sum(training.many_missed(rows, NOW.date()) for rows in noted.values())
    assert 1 <= told < len(noted) / 2


def test_trainees_loaded_twice_are_there_once_and_take_their_places(world: World, fresh: FreshDatabase) -> None:
    catalogue.load(fresh.console, world, NOW)
    count = trainings.load(fresh.console, world, NOW)
    trainings.load(fresh.console, world, NOW)
    with closing(psycopg.connect(fresh.console)) as connection:
        found = connection.execute("SELECT count(*) FROM console.prescription").fetchone()
        taken = connection.execute("SELECT sum(taken) FROM console.training_session").fetchone()
        days = connection.execute("SELECT count(DISTINCT day) FROM console.attendance").fetchone()
    assert found == (count,)
    assert taken is not None
    assert 0 < taken[0] < count
    assert days is not None
    assert days[0] >= 9
