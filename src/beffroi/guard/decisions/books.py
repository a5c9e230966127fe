"""The budgets of a batch: read from their rows, charged in memory, written back with the spans the CHECK guards."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from beffroi.core import budgets
from beffroi.core.budgets import Caps, Window
from beffroi.guard.authentic import Authenticator
from beffroi.guard.budget_rows import RECENT
from beffroi.guard.decisions import hot_rows

_VERSIONS: Final = 1 << 18
"""Keys whose last version is remembered: enough for those of a day; the one forgotten is the one seen first."""

Row = tuple[str, int, int, bytes, int, int, int, int, int, int, int, int, int, bytes]


class BudgetReader:
    """Reads and writes budget rows, checking and making their MACs."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._versions: dict[str, int] = {}

    def read(self, keys: Iterable[str], rows: Iterable[Sequence[Any]]) -> "Books":
        """The books of a batch from the rows of load_budgets.sql for ``keys``.

        A row that is not genuine bars its key; so does one older than this guard saw committed, or gone: versions
        only grow, and no budget is ever deleted.
        """
        windows: dict[str, Window] = {}
        versions: dict[str, int] = {}
        forged: set[str] = set()
        for row in rows:
            *columns, mac = row
            values = tuple(columns)
            key = values[0]
            if self._authenticator.genuine("budget", values, mac):
                windows[key] = budgets.window(values[1], values[4], values[2], RECENT.unpack(values[3]))
            else:
                forged.add(key)
            versions[key] = values[12]
        seen = self._versions
        for key in keys:
            version = versions.get(key, 0)
            last_version = seen.get(key, 0)
            if version < last_version:
                forged.add(key)
                windows.pop(key, None)
            elif version > last_version and key not in forged:
                self._remember(key, version)
        return Books(windows, versions, forged, {})

    def committed(self, books: "Books") -> None:
        """What :meth:`rows` gave for these books is durable: nothing older is genuine from now on."""
        for key in books.caps:
            version = books.versions.get(key, 0) + 1
            if version > self._versions.get(key, 0):
                self._remember(key, version)

    def _remember(self, key: str, version: int) -> None:
        if key not in self._versions and len(self._versions) >= _VERSIONS:
            del self._versions[next(iter(self._versions))]
        self._versions[key] = version

    def rows(self, books: "Books") -> tuple[list[Row], list[Row]]:
        """Rows to insert and rows to change, as columns of guard.budget."""
        new: list[Row] = []
        changed: list[Row] = []
        stamp, pack = self._authenticator.stamp_encoded, RECENT.pack
        for key, caps in books.caps.items():
            hour, in_hour, day, recent, week, month = books.windows[key]
            version = books.versions.get(key, 0)
            values = (key, hour, day, pack(*recent), in_hour, recent[0], week, month, *caps, version + 1)
            (changed if version else new).append((*values, stamp(hot_rows.budget(values))))
        return new, changed


class Books(NamedTuple):
    """Windows by key as of now within the batch; ``caps`` holds the keys that were charged; ``forged`` bars keys."""

    windows: dict[str, Window]
    versions: dict[str, int]
    forged: set[str]
    caps: dict[str, Caps]
