"""A TOML text read with types, ranges and positions: every error names file, line, key, value and expectation.

``tomllib`` (TOML 1.0) says what the text holds and not where; :func:`lines_of` scans it again for the line each
key starts on. Errors are collected, so that one reading reports all of them.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeVar

CHARACTERS: Final = 262_144
_KEY: Final = r"(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')"
_DOTTED: Final = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER: Final = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ELEMENT: Final = re.compile(rf"\s*\[\[\s*({_DOTTED})\s*\]\]")
_PAIR: Final = re.compile(rf"\s*({_DOTTED})\s*=")
_TOKEN: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]|\n', re.DOTALL
)

Chosen = TypeVar("Chosen")


class PolicyError(NamedTuple):
    """One thing wrong: where (``line`` counts from 1), under which dotted key, what was found and expected."""

    file: str
    line: int
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: found {self.found}; expected {self.expected}"


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(_KEY, dotted))


def _statements(text: str) -> list[tuple[int, str]]:
    """Each statement with the number of its first line: values spread over lines are joined to their key."""
    statements: list[tuple[int, str]] = []
    line = start = 1
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        found = token.group()
        if found == "\n":
            line += 1
            if depth <= 0:
                statements.append((start, text[begin : token.start()]))
                begin, start, depth = token.end(), line, 0
        elif found in "[{":
            depth += 1
        elif found in "]}":
            depth -= 1
        else:
            line += found.count("\n")
    statements.append((start, text[begin:]))
    return statements


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """The line on which each table and each key of a valid TOML text begins, by path.

    The elements of an array of tables are numbered from 0 in the path. Keys of an inline table are not listed:
    look for the longest known beginning of their path.
    """
    lines: dict[tuple[str, ...], int] = {(): 1}
    elements: dict[tuple[str, ...], int] = {}
    header: tuple[str, ...] = ()
    for line, statement in _statements(text):
        if match := _ELEMENT.match(statement):
            path = _parts(match[1])
            elements[path] = elements.get(path, -1) + 1
            lines.setdefault(path, line)
            header = (*path, str(elements[path]))
            lines[header] = line
        elif match := _HEADER.match(statement):
            header = _parts(match[1])
            lines.setdefault(header, line)
        elif match := _PAIR.match(statement):
            path = header
            for part in _parts(match[1]):
                path = (*path, part)
                lines.setdefault(path, line)
    return lines


class Source:
    """The text under examination: where its keys stand, and the errors found so far."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines = lines_of(text)
        self.errors: list[PolicyError] = []

    def refuse(self, path: tuple[str, ...], found: object, expected: str) -> None:
        """Record that the value at ``path`` is not what was expected."""
        known = path
        while known not in self.lines:
            known = known[:-1]
        shown = found if isinstance(found, Missing) else repr(found)
        text = str(shown)
        shortened = text if len(text) <= 80 else text[:77] + "..."
        self.errors.append(PolicyError(self.name, self.lines[known], ".".join(path) or "(file)", shortened, expected))


class Missing:
    """What is found where a key is absent."""

    def __str__(self) -> str:
        return "nothing"


MISSING: Final = Missing()


class Table:
    """One table of the source; each reading removes its key, so that :meth:`end` can refuse those unread.

    A reading that fails records the error and returns a value of the right type: the policy built from it is
    never used, because the source holds an error.
    """

    def __init__(self, source: Source, path: tuple[str, ...], values: Mapping[str, object]) -> None:
        self.source = source
        self.path = path
        self._values = dict(values)

    def _take(self, key: str) -> object:
        return self._values.pop(key, MISSING)

    def refuse(self, key: str, found: object, expected: str) -> None:
        """Record an error about one key of this table."""
        self.source.refuse((*self.path, key) if key else self.path, found, expected)

    def codes(self) -> tuple[str, ...]:
        """Keys not read yet, in the order of the text."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Whether the key is there and not read yet."""
        return key in self._values

    def drop(self, key: str) -> None:
        """Count the key as read: what is wrong with it was recorded."""
        self._values.pop(key, None)

    def integer(self, key: str, least: int, most: int) -> int:
        """A whole number between two bounds, both included."""
        found = self._take(key)
        if isinstance(found, int) and not isinstance(found, bool) and least <= found <= most:
            return found
        self.refuse(key, found, f"a whole number from {least:,} to {most:,}")
        return least

    def boolean(self, key: str) -> bool:
        """``true`` or ``false``."""
        found = self._take(key)
        if isinstance(found, bool):
            return found
        self.refuse(key, found, "true or false")
        return False

    def text(self, key: str, most: int = 200) -> str:
        """A text of 1 to ``most`` printable characters."""
        found = self._take(key)
        if isinstance(found, str) and 0 < len(found.strip()) <= most and found.isprintable():
            return found
        self.refuse(key, found, f"a text of 1 to {most} printable characters")
        return "?"

    def choice(self, key: str, choices: Mapping[str, Chosen], otherwise: Chosen) -> Chosen:
        """The value that a word stands for; ``otherwise`` is returned where it stands for none."""
        found = self._take(key)
        if isinstance(found, str) and found in choices:
            return choices[found]
        self.refuse(key, found, "one of " + ", ".join(sorted(choices)))
        return otherwise

    def several(self, key: str, choices: Mapping[str, Chosen]) -> frozenset[Chosen]:
        """The values that a list of distinct words stands for; it may be empty."""
        found = self._take(key)
        if not isinstance(found, list):
            self.refuse(key, found, "a list")
            return frozenset()
        chosen: set[Chosen] = set()
        for word in found:
            if not isinstance(word, str) or word not in choices:
                self.refuse(key, word, "only these: " + ", ".join(sorted(choices)))
            elif choices[word] in chosen:
                self.refuse(key, word, "each value once")
            else:
                chosen.add(choices[word])
        return frozenset(chosen)

    def pairs(self, key: str, choices: Mapping[str, Chosen]) -> frozenset[frozenset[Chosen]]:
        """A list of lists of two distinct words, each pair once in either order; it may be empty."""
        found = self._take(key)
        if not isinstance(found, list):
            self.refuse(key, found, "a list of pairs")
            return frozenset()
        pairs: set[frozenset[Chosen]] = set()
        for entry in found:
            words = entry if isinstance(entry, list) else []
            pair = frozenset(choices[word] for word in words if isinstance(word, str) and word in choices)
            if len(words) != 2 or len(pair) != 2:
                self.refuse(key, entry, "pairs of two of these: " + ", ".join(sorted(choices)))
            elif pair in pairs:
                self.refuse(key, entry, "each pair once")
            else:
                pairs.add(pair)
        return frozenset(pairs)

    def words(self, key: str, pattern: re.Pattern[str], described: str) -> frozenset[str]:
        """A list of distinct texts that match ``pattern``; it may be empty."""
        found = self._take(key)
        if not isinstance(found, list):
            self.refuse(key, found, "a list")
            return frozenset()
        words = [word for word in found if isinstance(word, str) and pattern.fullmatch(word)]
        if len(words) != len(found) or len(set(words)) != len(words):
            self.refuse(key, found, f"a list of {described}, each once")
        return frozenset(words)

    def table(self, key: str) -> "Table":
        """A table under this one."""
        found = self._take(key)
        if isinstance(found, dict):
            return Table(self.source, (*self.path, key), found)
        self.refuse(key, found, "a table")
        return Table(self.source, (*self.path, key), {})

    def tables(self, key: str) -> tuple["Table", ...]:
        """An array of tables, at least one."""
        found = self._take(key)
        if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
            self.refuse(key, found, f"at least one [[{key}]]")
            return ()
        return tuple(Table(self.source, (*self.path, key, str(number)), one) for number, one in enumerate(found))

    def end(self) -> None:
        """Refuse every key that was not read: a word the product does not know decides nothing (I-06)."""
        for key, value in self._values.items():
            self.refuse(key, value, "no such key here")
        self._values.clear()
