"""The guard's keys: one file outside the database, read by the guard's user alone.

Each key has one use: ``master`` (by epoch) wraps the random key of each person and agent; ``blind`` makes blind
indexes; ``mac`` authenticates rows; ``session`` makes access tokens and seals what a sign-in remembers. The key
meant to sign the journal lives in a file of its own; nothing signs with it yet.

A KMS can stand behind :class:`KeyService` for the master key; the others are used thousands of times a second and
stay in the guard's memory.
"""

import base64
import binascii
import json
import os
import secrets
import stat
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from struct import unpack
from types import MappingProxyType
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beffroi.guard.authentic import Authenticator

KEY_BYTES: Final = 32
FILE_FORMAT: Final = "beffroi-guard-keys/1"
JOURNAL_FILE_FORMAT: Final = "beffroi-journal-key/1"
LARGEST_KEY_FILE: Final = 65_536
WRAPPED_BYTES: Final = 1 + 12 + KEY_BYTES + 16
_LOOK_SECONDS: Final = 1.0
_VERSION: Final = b"\x01"
_WRAP: Final = b"beffroi/v1/wrap"


class KeysRefused(RuntimeError):
    """The keys cannot be used; the message tells the operator which file and what to do, never a value."""


class WrappedKeyRefused(RuntimeError):
    """A wrapped key does not open under the keys held: altered row, row of another database, epoch unknown."""


class KeyService(Protocol):
    """What wraps the keys of people and agents; a key file here, a KMS elsewhere."""

    @property
    def epoch(self) -> int:
        """Epoch of the master key that :meth:`wrap` uses."""
        ...

    def wrap(self, key: bytes, owner: bytes) -> bytes:
        """Wrap a 32-byte key for its owner (16 bytes: the UUID of a person or an account)."""
        ...

    def wrap_all(self, keys: Sequence[bytes], owners: Sequence[bytes]) -> list[bytes]:
        """:meth:`wrap` for many at once, in order."""
        ...

    def unwrap(self, wrapped: bytes, epoch: int, owner: bytes) -> bytes:
        """Undo :meth:`wrap`. Raises WrappedKeyRefused."""
        ...


class Keys:
    """All keys of the guard; nothing of them shows in ``repr`` or in a pickle.

    Wrapping is AES-256-GCM under a random 12-byte nonce (NIST SP 800-38D, 8.2.2: at most 2**32 wraps an epoch),
    bound to owner and epoch. An epoch that is not held is looked for once more in the key file, because another
    process may have rotated the master key while this one serves.
    """

    __slots__ = ("_epoch", "_look_at", "_masters", "_newest", "_path", "_stamp", "authenticator", "blind", "session")

    def __init__(
        self,
        masters: Mapping[int, bytes],
        epoch: int,
        *,
        blind: bytes,
        mac: bytes,
        session: bytes,
        path: Path | None = None,
    ) -> None:
        if epoch not in masters:
            raise KeysRefused(f"The key file names epoch {epoch} as current but holds no such master key.")
        values = [*masters.values(), blind, mac, session]
        if any(len(value) != KEY_BYTES for value in values) or len(set(values)) != len(values):
            raise KeysRefused("The key file needs distinct keys of 32 bytes.")
        self._masters = MappingProxyType({number: AESGCM(value) for number, value in masters.items()})
        self._epoch = self._newest = epoch
        self._path = path
        self._stamp = _change_stamp(path)
        self._look_at = time.monotonic() + _LOOK_SECONDS
        self.authenticator = Authenticator(mac)
        self.blind = blind
        self.session = session

    def __repr__(self) -> str:
        return "Keys(«redacted»)"

    def __reduce_ex__(self, _protocol: object) -> str:
        raise TypeError("keys cannot be serialised")

    @property
    def epoch(self) -> int:
        """Epoch under which new keys are wrapped."""
        return self._epoch

    @property
    def epochs(self) -> frozenset[int]:
        """Every epoch whose master key is held."""
        return frozenset(self._masters)

    def wrap(self, key: bytes, owner: bytes) -> bytes:
        """Wrap under the current epoch; see :class:`KeyService`. 61 bytes."""
        return self.wrap_all((key,), (owner,))[0]

    def wrap_all(self, keys: Sequence[bytes], owners: Sequence[bytes]) -> list[bytes]:
        """Wrap each for its owner; all nonces come from one read of the system's generator."""
        if not ({KEY_BYTES}.issuperset(map(len, keys)) and {16}.issuperset(map(len, owners))):
            raise ValueError("32 bytes of key and 16 bytes of owner expected")
        encrypt, epoch = self._masters[self._epoch].encrypt, b"%d" % self._epoch
        return [
            _VERSION + nonce + encrypt(nonce, key, _WRAP + owner + epoch)
            for key, owner, nonce in zip(keys, owners, _nonces(len(keys)), strict=True)
        ]

    def unwrap(self, wrapped: bytes, epoch: int, owner: bytes) -> bytes:
        """Unwrap; see :class:`KeyService`."""
        master = self._masters.get(epoch) or self._reread(epoch)
        if len(wrapped) != WRAPPED_BYTES or wrapped[:1] != _VERSION:
            raise WrappedKeyRefused("a wrapped key is malformed")
        try:
            return master.decrypt(wrapped[1:13], wrapped[13:], b"%b%b%d" % (_WRAP, owner, epoch))
        except InvalidTag:
            raise WrappedKeyRefused("a wrapped key does not open under this key file") from None

    @property
    def path(self) -> Path | None:
        """The file these keys were read from; other processes of the guard read it again by themselves."""
        return self._path

    def refresh(self) -> None:
        """Wrap under the newest master key from now on; looks at the key file once a second at most.

        Called where no epoch read before is still to be written beside a key wrapped after.
        """
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            self._epoch = self._take_over()

    def _take_over(self) -> int:
        """Hold the master keys that were added to the file since it was read; the file's current epoch."""
        try:
            stamp = _change_stamp(self._path)
        except OSError:  # the file went away: what is held still serves, and the next start refuses
            return self._newest
        if self._path is not None and stamp != self._stamp:
            fresh = load(self._path)
            self._masters, self._newest, self._stamp = fresh._masters, fresh._epoch, stamp
        return self._newest

    def _reread(self, epoch: int) -> AESGCM:
        self._take_over()
        try:
            return self._masters[epoch]
        except KeyError:
            raise WrappedKeyRefused(f"the key file holds no master key of epoch {epoch}") from None


def _nonces(count: int) -> tuple[bytes, ...]:
    return unpack("12s" * count, os.urandom(12 * count))


def _change_stamp(path: Path | None) -> tuple[int, int]:
    if path is None:
        return (0, 0)
    found = path.stat()
    return (found.st_ino, found.st_mtime_ns)


def generate(path: Path) -> Keys:
    """Make a new key file. Raises KeysRefused when one is already there: it is never overwritten."""
    if path.exists():
        raise KeysRefused(f"{path} exists: a key file is never overwritten. Move it away only if you know why.")
    new = {name: secrets.token_bytes(KEY_BYTES) for name in ("blind", "mac", "session")}
    _write(path, {1: secrets.token_bytes(KEY_BYTES)}, 1, new)
    return load(path)


def add_epoch(path: Path) -> Keys:
    """Add a master key to the file and make it the current one. Old epochs stay until nothing needs them."""
    masters, epoch, others = _read(path)
    epoch = max(masters) + 1
    _write(path, {**masters, epoch: secrets.token_bytes(KEY_BYTES)}, epoch, others)
    return load(path)


def drop_epochs(path: Path, unused: frozenset[int]) -> Keys:
    """Remove master keys that wrap nothing any more. Raises KeysRefused for the current epoch."""
    masters, epoch, others = _read(path)
    if epoch in unused:
        raise KeysRefused("The current master key cannot be removed: rotate first.")
    _write(path, {number: key for number, key in masters.items() if number not in unused}, epoch, others)
    return load(path)


def load(path: Path) -> Keys:
    """Read the key file.

    Raises KeysRefused when it is missing, not a plain file, readable by anybody but its owner, owned by another
    user, or malformed.
    """
    masters, epoch, others = _read(path)
    return Keys(masters, epoch, blind=others["blind"], mac=others["mac"], session=others["session"], path=path)


def generate_journal_key(path: Path) -> bytes:
    """Make the file of the key that signs the journal; the 32-byte Ed25519 seed (RFC 8032, 5.1.5)."""
    if path.exists():
        raise KeysRefused(f"{path} exists: a key file is never overwritten.")
    seed = secrets.token_bytes(KEY_BYTES)
    write_secret(path, json.dumps({"format": JOURNAL_FILE_FORMAT, "ed25519": _text(seed)}, indent=1))
    return seed


def load_journal_key(path: Path) -> bytes:
    """Read the seed of the journal's signing key. Raises KeysRefused as :func:`load` does."""
    document = _document(path, JOURNAL_FILE_FORMAT)
    return _key(path, document, "ed25519")


def _read(path: Path) -> tuple[dict[int, bytes], int, dict[str, bytes]]:
    document = _document(path, FILE_FORMAT)
    masters, epoch = document.get("master"), document.get("epoch")
    if not isinstance(masters, dict) or not isinstance(epoch, int) or isinstance(epoch, bool):
        raise KeysRefused(f"{path} is malformed: restore it from the escrow or from its own backup.")
    held = {}
    for number in masters:
        if not (isinstance(number, str) and number.isascii() and number.isdigit() and 0 < int(number) < 1 << 31):
            raise KeysRefused(f"{path} is malformed: an epoch is a positive whole number.")
        held[int(number)] = _key(path, masters, number)
    return held, epoch, {name: _key(path, document, name) for name in ("blind", "mac", "session")}


def _document(path: Path, expected: str) -> dict[str, object]:
    try:
        document = json.loads(read_secret(path))
    except (ValueError, UnicodeDecodeError):
        raise KeysRefused(f"{path} is malformed: restore it from the escrow or from its own backup.") from None
    if not isinstance(document, dict) or document.get("format") != expected:
        raise KeysRefused(f"{path} is not a key file of format {expected}.")
    return document


def _key(path: Path, document: Mapping[str, object], name: str) -> bytes:
    value = document.get(name)
    try:
        key = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES or key == bytes(KEY_BYTES):
        raise KeysRefused(f"{path} is malformed: key {name} must be 32 random bytes in base64.")
    return key


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _write(path: Path, masters: Mapping[int, bytes], epoch: int, others: Mapping[str, bytes]) -> None:
    document = {
        "format": FILE_FORMAT,
        "epoch": epoch,
        "master": {str(number): _text(key) for number, key in sorted(masters.items())},
        **{name: _text(key) for name, key in others.items()},
    }
    write_secret(path, json.dumps(document, indent=1))


def read_secret(path: Path) -> bytes:
    """Read a small file that must be its owner's alone. Raises KeysRefused otherwise."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeysRefused(f"{path} is missing: run `beffroi key init`, or restore it from the escrow.") from None
    except OSError as error:
        raise KeysRefused(f"{path} cannot be read: {error.strerror}.") from None
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise KeysRefused(f"{path} is not a plain file.")
        if found.st_uid != os.geteuid():
            raise KeysRefused(f"{path} belongs to another user: it must belong to the user who runs the guard.")
        if stat.S_IMODE(found.st_mode) & 0o177:
            raise KeysRefused(f"{path} can be read by others: run `chmod 600 {path}`, then change the keys.")
        if found.st_size > LARGEST_KEY_FILE:
            raise KeysRefused(f"{path} is too large to be a key file.")
        return file.read()


def write_secret(path: Path, content: str) -> None:
    """Write a file of mode 0600 in a folder of mode 0700, durably, all of it or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
