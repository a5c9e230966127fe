"""Parameters of ordinary life: typed reading of ``data/ordinary_life.toml``, where each has its source."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cache
from random import Random
from typing import TypeVar

from beffroi.simulation.data_files import table


@dataclass(frozen=True, slots=True)
class Caseload:
    """People followed by one adviser: a log-normal law known by two quantiles, cut at ``cap``."""

    median: int
    percentile_99: int
    cap: int
    source: str

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm: 2.326 is the 99th percentile of the normal law."""
        return math.log(self.percentile_99 / self.median) / 2.326348

    @property
    def mean(self) -> float:
        """Mean of the law, before the cut."""
        return self.median * math.exp(self.sigma**2 / 2)

    def share_out(self, people: int, rng: Random) -> list[int]:
        """Caseloads of a whole office: they add up to ``people``, none above ``cap``, none empty."""
        if people <= 0:
            return []
        count = max(1, round(people / self.mean), math.ceil(people / self.cap))
        drawn = [self.median * math.exp(rng.gauss(0.0, self.sigma)) for _ in range(count)]
        # A mass held at the cap would bend the tail: scale, cut, and let the others take what was cut.
        loads = [min(self.cap, max(1, round(load * people / sum(drawn)))) for load in drawn]
        gap = people - sum(loads)
        while gap:
            step = 1 if gap > 0 else -1
            place = rng.randrange(count)
            if 1 <= loads[place] + step <= self.cap:
                loads[place] += step
                gap -= step
            elif count == 1:
                break
        return loads


@dataclass(frozen=True, slots=True)
class Followed:
    """Share of the files that have a referent today; the others are kept by their office."""

    share_with_referent: float
    source: str


@dataclass(frozen=True, slots=True)
class Population:
    """Shares between 0 and 1 of the people to whom each thing applies."""

    share_unfollowed: float
    share_agency: float
    share_born_abroad: float
    share_email: float
    share_phone: float
    share_nir: float
    share_agency_id: float
    share_training: float
    source: str


@dataclass(frozen=True, slots=True)
class Offices:
    """Size of the network."""

    smallest_agents: int
    people_per_office_at_least: int
    reception_sites: int
    people_per_agent_target: int
    source: str


@dataclass(frozen=True, slots=True)
class Days:
    """Rhythm of the work; shares between 0 and 1, counts per working day."""

    busy_day_factor: float
    absence_share: float
    absence_covered_share: float
    openings_per_adviser_per_day: float
    appointments_per_adviser_per_day: float
    working_days_per_year: int
    source: str


@dataclass(frozen=True, slots=True)
class OrdinaryLife:
    """All the parameters."""

    caseload: Caseload
    followed: Followed
    population: Population
    offices: Offices
    days: Days


_Section = TypeVar("_Section", Caseload, Followed, Population, Offices, Days)


def _section(kind: type[_Section], name: str, content: object) -> _Section:
    names = [field.name for field in fields(kind)]
    if not isinstance(content, dict) or sorted(content) != sorted(names):
        raise ValueError(f"ordinary_life.toml: [{name}] must hold exactly {', '.join(names)}")
    for field in fields(kind):
        allowed = {"int": (int,), "float": (int, float), "str": (str,)}[str(field.type)]
        if not isinstance(content[field.name], allowed) or isinstance(content[field.name], bool):
            raise ValueError(f"ordinary_life.toml: [{name}] {field.name} must be of type {field.type}")
    return kind(**content)


@cache
def ordinary_life() -> OrdinaryLife:
    """The committed parameters. Raises ValueError naming the section missing, incomplete or mistyped."""
    content = table("ordinary_life.toml")
    return OrdinaryLife(
        caseload=_section(Caseload, "caseload", content.get("caseload")),
        followed=_section(Followed, "followed", content.get("followed")),
        population=_section(Population, "population", content.get("population")),
        offices=_section(Offices, "offices", content.get("offices")),
        days=_section(Days, "days", content.get("days")),
    )
