"""Looking for a hundred thousand patterns at once in everything a thief would carry away.

The automaton of Aho and Corasick (Communications of the ACM 18(6), 1975), from the library ahocorasick_rs: one pass
over the bytes whatever the number of patterns.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from beffroi.simulation.drill.values import PUBLIC_WORDS, WHOLE_WORD_BELOW, Pattern, Value, patterns

PIECE: Final = 8 << 20
_OVERLAP: Final = 1 << 14
_WORD_BYTES: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") | frozenset(
    range(128, 256)
)


class Item(NamedTuple):
    """One thing carried away: a file, a dump. ``text`` says that it is text, where short words can be told apart."""

    name: str
    content: bytes
    text: bool


class Hit(NamedTuple):
    """A value found in clear, how it was written, and where."""

    value: Value
    encoding: str
    item: str


class Search:
    """Patterns of many values, prepared once."""

    def __init__(self, values: Sequence[Value]) -> None:
        self.values = values
        owners: dict[bytes, tuple[int, str]] = {}
        for place, value in enumerate(values):
            for pattern in patterns(value):
                owners.setdefault(pattern.content, (place, pattern.encoding))
        self._contents = list(owners)
        self._owners = list(owners.values())
        self._automaton = BytesAhoCorasick(self._contents, implementation=Implementation.ContiguousNFA)

    @property
    def size(self) -> int:
        """How many patterns are looked for."""
        return len(self._contents)

    def hits(self, items: Iterable[Item]) -> list[Hit]:
        """Every value found, once for each way of writing it and each item."""
        found: set[Hit] = set()
        for item in items:
            for start in range(0, max(1, len(item.content)), PIECE):
                piece = item.content[max(0, start - _OVERLAP) : start + PIECE]
                if not piece.strip(b"\0"):
                    continue
                for pattern, begin, end in self._automaton.find_matches_as_indexes(piece, overlapping=True):
                    if end - begin < WHOLE_WORD_BELOW and not (item.text and _whole_word(piece, begin, end)):
                        continue
                    place, encoding = self._owners[pattern]
                    found.add(Hit(self.values[place], encoding, item.name))
        return sorted(found)


def _whole_word(content: bytes, begin: int, end: int) -> bool:
    before = content[begin - 1] if begin else 32
    after = content[end] if end < len(content) else 32
    return before not in _WORD_BYTES and after not in _WORD_BYTES


def apart_from_public(hits: Iterable[Hit], control: Search, items: Sequence[Item]) -> tuple[list[Hit], list[Value]]:
    """Hits that count, and public words: those that an installation in which nobody was loaded holds as well.

    Only names, words, places and days can be public; a number or an address is never excused.
    """
    public = {hit.value for hit in control.hits(items) if hit.value.kind in PUBLIC_WORDS}
    return [hit for hit in hits if hit.value not in public], sorted(public)


__all__ = ["Hit", "Item", "Pattern", "Search", "apart_from_public"]
