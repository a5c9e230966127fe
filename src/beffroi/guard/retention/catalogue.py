"""Which files hold which days: rows of ``guard.cold_file``, genuine, and the files themselves, as they were written.

The manifest beside the files says the same for whoever has the files alone; nothing here trusts it.
"""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.disclosure import RELEASING
from beffroi.guard import stamped
from beffroi.guard.retention.layouts import OPENINGS_ONLY, Layout
from beffroi.guard.retention.writing import sha256_of

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

MANIFEST: Final = "manifest.json"
OPENINGS: Final = ",".join(sorted(RELEASING))
"""What ``kinds`` says of a file of openings written by this program."""
_LIVE: Final = "SELECT * FROM guard.cold_file WHERE ended_at IS NULL ORDER BY from_at, layout"


class ColdRefused(RuntimeError):
    """Files of the journal cannot be written, trusted or ended; the message names which and says why."""


class ColdFile(NamedTuple):
    """One file, as its row has it. Instants are UTC; ``until_at`` is exclusive; ``size`` in bytes."""

    id: str
    name: str
    layout: Layout
    from_at: datetime
    until_at: datetime
    rows: int
    first_entry: int
    last_entry: int
    size: int
    sha256: bytes
    kinds: str
    written_at: datetime

    @property
    def complete(self) -> bool:
        """Whether it holds every opening, as the kinds of this program count them."""
        return self.layout not in OPENINGS_ONLY or self.kinds == OPENINGS


async def live(conn: "asyncpg.Connection", keys: "Keys") -> list[ColdFile]:
    """Files that are kept, the oldest first. Raises Forged."""
    return [read(stamped.genuine(keys, "cold_file", row)) for row in await conn.fetch(_LIVE)]


def read(row: Mapping[str, Any]) -> ColdFile:
    """A genuine row as a value."""
    values = {name: row[name] for name in ColdFile._fields}
    return ColdFile(
        **values | {"id": str(row["id"]), "layout": Layout(row["layout"]), "sha256": bytes(row["sha256"])}
    )


def whole(files: Iterable[ColdFile]) -> list[ColdFile]:
    """Files of all entries, one for each stretch of time: a month's own where it is there, else its days.

    Raises ColdRefused when a day is missing between the first and the last: rows were taken away.
    """
    every = [one for one in files if one.layout not in OPENINGS_ONLY]
    months = [one for one in every if one.layout is Layout.TIME]
    days = [one for one in every if one.layout is Layout.DAY and not any(covers(month, one) for month in months)]
    chosen = sorted(months + days, key=lambda one: one.from_at)
    for before, after in pairwise(chosen):
        if before.until_at != after.from_at:
            raise ColdRefused(
                f"No file holds the journal from {before.until_at:%Y-%m-%d} to {after.from_at:%Y-%m-%d}."
            )
    return chosen


def covers(outer: ColdFile, inner: ColdFile) -> bool:
    """Whether the time of one file lies within the other's."""
    return outer.from_at <= inner.from_at and inner.until_at <= outer.until_at


class Verified:
    """Files whose bytes were compared with their digest, remembered as long as nothing about them changes.

    What is compared is the file's inode, size and times of change; who may set those may read the memory of the
    process as well.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, ...]] = {}

    def path(self, folder: Path, file: ColdFile) -> str:
        """The path of a genuine file. Raises ColdRefused, naming it, when it is missing or not as it was written."""
        path = folder / file.name
        try:
            state = _state(path)
            if self._known.get(file.id) != state:
                if state[2] != file.size or sha256_of(path) != file.sha256:
                    raise ColdRefused(f"{file.name} is not as it was written: nothing is read from it.")
                if _state(path) != state:
                    raise ColdRefused(f"{file.name} changed while it was verified.")
                self._known[file.id] = state
        except OSError as error:
            raise ColdRefused(f"{file.name} cannot be read: {error.strerror}.") from None
        return str(path)


def _state(path: Path) -> tuple[int, ...]:
    told = path.stat()
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


def write_manifest(folder: Path, files: Iterable[ColdFile]) -> None:
    """Say beside the files what they are: names, ranges, digests; whole or not at all."""
    lines = [
        {
            "name": one.name, "layout": one.layout.value, "from": one.from_at.isoformat(),
            "until": one.until_at.isoformat(), "rows": one.rows, "first_entry": one.first_entry,
            "last_entry": one.last_entry, "size": one.size, "sha256": one.sha256.hex(), "kinds": one.kinds,
        }
        for one in files
    ]  # fmt: skip
    partial = folder / f".{MANIFEST}.part"
    with partial.open("w", encoding="utf-8") as file:
        json.dump({"beffroi": "journal/1", "files": lines}, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / MANIFEST)
