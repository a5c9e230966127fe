"""The invented people as a source of the guard's bulk import: generated where they are sealed, written nowhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256

from beffroi.guard.importing.columns import COLUMNS
from beffroi.guard.importing.sources import Chunk, Row
from beffroi.simulation import files
from beffroi.simulation.people import DEFAULT_AS_OF, Record
from beffroi.simulation.world import World, build_world

_PLACE = {name: place for place, name in enumerate(files.COLUMNS)}
_ORDER = tuple(_PLACE.get(name, -1) for name in COLUMNS)
_SINCE = COLUMNS.index("followed_since")
_REFERENT = COLUMNS.index("referent")
_SHORTEST_DAYS, _DAYS = 12, 900


@dataclass(frozen=True)
class Population:
    """People of ``build_world(people, seed, as_of)``; one chunk an office, so that any process can make its own."""

    people: int
    seed: int = 1
    as_of: date = DEFAULT_AS_OF
    digest: bytes = field(init=False)

    def __post_init__(self) -> None:
        named = f"invented people, {self.people}, seed {self.seed}, as of {self.as_of.isoformat()}"
        object.__setattr__(self, "digest", sha256(named.encode()).digest())

    @property
    def size(self) -> int:
        """Number of people."""
        return self.people

    @property
    def world(self) -> World:
        """The network they belong to; built once in each process."""
        return _world(self.people, self.seed, self.as_of)

    def chunks(self) -> Iterator[Chunk]:
        """Offices in the order of the world; ``start`` is the office's place, ``size`` its number of people."""
        done = 0
        for place, plan in enumerate(self.world.plans):
            count = len(plan.referents)
            if count:
                first, done = done + 1, done + count
                yield Chunk(place, place, count, first, done / self.people)

    def rows(self, chunk: Chunk) -> Iterator[Row]:
        """People of one office; ``line`` is their rank in the whole population."""
        world, accounts = self.world, _accounts(self)
        for line, record in enumerate(world.people_of(world.plans[chunk.start]), chunk.first_line):
            yield Row(line, _values(record, self.as_of, accounts))


def _values(record: Record, as_of: date, accounts: Mapping[str, str]) -> tuple[str, ...]:
    """One person in the order of the import's columns; the referent by the account's id."""
    texts = files.row(record)
    row = [texts[place] if place >= 0 else "" for place in _ORDER]
    if row[_REFERENT]:
        row[_REFERENT] = accounts[row[_REFERENT]]
    # Followed for long enough that nobody is a newcomer, and since the same day however often they are generated.
    row[_SINCE] = (as_of - timedelta(days=_SHORTEST_DAYS + int(record.person.id[:6], 16) % _DAYS)).isoformat()
    return tuple(row)


@lru_cache(maxsize=2)
def _world(people: int, seed: int, as_of: date) -> World:
    return build_world(people, seed, as_of)


@lru_cache(maxsize=2)
def _accounts(population: Population) -> Mapping[str, str]:
    return {agent.login: agent.id for agent in population.world.agents}
