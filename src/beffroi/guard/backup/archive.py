"""The folder of a backup: the dumps, a manifest that authenticates them, and the increments that came after.

``manifest.json`` is written last: a folder without it is no backup. ``after.jsonl`` grows: each of its lines is a MAC
and a JSON value, the MAC being over the line before as well, so that a line can be neither changed, moved nor taken
out; lines missing at the end look like a backup taken earlier, which a restore treats as unknown. Files are 0600 in a
folder 0700. No key is ever in it.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from beffroi.guard.keys import Keys

FORMAT: Final = "beffroi-backup/1"
MANIFEST: Final = "manifest.json"
AFTER: Final = "after.jsonl"
LARGEST_MANIFEST: Final = 1 << 20
LONGEST_LINE: Final = 1 << 24
_MAC_HEX: Final = 32
_MANIFEST_PURPOSE: Final = "beffroi/backup"
_LINE_PURPOSE: Final = "beffroi/after"


class BackupRefused(RuntimeError):
    """The backup cannot be made, read or applied; the message says why and what to do, never a value."""


def begin(folder: Path) -> None:
    """Make the folder of a new backup. Raises BackupRefused when something is in it."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefused(f"{folder} is not empty: a backup has a folder of its own.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, keys: Keys, members: Mapping[str, Any], dumps: Iterable[str]) -> None:
    """Authenticate the dumps of a folder; the backup exists from then on."""
    files = {name: {"sha256": file_sha256(folder / name), "bytes": (folder / name).stat().st_size} for name in dumps}
    document = {"format": FORMAT, **members, "files": files}
    document["mac"] = keys.authenticator.stamp_text(_MANIFEST_PURPOSE, _canonical(document)).hex()
    partial = folder / f".{MANIFEST}"
    with _private(partial, "xb") as file:
        file.write(json.dumps(document, indent=1, sort_keys=True).encode())
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / MANIFEST)
    _sync(folder)


def read_manifest(folder: Path, keys: Keys) -> dict[str, Any]:
    """The manifest, when it is genuine. Raises BackupRefused."""
    try:
        with open(folder / MANIFEST, "rb") as file:
            document = json.loads(file.read(LARGEST_MANIFEST))
    except FileNotFoundError:
        raise BackupRefused(f"{folder} holds no {MANIFEST}: it is no backup, or an interrupted one.") from None
    except ValueError:
        raise BackupRefused(f"{folder / MANIFEST} is damaged: use another backup.") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BackupRefused(f"{folder / MANIFEST} is not of format {FORMAT}.")
    mac = document.pop("mac", "")
    genuine = keys.authenticator.stamp_text(_MANIFEST_PURPOSE, _canonical(document)).hex()
    if not isinstance(mac, str) or not hmac.compare_digest(mac.encode(), genuine.encode()):
        raise BackupRefused(f"{folder / MANIFEST} was not made with these keys, or was changed.")
    return {**document, "mac": genuine}


def check_dumps(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse dumps that are not those of the manifest. Raises BackupRefused."""
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file() or file_sha256(path) != expected["sha256"]:
            raise BackupRefused(f"{path} is missing or damaged: use another backup.")


class Chain:
    """The increments of a backup, checked from the first line; appending continues where the last whole one ended."""

    def __init__(self, folder: Path, keys: Keys, manifest: Mapping[str, Any]) -> None:
        self._path = folder / AFTER
        self._stamp = keys.authenticator.stamp_text
        self._start = bytes.fromhex(manifest["mac"])

    def read(self) -> Iterator[dict[str, Any]]:
        """Every value of the whole increments, in order. Raises BackupRefused for a line changed or moved.

        What follows the last ``end`` is an increment cut short: it is left out.
        """
        whole, _ = self._whole()
        for _, value in self._lines(whole):
            yield value

    def ends(self) -> list[dict[str, Any]]:
        """The closing value of each whole increment."""
        return [value for value in self.read() if "end" in value]

    @contextmanager
    def appending(self) -> Iterator[Callable[[dict[str, Any]], None]]:
        """Add one increment value by value, the last of which holds ``end``; durable when the block ends.

        What a block that fails has written is cut off by the next one.
        """
        size, last = self._whole()
        with _private(self._path, "r+b" if self._path.exists() else "xb") as file:
            file.truncate(size)
            file.seek(size)

            def add(value: dict[str, Any]) -> None:
                nonlocal last
                text = _canonical(value)
                last = self._stamp(_LINE_PURPOSE, last + text)
                file.write(last.hex().encode() + b" " + text + b"\n")

            yield add
            file.flush()
            os.fsync(file.fileno())
        _sync(self._path.parent)

    def _whole(self) -> tuple[int, bytes]:
        """Bytes and last MAC of the whole increments."""
        size, mac = 0, self._start
        position = 0
        for line, value in self._lines(None):
            position += len(line)
            if "end" in value:
                size, mac = position, bytes.fromhex(line[:_MAC_HEX].decode())
        return size, mac

    def _lines(self, limit: int | None) -> Iterator[tuple[bytes, dict[str, Any]]]:
        if not self._path.exists():
            return
        previous, position = self._start, 0
        with open(self._path, "rb") as file:
            while limit is None or position < limit:
                line = file.readline(LONGEST_LINE)
                if not line.endswith(b"\n"):  # the end, or a line that was being written
                    return
                text = line[_MAC_HEX + 1 : -1]
                previous = self._stamp(_LINE_PURPOSE, previous + text)
                if not hmac.compare_digest(line[:_MAC_HEX], previous.hex().encode()):
                    raise BackupRefused(f"{self._path} was changed after byte {position}: use another copy of it.")
                position += len(line)
                yield line, json.loads(text)


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _private(path: Path, mode: str) -> IO[bytes]:
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
