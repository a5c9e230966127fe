"""Communes of the open data, and which office serves each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from beffroi.simulation.data_files import rows


class Commune(NamedTuple):
    """A commune, or one arrondissement of Paris, Lyon, Marseille: births and post are registered there."""

    code: str
    name: str
    department_code: str
    postcode: str
    population: int


# Commune split: Insee code, first code of its arrondissements, their number, first postcode.
_SPLIT = {"75056": (75101, 20, 75001), "69123": (69381, 9, 69001), "13055": (13201, 16, 13001)}


@cache
def communes() -> tuple[Commune, ...]:
    """Inhabited communes in the order of their codes, the three large cities split into arrondissements."""
    found = []
    for row in rows("communes.csv.gz"):
        code, population = row["code"], int(row["population"] or 0)
        if population == 0 or not row["postcode"]:
            continue
        if code not in _SPLIT:
            found.append(Commune(code, row["name"], row["department_code"], row["postcode"], population))
            continue
        first, count, postcode = _SPLIT[code]
        for rank in range(count):
            name = f"{row['name']} {rank + 1}{'er' if rank == 0 else 'e'} arrondissement"
            found.append(
                Commune(str(first + rank), name, row["department_code"], str(postcode + rank), population // count)
            )
    return tuple(found)


@cache
def communes_by_department() -> Mapping[str, tuple[Commune, ...]]:
    """Communes of each department code."""
    found: defaultdict[str, list[Commune]] = defaultdict(list)
    for commune in communes():
        found[commune.department_code].append(commune)
    return {department: tuple(members) for department, members in found.items()}


def seat(code: str, department_code: str, taken: Iterable[str]) -> Commune:
    """Commune named by the first five characters of an office's network code.

    A few codes name a commune that was merged, or none: the largest commune of the department
    without an office.
    """
    here = communes_by_department()[department_code]
    for commune in here:
        if commune.code == code[:5]:
            return commune
    used = set(taken)
    free = [commune for commune in here if commune.code not in used] or list(here)
    return max(free, key=lambda commune: (commune.population, commune.code))


def set_apart(department_code: str, share: float, seats: set[str]) -> tuple[Commune, ...]:
    """Communes given to an invented office: about ``share`` of the department, seats excluded."""
    here = communes_by_department()[department_code]
    wanted = share * sum(commune.population for commune in here)
    chosen: list[Commune] = []
    # Largest first, so that the office gets towns where people are born and not hamlets alone.
    for commune in sorted(here, key=lambda c: (-c.population, c.code)):
        held = sum(c.population for c in chosen)
        if commune.code not in seats and held + commune.population <= wanted * 1.05:
            chosen.append(commune)
    return tuple(chosen)


def share_out(department_code: str, seats: Mapping[str, Commune], apart: set[str]) -> dict[str, tuple[Commune, ...]]:
    """Communes of each office of a department, by nearest postcode since the open data has no coordinates.

    ``seats`` gives the seat of each office code; communes of ``apart`` belong to invented offices.
    """
    found: dict[str, list[Commune]] = {code: [] for code in seats}
    for commune in communes_by_department()[department_code]:
        if commune.code in apart:
            continue
        nearest = min(
            seats,
            key=lambda code: (
                seats[code].code != commune.code,
                abs(int(seats[code].postcode) - int(commune.postcode)),
                code,
            ),
        )
        found[nearest].append(commune)
    return {code: tuple(members) or (seats[code],) for code, members in found.items()}
