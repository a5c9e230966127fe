"""Reading a log from a folder or from a web address, without the database and without a key of the guard."""

import time
from pathlib import Path
from typing import Final, Protocol

import httpx

from beffroi.core.journal_encoding import LEAF_BYTES
from beffroi.guard.sealing.store import Folder, StoreRefused
from beffroi.standards.tlog import note, tiles
from beffroi.standards.tlog.tiles import Tile

LARGEST_TILE: Final = max(tiles.FULL_BYTES, tiles.WIDTH * (2 + LEAF_BYTES))
_SECONDS: Final = 20.0


class Reader(Protocol):
    """A place that a log is read from."""

    def read(self, tile: Tile) -> bytes:
        """A tile, or the full one in place of a partial one that is gone. Raises StoreRefused."""

    def checkpoint(self) -> bytes | None:
        """The checkpoint that is published, if one is. Raises StoreRefused."""


class Web:
    """A log behind a web address. No redirect is followed, no proxy of the environment used."""

    def __init__(self, url: str, *, http: httpx.Client | None = None, longest: float = 60.0) -> None:
        """``longest``: seconds that one file may take."""
        self.url = url.rstrip("/")
        self._longest = longest
        self._http = http or httpx.Client(timeout=_SECONDS, trust_env=False)

    def read(self, tile: Tile) -> bytes:
        """See :class:`Reader`."""
        for one in dict.fromkeys((tile, tile.full)):
            found = self._get(one.path, LARGEST_TILE)
            if found is not None:
                return found
        raise StoreRefused(f"{self.url}/{tile.path} is missing.")

    def checkpoint(self) -> bytes | None:
        """See :class:`Reader`."""
        return self._get(tiles.CHECKPOINT, note.LARGEST_NOTE)

    def _get(self, path: str, largest: int) -> bytes | None:
        try:
            with self._http.stream("GET", f"{self.url}/{path}") as answer:
                if answer.status_code in (404, 410):
                    return None
                if answer.status_code != 200:
                    raise StoreRefused(f"{self.url}/{path} answers {answer.status_code}.")
                found, until = b"", time.monotonic() + self._longest
                for part in answer.iter_bytes():
                    found += part
                    if time.monotonic() > until:
                        raise StoreRefused(f"{self.url}/{path} takes too long.")
                    if len(found) > largest:
                        raise StoreRefused(f"{self.url}/{path} is too large.")
                return found
        except httpx.HTTPError as error:
            raise StoreRefused(f"{self.url}/{path} cannot be read ({type(error).__name__}).") from None


def is_address(named: str) -> bool:
    """Whether a place is an http(s) address; it is a folder otherwise."""
    return named.startswith(("http://", "https://"))


def place(named: str) -> Reader:
    """The log at a folder or at an http(s) address. Raises StoreRefused for a folder that is not there."""
    if is_address(named):
        return Web(named)
    path = Path(named)
    if not path.is_dir():
        raise StoreRefused(f"{named} is neither a folder nor an http(s) address.")
    return Folder(path)
