"""Small counts withheld, so that a table of counts tells nothing of anybody in particular.

Nought is told: nobody is in it. A count from one to four is withheld; where its total is told, others are withheld
with it until what is withheld adds up to five and is no single cell: a total less the others would give it back.
"""

from collections.abc import Mapping
from typing import Final, Generic, NamedTuple, TypeVar

LEAST: Final = 5
"""The smallest count that is told, as public statistics commonly do for people."""
Key = TypeVar("Key")


class Told(NamedTuple, Generic[Key]):
    """A table that may be shown: None where a count is withheld."""

    counts: Mapping[Key, int | None]
    total: int | None


def withheld(counts: Mapping[Key, int], *, least: int = LEAST) -> Told[Key]:
    """What may be told of a table whose cells exclude one another; ``total`` is their sum, withheld when it is small.

    The order of the cells is kept. Among equals the first is withheld, so that the same table is told the same way.
    """
    total = sum(counts.values())
    if 0 < total < least:
        return Told({key: 0 if count == 0 else None for key, count in counts.items()}, None)
    hidden = [key for key, count in counts.items() if 0 < count < least]
    others = sorted((key for key, count in counts.items() if count >= least), key=lambda key: counts[key])
    while hidden and others and (len(hidden) == 1 or sum(counts[key] for key in hidden) < least):
        hidden.append(others.pop(0))
    return Told({key: None if key in hidden else count for key, count in counts.items()}, total)


def alone(counts: Mapping[Key, int], *, least: int = LEAST) -> Mapping[Key, int | None]:
    """What may be told of cells that share people, so that no total can be taken apart: each by itself."""
    return {key: None if 0 < count < least else count for key, count in counts.items()}
