"""Places of birth and numbers that make every invented NIR unique, with constant memory and office by office.

Orders 1 to 799 of a commune belong to the office that serves it; orders 800 to 999 of the larger towns, and
all orders of foreign countries, are dealt out to the offices in turn for people born elsewhere. Two offices
thus never give the same number, whichever is generated first, or alone, or in another process.
"""

from __future__ import annotations

from functools import cache
from random import Random
from typing import NamedTuple

from beffroi.simulation.data_files import rows
from beffroi.simulation.geography import Commune, communes

_LOCAL_ORDERS = 799
_TOWN = 10_000


class Country(NamedTuple):
    """Country of birth: INSEE code 99xxx, nationality in the feminine (as on French forms), family origin."""

    code: str
    name: str
    nationality: str
    origin: str


class Place(NamedTuple):
    """Where somebody was born; ``number`` is the place as the key of a NIR counts it (2A is 19, 2B is 18)."""

    code: str
    name: str
    number: int


def _place(code: str, name: str) -> Place:
    return Place(code, name, int(code.replace("2A", "19").replace("2B", "18")))


@cache
def countries() -> tuple[tuple[Country, ...], tuple[int, ...]]:
    """Countries and the weight of each."""
    found = list(rows("countries.csv"))
    return (
        tuple(Country(row["code"], row["country"], row["nationality"], row["origin"]) for row in found),
        tuple(int(row["weight"]) for row in found),
    )


@cache
def _country_places() -> dict[str, Place]:
    return {country.code: _place(country.code, country.name) for country in countries()[0]}


@cache
def _towns() -> tuple[Place, ...]:
    return tuple(_place(c.code, c.name) for c in communes() if c.population >= _TOWN)


class Births:
    """Gives places of birth to the people of one office; ``rank`` of ``ranks`` is the office's turn."""

    def __init__(self, territory: tuple[Commune, ...], rank: int, ranks: int, rng: Random) -> None:
        largest = sorted(territory, key=lambda c: (-c.population, c.code))[:25]
        # Maternity wards are in towns: the largest communes of the territory stand for them.
        self.local = rng.choices([_place(c.code, c.name) for c in largest], [c.population for c in largest], k=1024)
        own = {commune.code for commune in territory}
        towns = _towns()
        self._elsewhere = [
            (towns[slot // 200], 800 + slot % 200)
            for slot in range(rank, len(towns) * 200, ranks)
            if towns[slot // 200].code not in own
        ]
        rng.shuffle(self._elsewhere)
        self._abroad = range(1 + rank, 1000, ranks)
        # Numbers given so far, by cell and place in one integer: this runs once per person.
        self._given: dict[int, int] = {}

    def here(self, place: Place, cell: int) -> tuple[Place, int]:
        """Next order in a local place for ``cell`` (sex, year, month); elsewhere once the place is full."""
        key = cell * 100_000 + place.number
        order = self._given[key] = self._given.get(key, 0) + 1
        return (place, order) if order <= _LOCAL_ORDERS else self.elsewhere(cell)

    def elsewhere(self, cell: int) -> tuple[Place, int]:
        """A town of another territory. Raises ValueError when no number is left for that month."""
        key = cell * 100_000
        given = self._given.get(key, 0)
        self._given[key] = given + 1
        if given >= len(self._elsewhere):
            raise ValueError("too many people for one office: no unique NIR is left")
        return self._elsewhere[(given + cell * 37) % len(self._elsewhere)]

    def abroad(self, country: Country, cell: int) -> tuple[Place, int]:
        """A foreign country; a town of France once its numbers for that country and month are used."""
        place = _country_places()[country.code]
        key = cell * 100_000 + place.number
        given = self._given.get(key, 0)
        if given >= len(self._abroad):
            return self.elsewhere(cell)
        self._given[key] = given + 1
        return place, self._abroad[given]
