"""The hijacked account manager: a pool a day with careless approvers, nobody with diligent ones."""

from copy import deepcopy
from typing import Any

import pytest

from beffroi.config.drill import ScratchServer
from beffroi.core import decision, policy_file
from beffroi.guard.approvals import making
from beffroi.guard.signin import enrolments
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill import account_manager
from beffroi.simulation.drill.ablation import Ablation
from beffroi.simulation.drill.lost_duties import lose

pytestmark = pytest.mark.timeout(300)
ABLATIONS = {
    "four-eyes", "enrolment", "probation-pool", "relations", "account-budgets", "separation-of-duties",
}  # fmt: skip


@pytest.fixture(scope="module")
def report(scratch: ScratchServer) -> dict[str, Any]:
    """One whole drill for the tests of this module."""
    return account_manager.drill(scratch, 2_000)


@pytest.mark.slow
def test_hijacked_manager_with_careless_approvers_reads_the_pool_and_nothing_himself(report: dict[str, Any]) -> None:
    assert report["failures"] == []
    read = report["careless_approver"]
    assert (read["people_read_day"], read["people_read_week"], read["people_read_by_manager"]) == (30, 100, 0)
    assert 200 < read["people_read_month"] <= report["bounds"]["month"]
    assert report["variants"]["nobody_confirms"]["people_read"] == 200


@pytest.mark.slow
def test_hijacked_manager_with_diligent_approvers_reads_nobody(report: dict[str, Any]) -> None:
    assert set(report["diligent_approver"].values()) == {0}


@pytest.mark.slow
def test_hijacked_manager_without_a_protection_reads_more(report: dict[str, Any]) -> None:
    assert set(report["ablations"]) == ABLATIONS
    for name, read in report["ablations"].items():
        assert read > report["ablated_from"][name]["people_read"]


@pytest.mark.slow
def test_managers_who_help_one_another_bring_no_account_into_being(report: dict[str, Any]) -> None:
    for name in ("two_managers", "reciprocal_approvals"):
        assert report["variants"][name] == {"people_read": 0, "accounts": 0}


@pytest.mark.slow
def test_guard_whose_pool_is_not_counted_fails_the_drill(
    scratch: ScratchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that lost a protection: what should be the whole guard is served without the pool."""
    broken = Ablation("none", missing.POOL.edits)
    monkeypatch.setattr(missing, "NONE", broken)
    plans = {name: plan._replace(ablation=broken) for name, plan in account_manager.ATTACKED.items()}
    monkeypatch.setattr(account_manager, "ATTACKED", plans)
    failures = account_manager.drill(scratch, 2_000)["failures"]
    assert any("30 at most were announced" in failure for failure in failures)


def good_report() -> dict[str, Any]:
    """A report in which nothing is wrong."""
    nobody = {"people_read": 0, "accounts": 0}
    names = ("people_read_day", "people_read_week", "people_read_month", "people_read_by_manager")
    return {
        "careless_approver": dict(zip(names, (30, 100, 1_500, 0), strict=True)),
        "diligent_approver": dict.fromkeys(names, 0),
        "bounds": account_manager.bounds(policy_file.load_default()),
        "ablations": {"probation-pool": 180},
        "ablated_from": {"probation-pool": {"attack": "careless", "people_read": 30}},
        "variants": {
            "nobody_confirms": {"people_read": 200, "accounts": 2},
            "two_managers": nobody,
            "reciprocal_approvals": nobody,
            "known_address_honest_witness": nobody,
        },
        "refused_by_diligent_approvers": {"address-unknown": 3, "not-from-the-page": 1, "two-anomalies": 4},
        "requests_not_made": 0,
        "other_positions": {"approver": 0, "security-officer": 0},
        "unjournaled": 0,
        "falsely_journaled": 0,
    }


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("careless_approver", "people_read_day"), 31),
        (("careless_approver", "people_read_day"), 0),
        (("careless_approver", "people_read_week"), 101),
        (("careless_approver", "people_read_month"), 2_001),
        (("careless_approver", "people_read_by_manager"), 1),
        (("diligent_approver", "people_read_month"), 1),
        (("diligent_approver", "people_read_by_manager"), 1),
        (("ablations", "probation-pool"), 30),
        (("variants", "nobody_confirms", "people_read"), 201),
        (("variants", "two_managers", "people_read"), 1),
        (("variants", "reciprocal_approvals", "people_read"), 1),
        (("variants", "known_address_honest_witness", "people_read"), 1),
        (("other_positions", "approver"), 1),
        (("requests_not_made",), 1),
        (("refused_by_diligent_approvers",), {"address-unknown": 8}),
        (("unjournaled",), 1),
        (("falsely_journaled",), 1),
    ],
)
def test_report_with_one_figure_wrong_is_a_failure(path: tuple[str, ...], wrong: object) -> None:
    assert account_manager.failures(good_report()) == []
    report = deepcopy(good_report())
    place = report
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    assert account_manager.failures(report)


def test_bounds_are_the_pool_and_for_a_confirmed_month_the_budgets_of_two_accounts() -> None:
    bounds = account_manager.bounds(policy_file.load_default())
    assert bounds == {"day": 30, "week": 100, "month": 2 * (600 + 400), "month_unconfirmed": 200}


def test_whole_guard_loses_nothing() -> None:
    """Only an ablation that says so takes a function away; production never calls it."""
    before = making.make, enrolments.check, decision.clash
    for whole in (missing.NONE, missing.POOL, missing.RELATIONS, missing.ACCOUNT):
        lose(whole)
    assert (making.make, enrolments.check, decision.clash) == before
