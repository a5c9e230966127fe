"""Filters (RFC 7644 section 3.4.2.2): the whole grammar read into a small tree; a few attributes evaluated.

Lengths, depth and number of terms are bounded before anything is evaluated: a filter is a stranger's program.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from beffroi.standards.scim.faults import ScimFault, invalid_filter

LONGEST: Final = 1_024
DEEPEST: Final = 16
MOST_TERMS: Final = 32

Value = str | bool | int | float | None
Found = str | bool | datetime | None
"""A value of a resource: text, boolean, instant, or nothing."""


class Comparison(NamedTuple):
    """``attribute op value``."""

    path: str
    operator: str
    value: Value


class Present(NamedTuple):
    """``attribute pr``."""

    path: str


class Not(NamedTuple):
    """``not (filter)``."""

    of: "Filter"


class And(NamedTuple):
    """Both."""

    one: "Filter"
    other: "Filter"


class Or(NamedTuple):
    """Either."""

    one: "Filter"
    other: "Filter"


class Within(NamedTuple):
    """``attribute[filter]``: some value of a multi-valued attribute."""

    path: str
    of: "Filter"


Filter = Comparison | Present | Not | And | Or | Within
OPERATORS: Final = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})

# attrPath = [URI ":"] ATTRNAME *1("." ATTRNAME): a URN's own dots (…:2.0:User:userName) belong to the prefix.
_PATH: Final = r"(?:[Uu][Rr][Nn]:[A-Za-z0-9._:-]+:)?[A-Za-z$][A-Za-z0-9_$-]*(?:\.[A-Za-z$][A-Za-z0-9_$-]*)?"
_TOKEN: Final = re.compile(
    rf'(?P<space> +)|(?P<text>"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{{4}})*")'
    rf"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_$.:-]))"
    rf"|(?P<word>{_PATH})(?![A-Za-z0-9_$.:-])|(?P<mark>[()\[\]])"
)
_LITERALS: Final[Mapping[str, Value]] = {"true": True, "false": False, "null": None}


class _Token(NamedTuple):
    kind: str
    text: str


def parse(text: str) -> Filter:
    """The tree of a filter. Raises ScimFault (``invalidFilter``)."""
    if len(text) > LONGEST:
        raise invalid_filter(f"A filter has at most {LONGEST} characters.")
    reader = _Reader(_tokens(text))
    tree = reader.either(0)
    reader.end()
    return tree


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise invalid_filter(f"The filter cannot be read at character {place + 1}.")
        found.append(_Token(match.lastgroup, match.group()))
        place = match.end()
    return found


class _Reader:
    """Recursive descent; ``not`` binds tighter than ``and``, ``and`` than ``or``."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._terms = 0

    def either(self, depth: int) -> Filter:
        tree = self._both(depth)
        while self._joined("or"):
            tree = Or(tree, self._both(depth))
        return tree

    def end(self) -> None:
        self._skip()
        if self._place < len(self._tokens):
            raise invalid_filter("Something follows the filter's end.")

    def _both(self, depth: int) -> Filter:
        tree = self._term(depth)
        while self._joined("and"):
            tree = And(tree, self._term(depth))
        return tree

    def _joined(self, word: str) -> bool:
        """Whether ``word`` follows, between spaces; it is taken then."""
        before = self._place
        spaced = self._skip()
        token = self._peek()
        # A parenthesis or a bracket may stand against the word, as the grammar of an expression allows nothing else.
        if (spaced or self._tokens[before - 1].text in ")]") and token.text.lower() == word:
            self._place += 1
            if self._skip() or self._peek().text == "(":
                return True
        self._place = before
        return False

    def _term(self, depth: int) -> Filter:
        if depth >= DEEPEST:
            raise invalid_filter(f"A filter is at most {DEEPEST} levels deep.")
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise invalid_filter(f"A filter has at most {MOST_TERMS} terms.")
        self._skip()
        token = self._peek()
        if token.text == "(":
            return self._group(depth)
        if token.kind != "word":
            raise invalid_filter("An attribute is expected.")
        self._place += 1
        spaced = self._skip()
        following = self._peek()
        if token.text.lower() == "not" and following.text == "(":
            return Not(self._group(depth))
        if following.text == "[" and not spaced:
            self._place += 1
            inner = self.either(depth + 1)
            self._close("]")
            return Within(token.text, inner)
        return self._comparison(token.text)

    def _group(self, depth: int) -> Filter:
        self._place += 1
        inner = self.either(depth + 1)
        self._close(")")
        return inner

    def _comparison(self, path: str) -> Filter:
        operator = self._peek().text.lower()
        self._place += 1
        if operator == "pr":
            return Present(path)
        if operator not in OPERATORS:
            raise invalid_filter("An operator is expected: eq, ne, co, sw, ew, pr, gt, ge, lt, le.")
        if not self._skip():
            raise invalid_filter("A space and a value are expected after an operator.")
        return Comparison(path, operator, self._value())

    def _value(self) -> Value:
        token = self._peek()
        self._place += 1
        if token.kind == "text":
            read: str = json.loads(token.text)
            return read
        if token.kind == "number":
            number: int | float = json.loads(token.text) if len(token.text) <= 32 else 0
            return number
        if token.kind == "word" and token.text in _LITERALS:
            return _LITERALS[token.text]
        raise invalid_filter("A value is expected: text between quotation marks, a number, true, false or null.")

    def _close(self, mark: str) -> None:
        self._skip()
        if self._peek().text != mark:
            raise invalid_filter("A parenthesis or a bracket is not closed.")
        self._place += 1

    def _skip(self) -> bool:
        before = self._place
        while self._peek().kind == "space":
            self._place += 1
        return self._place > before

    def _peek(self) -> _Token:
        return self._tokens[self._place] if self._place < len(self._tokens) else _Token("end", "")


class Attribute(NamedTuple):
    """How an attribute is compared (RFC 7643 section 2.2): where its value is, and whether case matters."""

    get: Callable[[Mapping[str, Found]], Found]
    kind: type
    case_exact: bool = False


Attributes = Mapping[str, Attribute]
"""By name in small letters, without URN."""

_TEXTUAL: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "co": lambda found, sought: sought in found,
    "sw": lambda found, sought: found.startswith(sought),
    "ew": lambda found, sought: found.endswith(sought),
}
_ORDERED: Final[Mapping[str, Callable[[int], bool]]] = {
    "gt": lambda order: order > 0,
    "ge": lambda order: order >= 0,
    "lt": lambda order: order < 0,
    "le": lambda order: order <= 0,
}


def check(tree: Filter, attributes: Attributes, urn: str) -> None:
    """Refuse, before anything is read, a filter that no resource could answer. Raises ScimFault."""
    if isinstance(tree, And | Or):
        check(tree.one, attributes, urn)
        check(tree.other, attributes, urn)
    elif isinstance(tree, Not):
        check(tree.of, attributes, urn)
    elif isinstance(tree, Within):
        raise invalid_filter("No attribute that can be filtered here has several values.")
    else:
        attribute = _attribute(tree.path, attributes, urn)
        if isinstance(tree, Comparison):
            _sought(tree, attribute)


def matches(tree: Filter, values: Mapping[str, Found], attributes: Attributes, urn: str) -> bool:
    """Whether a resource passes. Raises ScimFault as :func:`check` does."""
    if isinstance(tree, And):
        return matches(tree.one, values, attributes, urn) and matches(tree.other, values, attributes, urn)
    if isinstance(tree, Or):
        return matches(tree.one, values, attributes, urn) or matches(tree.other, values, attributes, urn)
    if isinstance(tree, Not):
        return not matches(tree.of, values, attributes, urn)
    if isinstance(tree, Within):
        raise invalid_filter("No attribute that can be filtered here has several values.")
    attribute = _attribute(tree.path, attributes, urn)
    found = attribute.get(values)
    if isinstance(tree, Present):
        return found is not None and found != ""
    return _compare(found, tree, attribute)


def _compare(found: Found, tree: Comparison, attribute: Attribute) -> bool:
    sought, operator = _sought(tree, attribute), tree.operator
    if isinstance(found, str) and not attribute.case_exact:
        found = found.casefold()
    if operator == "eq":
        return found == sought
    if operator == "ne":
        return found != sought
    if found is None:
        return False
    if isinstance(found, str) and isinstance(sought, str) and operator in _TEXTUAL:
        return _TEXTUAL[operator](found, sought)
    if isinstance(found, str) and isinstance(sought, str):
        return _ORDERED[operator]((found > sought) - (found < sought))
    if isinstance(found, datetime) and isinstance(sought, datetime):
        return _ORDERED[operator]((found > sought) - (found < sought))
    return False


def _sought(tree: Comparison, attribute: Attribute) -> Found:
    """The value compared with, in the attribute's own type. Raises ScimFault."""
    value, operator = tree.value, tree.operator
    if value is None and operator in ("eq", "ne"):
        return None
    if attribute.kind is bool and isinstance(value, bool) and operator in ("eq", "ne"):
        return value
    if attribute.kind is str and isinstance(value, str):
        return value if attribute.case_exact else value.casefold()
    if attribute.kind is datetime and isinstance(value, str) and operator not in _TEXTUAL:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = None
        if at is not None and at.tzinfo is not None:
            return at
        raise invalid_filter("An instant is compared with an instant and its offset, such as 2026-01-31T08:00:00Z.")
    raise invalid_filter("This attribute cannot be compared with this value by this operator.")


def _attribute(path: str, attributes: Attributes, urn: str) -> Attribute:
    found = attributes.get(plain(path, urn))
    if found is None:
        raise invalid_filter(f"The attributes that can be filtered are: {', '.join(sorted(attributes))}.")
    return found


def plain(path: str, urn: str) -> str:
    """A path in small letters without its schema's URN: attribute names know no case (RFC 7643 section 2.1)."""
    lowered, prefix = path.lower(), f"{urn.lower()}:"
    return lowered.removeprefix(prefix)


def pinned(tree: Filter, urn: str) -> dict[str, str]:
    """Attributes that every match must equal: what an index can look up before the whole filter is evaluated."""
    if isinstance(tree, And):
        return {**pinned(tree.other, urn), **pinned(tree.one, urn)}
    if isinstance(tree, Comparison) and tree.operator == "eq" and isinstance(tree.value, str):
        return {plain(tree.path, urn): tree.value}
    return {}


__all__ = [
    "And", "Attribute", "Attributes", "Comparison", "Filter", "Found", "Not", "Or", "Present", "ScimFault", "Within",
    "check", "matches", "parse", "pinned", "plain",
]  # fmt: skip
