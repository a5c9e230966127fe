"""A person's name as screens write it, from an identity that the guard opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from beffroi.core.identifying import Identifying


def text_of(value: Any) -> str:
    """The text of a field in clear, on its way to the page; empty when absent."""
    if isinstance(value, Identifying):
        return value.reveal()
    return "" if value is None else str(value)


@dataclass(frozen=True, repr=False)
class Name:
    """Names as they are written; ``birth_last`` only when it differs from the usual name."""

    last: str
    first: str
    birth_last: str = ""

    @property
    def full(self) -> str:
        """« Inès Delaunay »: the first of the first names, then the usual name.

        The civil register separates first names by commas; a space may belong to one of them (« Marie Lou »).
        """
        return f"{self.first.partition(',')[0].strip()} {self.last}".strip()

    @property
    def listed(self) -> str:
        """« DELAUNAY Inès Marie », for lists in the order of last names."""
        first = " ".join(name.strip() for name in self.first.split(","))
        return f"{self.last.upper()} {first}".strip()

    def __repr__(self) -> str:
        return "Name(«redacted»)"


def name_of(identity: Mapping[str, Any]) -> Name:
    """The name of an opened identity."""
    last, birth_last = text_of(identity.get("last_name")), text_of(identity.get("birth_name"))
    return Name(last, text_of(identity.get("first_names")), "" if birth_last == last else birth_last)
