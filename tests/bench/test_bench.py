"""Each benchmark runs, at a tiny size, and writes what it promises; the figures themselves mean nothing here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.databases import scratch_folder

ROOT = Path(__file__).resolve().parents[2]
ROW = {"per_second", "p50_ms", "p99_ms", "cpu_us"}


def quick(*names: str) -> tuple[dict[str, Any], str]:
    """Results by name, and what was printed."""
    with scratch_folder() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench", *names, "--quick", "--state", folder / "s", "--output", folder / "out"],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=400,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2_000:]
        return {name: json.loads((folder / "out" / f"{name}.json").read_text()) for name in names}, done.stdout


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_maintainer_measures_decisions_and_a_page_gets_every_figure_against_the_baseline() -> None:
    results, printed = quick("decision", "portfolio")
    decision, portfolio = results["decision"], results["portfolio"]
    for kind in ("guard", "baseline"):
        assert list(decision[kind]) == ["1", "16", "64", "256"]
        assert all(set(row) >= ROW and min(row[name] for name in ROW) > 0 for row in decision[kind].values())
    assert decision["ratio_to_baseline"] > 0
    assert decision["fsync_ms"] > 0
    assert set(decision["batch_endpoint"]) >= ROW
    assert set(decision["open_two_groups"]) >= ROW
    assert portfolio["rows"] == 25
    for kind in ("anybody", "returning"):
        assert list(portfolio[kind]) == ["1", "16"]
        assert all(set(row) >= ROW and row["per_second"] > 0 for row in portfolio[kind].values())
    for one in (decision, portfolio):
        assert {"processors", "model", "date"} <= set(one["machine"])
        assert one["people"] == 4_000
    assert "guard, 64 clients" in printed
    assert "returning, 16 clients" in printed


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_maintainer_measures_the_import_gets_its_rate_by_worker_and_by_core() -> None:
    results, printed = quick("import")
    workers = results["import"]["workers"]
    assert list(workers) == ["1", "2"]
    for row in workers.values():
        assert row["people"] > 0
        assert row["per_second"] > 0
        assert row["per_second_a_core"] > 0
    assert results["import"]["ratio_of_two_workers"] > 0
    assert "people/s" in printed


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_maintainer_measures_exposures_gets_the_whole_network_and_each_change() -> None:
    results, printed = quick("exposure")
    found = results["exposure"]
    assert (found["organisations"], found["accounts"], found["relations"]) == (450, 1_500, 4_000)
    assert found["greatest_direct_24h"] > 0
    assert found["whole_s"] > 0
    assert set(found["after_one_change_ms"]) == {
        "account_suspended", "approver_suspended", "application_closed", "everything_contained",
        "organisation_closed", "relations_ended",
    }  # fmt: skip
    assert all(taken > 0 for taken in found["after_one_change_ms"].values())
    assert "every account, from nothing" in printed


def test_maintainer_names_a_benchmark_that_does_not_exist_is_told_which_do() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "decisions"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "decision, import, portfolio, exposure" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_maintainer_measures_who_was_read_and_gets_each_question_beside_postgresql() -> None:
    results, printed = quick("forensics")
    found = results["forensics"]
    assert found["entries"] > 100_000
    assert found["bytes_an_entry"] == pytest.approx(sum(found["bytes_an_entry_by_layout"].values()), abs=0.02)
    assert list(found["questions"]) == list(found["postgres"]["questions"])
    assert found["questions"]["theft"]["rows"] == found["people"] == found["postgres"]["questions"]["theft"]["rows"]
    assert all(row["warm_s"] > 0 for row in found["questions"].values())
    assert "bytes each in all copies" in printed


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_maintainer_measures_what_sealing_and_looking_cost_beside_decisions() -> None:
    results, printed = quick("journal", "looks")
    beside, looks = results["journal"]["beside_decisions"], results["looks"]
    for kind in ("without", "with"):
        assert beside[kind]["per_second"] > 0
    assert set(beside["lag_ms"]) == {"p50", "p99", "most"}
    assert list(looks["decisions"]) == ["16", "64"]
    for level in looks["decisions"].values():
        assert all(set(level[kind]) >= ROW and level[kind]["per_second"] > 0 for kind in ("without", "during"))
    assert looks["rows"]["expected"] >= 4 * looks["accounts"]
    assert set(looks["looks"]) == {"rows", "budgets", "new"}
    assert "durable to published" in printed
    assert "holds the loop" in printed


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_maintainer_measures_pages_and_gets_each_beside_one_that_asks_nobody() -> None:
    results, printed = quick("pages")
    found = results["pages"]
    assert found["bound_ms"] == 150
    assert found["console_rows"]["case"] == found["people"]
    assert {"portfolio", "file", "search, a hit", "week", "day", "statistics", "prescriptions"} <= set(found["pages"])
    others = {"export, twenty people", "attachments", "payments", "two files compared", "attendance sheet"}
    others |= {"invoices, buyer", "requests of people", "one list to erase", "my file", "messages sent"}
    assert others <= set(found["pages"])
    assert all(found["console_rows"].values()), "a page of an empty table shows nothing of what it costs"
    for row in found["pages"].values():
        assert 0 < row["p50_ms"] <= row["p95_ms"] <= row["most_ms"]
        assert row["ratio_to_baseline"] > 0
    assert "nobody is asked" in printed
