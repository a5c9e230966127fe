"""Parameters of ordinary life and the law of caseloads."""

from __future__ import annotations

from random import Random
from statistics import median, quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beffroi.simulation import data_files, life
from beffroi.simulation.life import ordinary_life


def test_parameters_fixed_by_the_design_are_committed_with_sources() -> None:
    parameters = ordinary_life()
    assert (parameters.caseload.median, parameters.caseload.percentile_99, parameters.caseload.cap) == (
        80,
        250,
        300,
    )
    assert parameters.days.busy_day_factor == 3
    assert parameters.offices.smallest_agents == 5
    for section in (parameters.caseload, parameters.followed, parameters.population, parameters.offices):
        assert len(section.source) > 20


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers())
def test_caseloads_add_up_and_respect_the_cap(people: int, seed: int) -> None:
    caseload = ordinary_life().caseload
    loads = caseload.share_out(people, Random(seed))
    assert sum(loads) == people
    assert all(1 <= load <= caseload.cap for load in loads)


def test_caseloads_of_the_whole_network_follow_the_law() -> None:
    rng = Random(5)
    loads = [load for _ in range(300) for load in ordinary_life().caseload.share_out(1200, rng)]
    assert 72 <= median(loads) <= 88
    assert 225 <= quantiles(loads, n=100)[98] <= 275


@pytest.mark.parametrize(
    "change", [{"median": "80"}, {"median": None}, {"extra": 1}], ids=["mistyped", "missing", "superfluous"]
)
def test_parameters_wrong_file_refused_naming_the_section(
    change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = data_files.table("ordinary_life.toml")
    section = content["caseload"]
    assert isinstance(section, dict)
    content["caseload"] = {k: v for k, v in {**section, **change}.items() if v is not None}
    monkeypatch.setattr(life, "table", lambda name: content)
    with pytest.raises(ValueError, match=r"\[caseload\]"):
        life.ordinary_life.__wrapped__()
