"""Ciphertexts of the vault: one a field group, each under a key of its own.

Format: version byte 0x01, random nonce of 12 bytes, AES-256-GCM ciphertext and tag (NIST SP 800-38D). The key is
HKDF-Expand (RFC 5869, 2.3; SHA-256, a single block) of the owner's random 32-byte key with info
``beffroi/v1/<label>``; that key needs no Extract step because it is uniform already. Associated data binds the
owner, the label and the format, so a ciphertext moved to another person or another group does not open (I-10).

The label of a person's group is its column's name. The same functions seal what belongs to an agent, under the
account's own key: ``agent``, ``factor/<id>``, ``free-text/<id>``.
"""

import os
from collections.abc import Iterable, Sequence
from hashlib import sha256
from struct import unpack
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beffroi.guard.keys import KEY_BYTES, KeyService

FORMAT: Final = b"\x01"
OVERHEAD: Final = 1 + 12 + 16
"""Bytes that sealing adds."""


class SealRefused(RuntimeError):
    """A ciphertext does not open: altered, moved from another row, or made with other keys. Integrity alert."""


_IPAD: Final = bytes(byte ^ 0x36 for byte in range(256))
_OPAD: Final = bytes(byte ^ 0x5C for byte in range(256))


def owner_bytes(identifier: str) -> bytes:
    """The 16 bytes of a canonical UUID text. Raises ValueError for anything else."""
    raw = bytes.fromhex(identifier.replace("-", ""))
    if len(raw) != 16:
        raise ValueError("a UUID has 16 bytes")
    return raw


def new_key() -> bytes:
    """A random key for a person or an agent."""
    return os.urandom(KEY_BYTES)


def _derived(key: bytes, info: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104), written out: half the time of the library's one call, and this is the hot path."""
    block = key + bytes(32)
    return sha256(block.translate(_OPAD) + sha256(block.translate(_IPAD) + info).digest()).digest()


class _Label:
    """Constant parts of one label, prepared once."""

    __slots__ = ("context", "info")

    def __init__(self, label: str) -> None:
        name = label.encode()
        self.info = b"beffroi/v1/" + name + b"\x01"  # HKDF-Expand: T(1) = HMAC(PRK, info | 0x01)
        self.context = name + FORMAT


_GROUP_LABELS: Final = {
    name: _Label(name)
    for name in (
        "identity", "contact", "nir", "agency_id", "situation", "followup", "training", "legal_representative",
        "sensitive_followup", "agent",
    )
}  # fmt: skip


def seal(key: bytes, owner: bytes, label: str, clear: bytes) -> bytes:
    """Encrypt under the owner's unwrapped key."""
    known = _GROUP_LABELS.get(label) or _Label(label)
    cipher = AESGCM(_derived(key, known.info))
    nonce = os.urandom(12)
    return FORMAT + nonce + cipher.encrypt(nonce, clear, b"beffroi/v1" + owner + known.context)


def unseal(key: bytes, owner: bytes, label: str, sealed: bytes) -> bytes:
    """Undo :func:`seal`. Raises SealRefused."""
    known = _GROUP_LABELS.get(label) or _Label(label)
    if sealed[:1] != FORMAT or len(sealed) < OVERHEAD:
        raise SealRefused("a ciphertext is malformed")
    cipher = AESGCM(_derived(key, known.info))
    try:
        return cipher.decrypt(sealed[1:13], sealed[13:], b"beffroi/v1" + owner + known.context)
    except InvalidTag:
        raise SealRefused("a ciphertext does not open") from None


def seal_people(
    keys: KeyService, owners: Sequence[bytes], groups: Iterable[tuple[str, Sequence[bytes]]]
) -> tuple[list[bytes], list[list[bytes]]]:
    """A new random key for each person, wrapped, and their groups sealed under it, column by column; for imports.

    ``groups`` gives the clear texts of one group after the other, in the order of ``owners``; an empty one stands for
    none, and is sealed to none. All randomness of one
    column comes from one read of the system's generator.
    """
    own_keys = _random(KEY_BYTES, len(owners))
    blocks = [key + bytes(32) for key in own_keys]
    # HMAC-SHA256 as in _derived, with the two blocks of each person's key absorbed once for all groups.
    inners = [sha256(block.translate(_IPAD)).copy for block in blocks]
    outers = [sha256(block.translate(_OPAD)).copy for block in blocks]
    prefixes = [b"beffroi/v1" + owner for owner in owners]
    sealed: list[list[bytes]] = []
    for name, column in groups:
        label = _GROUP_LABELS[name]
        info, context = label.info, label.context
        blobs: list[bytes] = []
        for clear, inner, outer, prefix, nonce in zip(
            column, inners, outers, prefixes, _random(12, len(owners)), strict=True
        ):
            if not clear:
                blobs.append(b"")
                continue
            first, second = inner(), outer()
            first.update(info)
            second.update(first.digest())
            blobs.append(FORMAT + nonce + AESGCM(second.digest()).encrypt(nonce, clear, prefix + context))
        sealed.append(blobs)
    return keys.wrap_all(own_keys, owners), sealed


def _random(size: int, count: int) -> tuple[bytes, ...]:
    """``count`` random values of ``size`` bytes."""
    return unpack(f"{size}s" * count, os.urandom(size * count))


def open_groups(
    keys: KeyService, owner: bytes, wrapped_key: bytes, epoch: int, sealed: Iterable[tuple[str, bytes | None]]
) -> dict[str, msgspec.Raw]:
    """Decrypt these groups of one person, and no other: JSON ready to be sent as it is, by group name.

    Groups without ciphertext are left out. Raises WrappedKeyRefused, SealRefused: the caller answers with an
    integrity refusal and an alert.
    """
    block = keys.unwrap(wrapped_key, epoch, owner) + bytes(32)
    # HMAC-SHA256 as in _derived, its two blocks made once for all groups.
    inner, outer, prefix = block.translate(_IPAD), block.translate(_OPAD), b"beffroi/v1" + owner
    clear: dict[str, msgspec.Raw] = {}
    for name, blob in sealed:
        if blob is None:
            continue
        if blob[:1] != FORMAT or len(blob) < OVERHEAD:
            raise SealRefused("a ciphertext is malformed")
        label = _GROUP_LABELS[name]
        cipher = AESGCM(sha256(outer + sha256(inner + label.info).digest()).digest())
        try:
            clear[name] = msgspec.Raw(cipher.decrypt(blob[1:13], blob[13:], prefix + label.context))
        except InvalidTag:
            raise SealRefused("a ciphertext does not open") from None
    return clear


def seal_for(keys: KeyService, owner: bytes, wrapped_key: bytes, epoch: int, label: str, clear: bytes) -> bytes:
    """Seal under the key of a row: unwrap, then :func:`seal`. Raises WrappedKeyRefused."""
    return seal(keys.unwrap(wrapped_key, epoch, owner), owner, label, clear)


def unseal_for(keys: KeyService, owner: bytes, wrapped_key: bytes, epoch: int, label: str, sealed: bytes) -> bytes:
    """Undo :func:`seal_for`. Raises WrappedKeyRefused, SealRefused."""
    return unseal(keys.unwrap(wrapped_key, epoch, owner), owner, label, sealed)


class Sealer:
    """Seals what no person owns (a sign-in under way…) under a key of the guard, one purpose each."""

    __slots__ = ("_key", "_purpose")

    def __init__(self, key: bytes, purpose: str) -> None:
        self._key, self._purpose = key, f"sealer/{purpose}"

    def __repr__(self) -> str:
        return f"Sealer({self._purpose})"

    def seal(self, clear: bytes, owner: bytes = bytes(16)) -> bytes:
        """Encrypt, bound to the purpose and to ``owner`` (16 bytes)."""
        return seal(self._key, owner, self._purpose, clear)

    def unseal(self, sealed: bytes, owner: bytes = bytes(16)) -> bytes:
        """Undo :meth:`seal`. Raises SealRefused."""
        return unseal(self._key, owner, self._purpose, sealed)
