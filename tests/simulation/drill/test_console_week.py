"""A week through the console's pages: no column of its tables holds anybody; a value planted in one is found."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import psycopg
import pytest

from beffroi.config.drill import ScratchServer
from beffroi.simulation.drill import console_week, week_duties
from beffroi.simulation.drill.form_filling import Read, filled
from beffroi.simulation.drill.scratch import ScratchDatabase
from beffroi.simulation.drill.values import Kind, Value
from beffroi.simulation.people import Person
from beffroi.simulation.personas import BY_LOGIN
from beffroi.simulation.population import Population

pytestmark = pytest.mark.timeout(600)
PAGE = """
<a href="/ici/">x</a><a href="https://ailleurs.example/">y</a>
<form method="post" action="/la/"><input type="hidden" name="csrf" value="t"><input name="last_name">
<input type="date" name="day"><input name="contacted_on"><select name="kind"><option value="">-</option>
<option value="first">f</option></select><textarea name="text"></textarea>
<input type="radio" name="move" value="a"><input type="radio" name="move" value="b">
<button name="go" value="1">ok</button></form>
"""


@pytest.mark.slow
def test_i09_console_after_a_week_of_ordinary_life_holds_no_value_of_anybody(own_scratch: ScratchServer) -> None:
    report = console_week.drill(own_scratch, 400)
    assert report["failures"] == []
    assert report["values_searched"] > 4_000
    assert report["columns_searched"] > 50
    assert report["days"] == 7
    assert all(report["rows"].values()), "every table of the console holds something, or nothing is proven of it"
    assert set(report["duties"]) == {duty.__name__ for duty in (*week_duties.DUTIES, *week_duties.LAST)}
    assert set(report["queued"]) == set(console_week.QUEUES)


@pytest.mark.slow
def test_i09_console_that_keeps_one_name_in_a_column_a_queue_or_a_log_fails(own_scratch: ScratchServer) -> None:
    """A column grows long enough for a name, a mail says why it failed, a log line names an agent."""

    def leak(database: ScratchDatabase, values: Sequence[Value]) -> None:
        name = next(value.text for value in values if value.kind is Kind.FULL_NAME)
        with psycopg.connect(database.admin, autocommit=True) as admin:
            admin.execute("ALTER TABLE console.training_session ADD COLUMN remark text")
            admin.execute("UPDATE console.training_session SET remark = %s", [f"Vu avec {name.upper()} ce jour"])
            admin.execute("UPDATE guard.mail SET failure = %s", [BY_LOGIN["karim.haddad"].email])
        with open(own_scratch.folder / "console.log", "a") as log:
            log.write(f"{BY_LOGIN['odile.renard'].phone} ne répond pas\n")

    report = console_week.drill(own_scratch, 400, days=1, sabotage=leak)
    assert report["values_in_clear"] > 0
    assert {hit["where"] for hit in report["found"]} == {
        "console.training_session.remark", "guard.mail.failure", "log: console.log",
    }  # fmt: skip
    assert any("console.training_session.remark" in failure for failure in report["failures"])


def somebody() -> Person:
    return next(
        record.person for record in Population(40).world.people() if record.person.nir and record.person.email
    )


def good_report() -> dict[str, Any]:
    """A report in which nothing is wrong."""
    return {
        "values_in_clear": 0, "found": [], "rows": {"case": 1, "attendance": 2},
        "queued": dict.fromkeys(console_week.QUEUES, 1), "files_handed_out": 1, "duties_not_done": {},
        "pages": {"get /portefeuille/ 200": 3},
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"values_in_clear": 1, "found": [{"where": "console.case.id"}]},
        {"rows": {}},
        {"rows": {"case": 1, "attendance": 0}},
        {"queued": {"mail": 1, "letter": 1}},
        {"queued": {"mail": 0, "letter": 1, "message": 1}},
        {"files_handed_out": 0},
        {"duties_not_done": {"notes": "/personnes/*/suivi/: answered 422 text"}},
        {"pages": {"get /portefeuille/ 500": 1}},
    ],
)
def test_report_with_one_thing_wrong_is_a_failure(wrong: dict[str, Any]) -> None:
    assert console_week.failures(good_report()) == []
    assert console_week.failures(good_report() | wrong)


def test_form_filled_as_it_is_meant_gets_what_belongs_in_each_control() -> None:
    person, read = somebody(), Read(PAGE)
    assert read.links == ["/ici/"]
    [form] = read.forms
    sent = filled(form, person, 1, indiscreet=False)
    assert (form.method, form.action) == ("post", "/la/")
    assert sent["csrf"] == "t"
    assert sent["last_name"] == person.last_name
    assert sent["kind"] == "first"
    assert sent["move"] == "b"
    assert sent["go"] == "1"
    assert date.fromisoformat(sent["day"])
    assert person.nir in sent["text"]


def test_form_filled_by_somebody_indiscreet_gets_names_and_numbers_in_every_control() -> None:
    person = somebody()
    [form] = Read(PAGE).forms
    sent = filled(form, person, 1, indiscreet=True)
    assert {sent[name] for name in ("last_name", "day", "kind", "move", "contacted_on")} == {person.nir}
    assert sent["csrf"] == "t"


def test_form_filled_by_somebody_discreet_gets_nobody() -> None:
    [form] = Read(PAGE).forms
    assert filled(form, None, 1, indiscreet=False)["last_name"] == "Atelier"
