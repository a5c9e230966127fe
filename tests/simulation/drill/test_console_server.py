"""The hijacked console: bounded by the application's breaker, and only by it."""

from typing import Any

import pytest

from beffroi.config.drill import ScratchServer
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill import console_server

pytestmark = pytest.mark.timeout(300)


@pytest.mark.slow
def test_hijacked_console_reads_no_more_than_the_breaker_allows(scratch: ScratchServer) -> None:
    report = console_server.drill(scratch, 1_600, days=3)
    assert report["failures"] == []
    assert 0 < report["people_read"] <= report["bound"]
    assert report["people_read"] <= report["people_read_3_days"] <= report["bound_3_days"]
    assert report["ablations"]["application-breaker"] > report["people_read"]
    assert report["rows_read_as_the_console_role"] == 0


@pytest.mark.slow
def test_guard_without_the_breaker_fails_the_drill(scratch: ScratchServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "NONE", missing.BREAKER)
    report = console_server.drill(scratch, 1_600, days=1)
    assert report["people_read"] > report["bound"]
    assert report["failures"]


def good_report() -> dict[str, Any]:
    """A report in which nothing is wrong."""
    return {
        "days": 30,
        "people_read": 200,
        "bound": 200,
        "people_read_30_days": 2_000,
        "bound_30_days": 2_000,
        "ablations": {"application-breaker": 2_354},
        "rows_read_as_the_console_role": 0,
        "forged_sessions": 0,
        "unjournaled": 0,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"people_read": 201},
        {"people_read": 0},
        {"people_read_30_days": 2_001},
        {"ablations": {"application-breaker": 200}},
        {"rows_read_as_the_console_role": 1},
        {"forged_sessions": 1},
        {"unjournaled": 1},
    ],
)
def test_report_with_one_thing_wrong_is_a_failure(wrong: dict[str, Any]) -> None:
    assert console_server.failures(good_report()) == []
    assert console_server.failures(good_report() | wrong)
