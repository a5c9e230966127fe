"""The stolen session of a training organisation: bounded, and worse without each protection."""

from copy import deepcopy
from typing import Any

import pytest

from beffroi.config.drill import ScratchServer
from beffroi.core import policy_file
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill import selling
from beffroi.simulation.drill import training_organisation as drilled
from beffroi.simulation.drill.ablation import Ablation
from beffroi.simulation.drill.training_scene import Enrolled, targets_of
from beffroi.simulation.drill.training_thief import Tried
from beffroi.simulation.drill.wire import Reply

pytestmark = pytest.mark.timeout(300)
WITHOUT = {
    "trainees-budget", "enrolments", "minimisation", "client-binding", "second-factor", "separation-of-duties",
    "everything", drilled.FILES_ALONE,
}  # fmt: skip


@pytest.fixture(scope="module")
def report(scratch: ScratchServer) -> dict[str, Any]:
    """One small drill, of eight days."""
    return drilled.drill(scratch, 1_600, days=8)


@pytest.mark.slow
def test_stolen_session_of_a_trainer_reads_sixty_trainees_a_day_and_nobody_else(report: dict[str, Any]) -> None:
    assert report["failures"] == []
    assert report["people_read_day"] == report["bounds"]["day"] == 60
    assert report["people_read_week"] <= report["bounds"]["week"] == 180
    assert report["strangers_read"] == 0
    assert report["groups_read"] == ["identity", "training"]
    assert report["variants"]["whole_staff"] <= report["bounds"]["whole_staff_day"]


@pytest.mark.slow
def test_stolen_session_of_a_trainer_without_each_protection_reads_more(report: dict[str, Any]) -> None:
    assert set(report["ablations"]) == WITHOUT
    assert all(worth["without"] > worth["with"] for worth in report["ablations"].values())


@pytest.mark.slow
def test_organisation_cut_off_within_the_hour_is_read_no_more(report: dict[str, Any]) -> None:
    assert 0 < report["hours_to_detection"] <= report["hours_to_containment"] < 1
    assert report["people_read_before_containment"] > 0
    assert report["people_read_after_containment"] == 0


@pytest.mark.slow
def test_organisation_whose_files_are_closed_goes_on_from_a_quote_to_a_payment(report: dict[str, Any]) -> None:
    closed = report["files_closed"]
    assert closed["opened_before"] > 0
    assert closed["answers"] == {"files-contained": report["trainees"]}
    assert (closed["quotes_accepted"], closed["invoices_paid"]) == (1, 1)
    assert report["ablations"][drilled.FILES_ALONE]["without"] == len(selling.STEPS)


@pytest.mark.slow
def test_guard_that_counts_no_trainee_fails_the_drill(
    scratch: ScratchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that lost a protection: what should be the whole guard is served without the trainees' budget."""
    monkeypatch.setattr(missing, "NONE", Ablation("none", missing.TRAINEES.edits))
    report = drilled.drill(scratch, 1_600, days=1)
    assert report["people_read_day"] > report["bounds"]["day"]
    assert any("announced" in failure for failure in report["failures"])


def good_report() -> dict[str, Any]:
    """A report in which nothing is wrong."""
    worth = {"what": "people", "with": 0, "without": 60}
    return {
        "people_read_day": 60, "people_read_week": 180, "people_read_month": 320,
        "bounds": {"day": 60, "week": 180, "month": 320, "whole_staff_day": 180},
        "strangers_read": 0, "groups_read": ["identity", "training"],
        "hours_to_containment": 0.9, "people_read_after_containment": 0,
        "ablations": {name: dict(worth) for name in WITHOUT},
        "files_closed": {
            "opened_before": 5, "asked": 320, "refused": 320, "quotes_accepted": 1, "invoices_paid": 1,
        },
        "variants": {"own_manager": 0, "whole_staff": 180},
        "other_doors": {"with_a_value_nobody_there_may_know": [], "not_understood": []},
        "ids_confirmed": 0, "unjournaled": 0, "falsely_journaled": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("people_read_day",), 0),
        (("people_read_day",), 61),
        (("people_read_week",), 181),
        (("people_read_month",), 321),
        (("strangers_read",), 1),
        (("groups_read",), ["identity", "nir"]),
        (("hours_to_containment",), 0),
        (("people_read_after_containment",), 1),
        (("ablations", "enrolments", "without"), 0),
        (("ablations", "client-binding", "with"), 1),
        (("ablations", "second-factor", "with"), 1),
        (("ablations", "separation-of-duties", "with"), 1),
        (("ablations", drilled.FILES_ALONE, "with"), 1),
        (("files_closed", "opened_before"), 0),
        (("files_closed", "asked"), 0),
        (("files_closed", "refused"), 319),
        (("files_closed", "quotes_accepted"), 0),
        (("files_closed", "invoices_paid"), 0),
        (("variants", "own_manager"), 1),
        (("variants", "whole_staff"), 181),
        (("other_doors", "with_a_value_nobody_there_may_know"), ["/v1/find"]),
        (("other_doors", "not_understood"), ["/v1/find"]),
        (("ids_confirmed",), 1),
        (("unjournaled",), 1),
        (("falsely_journaled",), 1),
    ],
)
def test_report_with_one_thing_wrong_is_a_failure(path: tuple[str, ...], wrong: object) -> None:
    assert drilled.failures(good_report()) == []
    report: Any = deepcopy(good_report())
    place = report
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = wrong
    assert drilled.failures(report)


def test_bounds_of_an_organisation_with_few_trainees_are_its_trainees() -> None:
    policy = policy_file.load_default()
    assert drilled.bounds(policy, 320, 3) == {"day": 60, "week": 180, "month": 320, "whole_staff_day": 180}
    assert drilled.bounds(policy, 53, 3) == {"day": 53, "week": 53, "month": 53, "whole_staff_day": 53}
    assert drilled.bounds(policy, 9_000, 3)["month"] == 360


def test_population_of_the_drill_has_the_same_people_of_whom_more_follow_a_course_there() -> None:
    population = Enrolled(1_600)
    rows = [row.values for chunk in population.chunks() for row in population.rows(chunk)]
    trained = [values for values in rows if values and "OF-VALBRUME" in values]
    assert len(rows) == 1_600
    assert len(trained) == 320


def test_answer_with_a_number_of_a_stranger_is_a_leak_and_a_body_not_understood_is_blind() -> None:
    class Scene:
        records = tuple(Enrolled(1_600).world.people())
        population = Enrolled(1_600)

    targets = targets_of(Scene())  # type: ignore[arg-type]
    known = next(person for person in targets.strangers if person.nir)
    tried = Tried(targets)
    tried.note("/v1/find", Reply(200, b'{"matches":[]}'), meant=True)
    tried.note("/v1/open", Reply(400, b"{}"), meant=False)
    assert (tried.leaks, tried.blind) == (set(), set())
    tried.note("/v1/find", Reply(200, f'{{"nir":"{known.nir}"}}'.encode()), meant=True)
    tried.note("/v1/list", Reply(400, b"{}"), meant=True)
    assert (tried.leaks, tried.blind) == ({"/v1/find"}, {"/v1/list"})
