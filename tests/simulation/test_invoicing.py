"""The demonstration's quotes and invoices: such as the pages could have made, and written once."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg

from beffroi.core.invoicing import QuoteState, Terms, Unit, Vat, amount, sound
from beffroi.simulation import invoicing
from beffroi.simulation.personas import BY_LOGIN, OFFICE, TRAINING
from beffroi.simulation.world import World, build_world
from tests.databases import FreshDatabase

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


def of(world: World, table: str) -> list[dict[str, Any]]:
    return [row for name, row in invoicing.rows(world, NOW) if name == f"billing_{table}"]


def test_quotes_of_the_demonstration_stand_in_every_state_and_are_sound() -> None:
    world = build_world(2_000)
    quotes = of(world, "quote")
    assert {each["state"] for each in quotes} == set(QuoteState)
    for each in quotes:
        terms = Terms(
            each["trainees"], each["hours"], Unit(each["unit"]), each["cents"], Vat(each["vat"]), each["valid_until"]
        )
        assert sound(terms)
        assert (each["net"], each["tax"], each["total"]) == terms.amount
        assert (each["seller"], each["buyer"]) == tuple(
            world.directory.by_code[code].id for code in (TRAINING, OFFICE)
        )
    for each in of(world, "invoice"):
        assert (each["net"], each["tax"], each["total"]) == amount(each["units"], quotes[0]["cents"], Vat.EXEMPT)


def test_numbers_of_the_demonstration_have_no_gap() -> None:
    world = build_world(2_000)
    last = {each["series"]: each["last"] for each in of(world, "numbering")}
    for table, series in (("quote", "D"), ("invoice", "F")):
        ranks = sorted(each["rank"] for each in of(world, table) if each["rank"] is not None)
        assert ranks == list(range(1, last[series] + 1))


def test_billing_clerk_of_the_demonstration_works_at_the_office_that_orders() -> None:
    held = BY_LOGIN[invoicing.BUYER].memberships
    assert [(each.organisation_code, each.role) for each in held] == [(OFFICE, "billing-clerk")]


def test_quotes_loaded_twice_are_there_once(fresh: FreshDatabase) -> None:
    world = build_world(2_000)
    invoicing.load(fresh.console, world, NOW)
    invoicing.load(fresh.console, world, NOW)
    with closing(psycopg.connect(fresh.console)) as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM console.billing_quote), (SELECT count(*) FROM console.billing_invoice)"
        ).fetchone()
    assert found == (4, 2)
