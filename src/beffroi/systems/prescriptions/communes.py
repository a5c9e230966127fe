"""Communes by code and by name, with where they are; the data's sources are in ``data/README.md``."""

import csv
import gzip
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from beffroi.core.catalogue import Spot, folded

MOST_NAMESAKES = 12
_DISTRICTS = {
    "75056": (*(str(75_001 + rank) for rank in range(20)), "75116"),
    "69123": tuple(str(69_001 + rank) for rank in range(9)),
    "13055": tuple(str(13_001 + rank) for rank in range(16)),
}
"""Postcodes of the three cities that have one a district; the data has the first of each commune."""


class Commune(NamedTuple):
    """A commune; its place is that of its town hall, or near it."""

    code: str
    name: str
    department: str
    postcode: str
    spot: Spot

    @property
    def label(self) -> str:
        """« Riom (63200) »."""
        return f"{self.name} ({self.postcode or self.code})"


@cache
def every() -> Mapping[str, Commune]:
    """Communes by INSEE code."""
    content = (files("beffroi.systems.prescriptions") / "data" / "communes.csv.gz").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(content).decode("utf-8")))
    return {
        row["code"]: Commune(
            row["code"], row["name"], row["department"], row["postcode"],
            Spot(float(row["latitude"]), float(row["longitude"])),
        )
        for row in rows
    }  # fmt: skip


@cache
def _by_words() -> Mapping[str, tuple[Commune, ...]]:
    """Communes by what people type: a name, its postcode, both, or the INSEE code."""
    found: dict[str, dict[str, Commune]] = {}
    for commune in every().values():
        name = folded(commune.name)
        numbers = {commune.code.lower(), commune.postcode, *_DISTRICTS.get(commune.code, ())} - {""}
        named = {f"{name} {number}" for number in (*numbers, commune.department.lower())}
        for words in {name, *numbers, *named}:
            found.setdefault(words, {})[commune.code] = commune
    return {words: tuple(communes.values()) for words, communes in found.items()}


def known(code: str) -> bool:
    """Whether this is the INSEE code of a commune."""
    return code in every()


def place_named(text: str) -> str:
    """« Riom (63200) » for the INSEE code of a commune; anything else as it is written."""
    found = every().get(text)
    return text if found is None else found.label


def named(text: str) -> tuple[Commune, ...]:
    """The communes that a name, a postcode, an INSEE code or a name and a number may mean; exact, accents apart."""
    return _by_words().get(folded(text), ())[:MOST_NAMESAKES]
