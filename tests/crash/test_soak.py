"""Two minutes of the soak: two guards, contended budgets, kills of a guard and of PostgreSQL."""

import os
from pathlib import Path

import pytest

from bench.soak import soak
from tests.databases import scratch_folder


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.timeout(420)
def test_i01_i02_guards_and_database_killed_at_random_budgets_and_journal_hold() -> None:
    seconds = float(os.environ.get("BEFFROI_SOAK_SECONDS", "120"))
    with scratch_folder() as folder:
        report = soak(Path(folder), 10_000_000, seconds, seed=20261122)
    assert report.kept, report
    assert report.allowed + report.refused == report.asked
    assert report.allowed > 0
    assert report.refused > 0
    assert report.guard_kills > 0
    assert report.database_kills > 0
