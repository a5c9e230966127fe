"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519): a checkpoint was seen to be consistent, and when.

The signature is eight bytes of POSIX seconds, then Ed25519 over a header, that time, and the checkpoint's text.
"""

from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from beffroi.standards.tlog.note import Signature, VerifierKey, ed25519_verify

COSIGNATURE: Final = 0x04
_BYTES: Final = 8 + 64


def message(text: bytes, seconds: int) -> bytes:
    """What is signed."""
    return b"cosignature/v1\ntime %d\n%b" % (seconds, text)


class Cosigner:
    """Cosigns with an Ed25519 seed (32 bytes) under a witness's name."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, COSIGNATURE, self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"Cosigner({self.key.name!r})"

    def sign(self, text: str, seconds: int) -> Signature:
        """Cosign a checkpoint's text at an instant in POSIX seconds."""
        signature = self._private.sign(message(text.encode(), seconds))
        return Signature(self.key.name, self.key.key_id, seconds.to_bytes(8, "big") + signature)


class Cosigned(NamedTuple):
    """The two parts of a cosignature."""

    seconds: int
    signature: bytes


def parts(signature: bytes) -> Cosigned | None:
    """Time and signature; ``None`` when it is no cosignature."""
    if len(signature) != _BYTES or signature[0] & 0x80:
        return None
    return Cosigned(int.from_bytes(signature[:8], "big"), signature[8:])


class CosignatureVerifier:
    """Verifies a witness's cosignatures, whatever their time."""

    def __init__(self, key: VerifierKey) -> None:
        self.key = key
        self.name, self.key_id = key.name, key.key_id
        self._public = Ed25519PublicKey.from_public_bytes(key.public)

    def verify(self, text: bytes, signature: bytes) -> bool:
        """See :class:`beffroi.standards.tlog.note.Verifier`."""
        both = parts(signature)
        return both is not None and ed25519_verify(self._public, both.signature, message(text, both.seconds))
