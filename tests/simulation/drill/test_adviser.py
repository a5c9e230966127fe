"""The hijacked adviser: bounded with every protection, worse without each, and a broken build fails the drill."""

import asyncio
from typing import Any

import pytest

from beffroi.config.drill import ScratchServer
from beffroi.core import policy_file
from beffroi.guard.decisions.batch import Bench
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill import adviser
from beffroi.simulation.drill.ablation import Ablation, edited
from beffroi.simulation.drill.scratch import DrillRefused, refuse_real
from tests.databases import FreshDatabase

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def report(scratch: ScratchServer) -> dict[str, Any]:
    """One small drill with two ablations, for the tests of this module."""
    return adviser.drill(scratch, 1_600, (missing.SHARE, missing.GLASS))


@pytest.mark.slow
def test_hijacked_adviser_reads_no_more_than_the_bound_and_the_drill_passes(report: dict[str, Any]) -> None:
    assert report["failures"] == []
    assert 0 < report["people_read"] <= report["bound"] < report["population"]


@pytest.mark.slow
def test_hijacked_adviser_without_a_protection_reads_more(report: dict[str, Any]) -> None:
    assert set(report["ablations"]) == {"organisation-share", "break-glass-limits"}
    assert all(read > report["people_read"] for read in report["ablations"].values())


@pytest.mark.slow
def test_guard_whose_share_is_not_counted_fails_the_drill(
    scratch: ScratchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that lost a protection: what should be the whole guard is served without the office's share."""
    broken = Ablation("none", missing.SHARE.edits)
    monkeypatch.setattr(missing, "NONE", broken)
    report = adviser.drill(scratch, 1_600, (missing.SHARE,))
    assert report["people_read"] > report["bound"]
    assert report["failures"]


def good_report() -> dict[str, Any]:
    """A report in which nothing is wrong."""
    return {
        "people_read": 271,
        "bound": 271,
        "ablations": {"relations": 350},
        "questions": {"answered_in_an_hour": 120, "bound": 120, "without_limit": 400},
        "ids_confirmed": 0,
        "unjournaled": 0,
        "falsely_journaled": 0,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"people_read": 272},
        {"people_read": 0},
        {"ablations": {"relations": 271}},
        {"ids_confirmed": 1},
        {"unjournaled": 1},
        {"falsely_journaled": 1},
        {"questions": {"answered_in_an_hour": 121, "bound": 120, "without_limit": 400}},
        {"questions": {"answered_in_an_hour": 120, "bound": 120, "without_limit": 120}},
    ],
)
def test_report_with_one_thing_wrong_is_a_failure(wrong: dict[str, Any]) -> None:
    assert adviser.failures(good_report()) == []
    assert adviser.failures(good_report() | wrong)


def test_bound_of_a_small_office_is_its_share_and_of_a_large_one_its_budgets() -> None:
    policy = policy_file.load_default()
    assert adviser.bound(policy, 41, (24, 5)) == 41 + 120 + 60 + 50
    assert adviser.bound(policy, 41, (5, 5)) == 41 + 50 + 50
    assert adviser.bound(policy, 500, (24, 5)) == 300 + 120 + 60 + 50


def test_drill_on_a_database_without_the_mark_is_refused(fresh: FreshDatabase) -> None:
    import psycopg

    asyncio.run(refuse_real(fresh.guard))
    with psycopg.connect(fresh.admin, autocommit=True) as admin:
        admin.execute("DROP SCHEMA beffroi_scratch")
    with pytest.raises(DrillRefused):
        asyncio.run(refuse_real(fresh.guard))


def test_edited_policy_is_a_policy_with_the_new_value_and_an_unknown_value_is_an_error() -> None:
    policy = policy_file.load(edited(policy_file.default_text(), missing.SEARCH.edits), "edited.toml")
    assert not isinstance(policy, tuple)
    changed = {code for code, caps in policy.buckets.items() if caps != policy_file.load_default().buckets[code]}
    assert changed == {"search"}
    with pytest.raises(ValueError, match="no_such_key"):
        edited(policy_file.default_text(), {"budgets.search": {"no_such_key": 1}})


def test_production_bench_reads_facts_as_they_are() -> None:
    """Only a drill ever hands a reader over; the default one does not know what an ablation is."""
    assert Bench.__module__ == "beffroi.guard.decisions.batch"
    assert all(not one.lies for one in (missing.NONE, missing.SHARE, missing.SEARCH, missing.ACCOUNT))
