"""Names for invented people and agents: drawn in one step from tables that repeat the frequent ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from beffroi.simulation.data_files import table, texts


class Name(NamedTuple):
    """A name as written, and its plain form for logins and addresses."""

    text: str
    slug: str


def slug(text: str) -> str:
    """Small letters without accent; spaces, apostrophes and the like dropped, hyphens kept."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("ı", "i").replace("ł", "l"))
    return "".join(c for c in plain if (c.isascii() and c.isalnum()) or c == "-")


def repeated(items: Sequence[Name], flatness: int) -> list[Name]:
    """Table where the item of rank r appears in proportion of 1 / (r + flatness), each at least once."""
    top = len(items) + flatness
    return [item for rank, item in enumerate(items) for _ in range(max(1, round(3 * top / (rank + flatness) / 4)))]


@dataclass(frozen=True, slots=True)
class Names:
    """Tables by family origin; ``first[origin][sex]`` mixes names of the origin with the current ones."""

    last: dict[str, list[Name]]
    first: dict[str, dict[str, list[Name]]]
    elder: dict[str, list[Name]]


@cache
def names() -> Names:
    """Tables read from the data. Raises TypeError or KeyError when a file does not hold what it should."""
    last = {
        origin: repeated([_name(word) for word in dict.fromkeys(text.split())], 30)
        for origin, text in texts("last_names.toml").items()
    }
    by_table: dict[str, dict[str, list[Name]]] = {}
    for origin, sexes in table("first_names.toml").items():
        if not isinstance(sexes, dict):
            raise TypeError(f"first_names.toml: {origin} must be a table")
        by_table[origin] = {
            sex: repeated([_name(word) for word in dict.fromkeys(str(sexes[sex]).split())], 15) for sex in "FM"
        }
    current = by_table["current"]
    first = {}
    for origin in last:
        first[origin] = current
        if origin in by_table:
            # Three children in five of such families bear a name of their tradition.
            first[origin] = {
                sex: by_table[origin][sex] * max(1, round(1.5 * len(current[sex]) / len(by_table[origin][sex])))
                + current[sex]
                for sex in "FM"
            }
    return Names(last=last, first=first, elder=by_table["elder"])


def _name(word: str) -> Name:
    text = word.replace("_", " ")
    return Name(text, slug(text))


ORIGINS_METROPOLIS = {
    "france": 70,
    "maghreb": 12,
    "afrique": 7,
    "iberique": 5,
    "est": 2,
    "asie": 3,
    "outremer": 1,
}
ORIGINS_OVERSEAS = {"outremer": 72, "france": 15, "afrique": 6, "asie": 4, "maghreb": 2, "iberique": 1}


def origins(department_code: str) -> list[str]:
    """Table of one hundred family origins for a department; the shares are an assumption, for diversity."""
    shares = ORIGINS_OVERSEAS if department_code.startswith("97") else ORIGINS_METROPOLIS
    return [origin for origin, share in shares.items() for _ in range(share)]
