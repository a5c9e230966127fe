"""``beffroi drill``: one JSON object on standard output, and a status that a script can trust."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner

from beffroi.config import drill
from beffroi.simulation.drill import (
    account_manager,
    adviser,
    console_server,
    console_week,
    stolen_database,
    training_organisation,
)

COUNTED = {"drill": "adviser", "people_read": 271, "bound": 271, "ablations": {"relations": 1_350}}
SEARCHED = {"drill": "stolen-database", "values_searched": 4_876, "values_in_clear": 0}
_READ = dict.fromkeys(("people_read_day", "people_read_week", "people_read_month", "people_read_by_manager"), 0)
BROUGHT = {
    "drill": "account-manager", "careless_approver": _READ | {"people_read_day": 30}, "diligent_approver": _READ,
    "bounds": {"day": 30, "week": 100, "month": 2_000}, "ablations": {"probation-pool": 180},
    "ablated_from": {"probation-pool": {"attack": "careless", "people_read": 30}},
    "variants": {"two_managers": {"people_read": 0, "accounts": 0}}, "other_positions": {"approver": 0},
}  # fmt: skip

TRAINED = {
    "drill": "training-organisation", "people_read_day": 60, "people_read_week": 180, "people_read_month": 320,
    "bounds": {"day": 60, "week": 180, "month": 320, "whole_staff_day": 180}, "variants": {"whole_staff": 175},
    "ablations": {"minimisation": {"what": "fields of one person", "with": 10, "without": 26}},
}  # fmt: skip


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Drills that answer at once; the sizes they were asked for."""
    asked: list[int] = []

    @contextmanager
    def no_server() -> Iterator[None]:
        yield

    def play(report: dict[str, Any]) -> Any:
        def answer(_scratch: object, people: int) -> dict[str, Any]:
            asked.append(people)
            return report

        return answer

    monkeypatch.setattr(drill, "scratch_server", no_server)
    monkeypatch.setattr(adviser, "drill", play({**COUNTED, "failures": []}))
    monkeypatch.setattr(account_manager, "drill", play({**BROUGHT, "failures": []}))
    monkeypatch.setattr(training_organisation, "drill", play({**TRAINED, "failures": []}))
    monkeypatch.setattr(stolen_database, "drill", play({**SEARCHED, "failures": []}))
    monkeypatch.setattr(console_week, "drill", play({**SEARCHED, "drill": "console-week", "failures": []}))
    monkeypatch.setattr(console_server, "drill", play({**COUNTED, "failures": ["201 people read"]}))
    return asked


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize(
    "name", ["adviser", "account-manager", "stolen-database", "training-organisation", "console-week"]
)
def test_drill_that_passed_prints_one_json_object_and_nothing_else(name: str) -> None:
    done = CliRunner().invoke(drill.drill, [name, "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["failures"] == []


@pytest.mark.usefixtures("played")
def test_drill_that_failed_says_so_by_its_status_and_on_standard_error() -> None:
    done = CliRunner().invoke(drill.drill, ["console-server", "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["failures"] == ["201 people read"]
    assert "201 people read" in done.stderr


@pytest.mark.usefixtures("played")
def test_drill_without_json_prints_a_table_with_the_bound_and_each_ablation() -> None:
    shown = CliRunner().invoke(drill.drill, ["adviser"]).stdout
    assert "271" in shown
    assert "without relations" in shown
    assert "1\u202f350" in shown


@pytest.mark.usefixtures("played")
def test_drill_of_the_account_manager_shows_both_approvers_and_what_each_protection_is_worth() -> None:
    shown = CliRunner().invoke(drill.drill, ["account-manager"]).stdout
    for words in (
        "careless approver, day",
        "diligent approver, month",
        "2\u202f000",
        "without probation-pool",
        "180",
    ):
        assert words in shown


@pytest.mark.usefixtures("played")
def test_drill_of_the_training_organisation_shows_each_span_the_staff_and_what_each_protection_is_worth() -> None:
    shown = CliRunner().invoke(drill.drill, ["training-organisation"]).stdout
    for words in ("every protection, week", "180", "the whole staff, a day", "175", "fields of one person", "26"):
        assert words in shown


def test_drill_of_another_size_is_played_at_that_size(played: list[int]) -> None:
    CliRunner().invoke(drill.drill, ["adviser", "--people", "3000", "--json"])
    assert played == [3_000]
