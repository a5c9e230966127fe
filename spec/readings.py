"""The oracle of who was read (I-11): goes through every entry of a plain list, for each question, and keeps nothing.

Written from the invariant's words: the people reported are those of the *released* entries in the scope, none more,
none less. Which entries release something is said here a second time, not read from the product.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

RELEASES = {"released", "found"}


class Read(NamedTuple):
    """What is reported of one person: bits of the field groups, and how many openings."""

    groups: int
    openings: int


def readers(
    journal: Iterable[Mapping[str, Any]], by: str, ids: Sequence[Any], from_at: datetime, until_at: datetime
) -> dict[Any, Read]:
    """Whom those whose column ``by`` is among ``ids`` read, from ``from_at`` to ``until_at`` excluded."""
    found: dict[Any, Read] = {}
    for entry in journal:
        if entry["kind"] not in RELEASES or entry["person"] is None:
            continue
        if entry["at"] < from_at or entry["at"] >= until_at:
            continue
        if entry[by] is None or entry[by] not in ids:
            continue
        before = found.get(entry["person"], Read(0, 0))
        found[entry["person"]] = Read(before.groups | entry["groups"], before.openings + 1)
    return found


def read_by(
    journal: Iterable[Mapping[str, Any]], person: Any, from_at: datetime, until_at: datetime
) -> list[Mapping[str, Any]]:
    """Every entry that released something of this person, in the order of the journal."""
    return [
        entry
        for entry in journal
        if entry["kind"] in RELEASES and entry["person"] == person and from_at <= entry["at"] < until_at
    ]
