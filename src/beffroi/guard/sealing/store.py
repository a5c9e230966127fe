"""Where tiles and checkpoints are kept: a folder, which any web server can give to the public as it is.

A file appears whole or not at all, and :meth:`Folder.write` returns once everything is durable. To keep a copy
elsewhere (another host, object storage), copy tiles first and ``checkpoint`` last: docs/guides/check-the-log.md.
"""

import fcntl
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from beffroi.standards.tlog import tiles
from beffroi.standards.tlog.tiles import Tile

_SYNCING: Final = 32
"""Files synced at once: the file system then writes its own journal once for many (measured: 20 times faster)."""
_LOCK: Final = ".lock"
_PARTIAL: Final = ".new"


class StoreRefused(RuntimeError):
    """The store cannot serve; the message names the file and what to do."""


class Store(Protocol):
    """What the sealer needs of a place."""

    def read(self, tile: Tile) -> bytes:
        """A tile, or the full one in place of a partial one that is gone. Raises StoreRefused."""

    def write(self, files: Sequence[tuple[Tile, bytes]]) -> None:
        """Make tiles durable. Writing one again with the same content changes nothing. Raises StoreRefused."""

    def checkpoint(self) -> bytes | None:
        """The checkpoint that is published, if one is. Raises StoreRefused."""

    def publish(self, signed: bytes) -> None:
        """Replace the checkpoint, durably. Raises StoreRefused."""

    def prune(self, full: Sequence[Tile]) -> None:
        """Drop partial tiles where the full one is there."""


class Folder:
    """A folder of this host. One sealer at a time holds it, until :meth:`close` or its process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None
        self._syncing: ThreadPoolExecutor | None = None

    def open(self) -> None:
        """Make the folder where it is missing, and hold it. Raises StoreRefused when another process does."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreRefused(f"{self.path} cannot be written: {error.strerror}.") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise StoreRefused(f"{self.path} is held by another sealer: one worker seals a journal.") from None
        self._lock = descriptor

    def close(self) -> None:
        """Let another process hold the folder."""
        if self._syncing is not None:
            self._syncing.shutdown()
            self._syncing = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read(self, tile: Tile) -> bytes:
        """See :class:`Store`."""
        for one in (tile, tile.full):
            with suppress(FileNotFoundError):
                try:
                    return (self.path / one.path).read_bytes()
                except FileNotFoundError:
                    raise
                except OSError as error:
                    raise StoreRefused(f"{self.path / one.path} cannot be read: {error.strerror}.") from None
        raise StoreRefused(f"{self.path / tile.path} is missing.")

    def write(self, files: Sequence[tuple[Tile, bytes]]) -> None:
        """See :class:`Store`. All are written, then all are synced, so that the disk works on them together."""
        folders: set[Path] = set()
        waiting: list[tuple[Path, Path, int]] = []
        try:
            try:
                for tile, content in files:
                    path = self.path / tile.path
                    if path.parent not in folders:
                        self._make(path.parent, folders)
                    partial = path.with_name(path.name + _PARTIAL)
                    waiting.append((path, partial, _written(partial, content)))
                self._sync([descriptor for _, _, descriptor in waiting])
            finally:
                for _, _, descriptor in waiting:
                    os.close(descriptor)
            for path, partial, _ in waiting:
                partial.replace(path)
            for folder in folders:
                _sync(folder)
        except OSError as error:
            raise StoreRefused(f"{self.path} cannot be written: {error.strerror}.") from None

    def checkpoint(self) -> bytes | None:
        """See :class:`Store`."""
        try:
            return (self.path / tiles.CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreRefused(f"{self.path / tiles.CHECKPOINT} cannot be read: {error.strerror}.") from None

    def publish(self, signed: bytes) -> None:
        """See :class:`Store`."""
        path = self.path / tiles.CHECKPOINT
        partial = path.with_name(path.name + _PARTIAL)
        try:
            descriptor = _written(partial, signed)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            partial.replace(path)
            _sync(self.path)
        except OSError as error:
            raise StoreRefused(f"{self.path} cannot be written: {error.strerror}.") from None

    def prune(self, full: Sequence[Tile]) -> None:
        """See :class:`Store`. What a crash leaves of it is a few small files that nobody needs."""
        for tile in full:
            shutil.rmtree(self.path / f"{tile.full.path}.p", ignore_errors=True)

    def _sync(self, descriptors: Sequence[int]) -> None:
        """Make files durable, all at once. Raises OSError."""
        if self._syncing is None:
            self._syncing = ThreadPoolExecutor(_SYNCING, thread_name_prefix="store")
        for done in [self._syncing.submit(os.fsync, descriptor) for descriptor in descriptors]:
            done.result()

    def _make(self, folder: Path, made: set[Path]) -> None:
        """Make a folder, and note every one up to the store whose list of names changes."""
        missing = folder
        while not missing.exists():
            made.add(missing.parent)
            missing = missing.parent
        folder.mkdir(parents=True, exist_ok=True)
        made.add(folder)


def _written(path: Path, content: bytes) -> int:
    """An open file with this content, readable by all and not yet synced."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    left = memoryview(content)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
