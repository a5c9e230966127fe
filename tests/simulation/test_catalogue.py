"""The demonstration's sessions: such as an organisation could write itself, and written once."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg

from beffroi.core import catalogue as law
from beffroi.core.catalogue import Offer
from beffroi.simulation import catalogue
from beffroi.simulation.personas import TRAINING
from beffroi.simulation.world import build_world
from beffroi.systems.prescriptions import communes
from tests.databases import FreshDatabase

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


def offer_of(row: dict[str, Any]) -> Offer:
    return Offer(**{name: row[name] for name in Offer._fields})._replace(rome=tuple(row["rome"]))


def test_sessions_of_the_demonstration_pass_the_rules_of_the_file() -> None:
    rows = list(catalogue.session_rows(build_world(2_000), NOW))
    assert len(rows) >= 6
    for row in rows:
        offer = offer_of(row)
        text = ";".join(law.COLUMNS.values()) + "\n" + ";".join(f'"{cell}"' for cell in law.row(offer))
        read = law.read(text, known=communes.known, today=NOW.date())
        assert read.problems == (), row
        assert read.offers[0][1] == offer
    assert len({row["id"] for row in rows}) == len(rows)


def test_named_organisation_of_the_demonstration_has_sessions_to_come() -> None:
    world = build_world(2_000)
    place = world.directory.by_code[TRAINING].id
    own = [offer_of(row) for row in catalogue.session_rows(world, NOW) if row["organisation"] == place]
    assert sum(offer.starts_on > NOW.date() for offer in own) == 4


def test_sessions_loaded_twice_are_there_once(fresh: FreshDatabase) -> None:
    world = build_world(2_000)
    count = catalogue.load(fresh.console, world, NOW)
    catalogue.load(fresh.console, world, NOW)
    with closing(psycopg.connect(fresh.console)) as connection:
        found = connection.execute("SELECT count(*), min(places - taken) FROM console.training_session").fetchone()
    assert found is not None
    assert found[0] == count
    assert found[1] > 0
