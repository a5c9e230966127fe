"""Signed notes (C2SP signed-note): a text and the signatures below it; keys of verifiers in one line.

A note is ``text``, an empty line, then a line a signature: an em dash, the key's name, base64 of four bytes of key id
and the signature.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from beffroi.standards.tlog import Malformed

ED25519: Final = 0x01
LARGEST_NOTE: Final = 65_536
MOST_SIGNATURES: Final = 64
_DASH: Final = "— "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME: Final = re.compile(r"[^\s+]+")


class Signature(NamedTuple):
    """One signature line: the key's name, its id (4 bytes), and what the key's algorithm makes."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """As it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


class Note(NamedTuple):
    """A text, which ends with a newline, and its signatures. Nothing of it is verified."""

    text: str
    signatures: tuple[Signature, ...]

    def render(self) -> bytes:
        """The note as bytes."""
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}".encode()


class Verifier(Protocol):
    """A key that signatures of a note may be verified with."""

    @property
    def name(self) -> str:
        """The key's name."""

    @property
    def key_id(self) -> bytes:
        """Its four bytes."""

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether the signature is of this text by this key."""


class VerifierKey(NamedTuple):
    """A public key with its name and algorithm, as one line (``name+id+base64``) carries it."""

    name: str
    algorithm: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of the hash of name, algorithm and key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:4]

    def encode(self) -> str:
        """The one-line form."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.algorithm]) + self.public).decode()}"


class Ed25519Verifier:
    """Plain Ed25519 (RFC 8032) over the text."""

    def __init__(self, key: VerifierKey) -> None:
        self.key = key
        self.name, self.key_id = key.name, key.key_id
        self._public = Ed25519PublicKey.from_public_bytes(key.public)

    def verify(self, text: bytes, signature: bytes) -> bool:
        """See :class:`Verifier`."""
        return ed25519_verify(self._public, signature, text)


class Signer:
    """Signs notes with an Ed25519 seed (32 bytes) under a name."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError("the name of a key is not empty and has neither spaces nor +")
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, ED25519, self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"Signer({self.key.name!r})"

    def sign(self, text: str) -> Signature:
        """The signature of a text, always the same for the same text."""
        return Signature(self.key.name, self.key.key_id, self._private.sign(text.encode()))


def ed25519_verify(public: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is genuine."""
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def decode_key(line: str) -> VerifierKey:
    """A key from its one-line form. Raises Malformed, also when its id is not that of the key."""
    name, _, rest = line.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    material = from_base64(encoded)
    if not _NAME.fullmatch(name) or len(material) != 33:
        raise Malformed("a verifier key is name+id+key, the key being one byte of algorithm and 32 of Ed25519")
    key = VerifierKey(name, material[0], material[1:])
    if key_id.lower() != key.key_id.hex():
        raise Malformed("the id of a verifier key is not that of its key")
    return key


def parse(raw: bytes) -> Note:
    """A note from its bytes; nothing is verified. Raises Malformed."""
    if len(raw) > LARGEST_NOTE:
        raise Malformed("the note is too large")
    try:
        whole = raw.decode()
    except UnicodeDecodeError:
        raise Malformed("a note is UTF-8") from None
    if _CONTROL.search(whole):
        raise Malformed("a note has no control character but newlines")
    text, separator, signed = whole.rpartition("\n\n")
    if not separator or not text or not signed.endswith("\n"):
        raise Malformed("a note is a text, an empty line, and signatures")
    return Note(text + "\n", signature_lines(signed))


def signature_lines(signed: str) -> tuple[Signature, ...]:
    """Signature lines, at least one. Raises Malformed."""
    lines = signed.split("\n")
    if lines.pop() or not lines or len(lines) > MOST_SIGNATURES:
        raise Malformed(f"a note has from 1 to {MOST_SIGNATURES} lines of signatures, each ended by a newline")
    found = []
    for line in lines:
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        both = from_base64(encoded)
        if not line.startswith(_DASH) or not space or not _NAME.fullmatch(name) or len(both) < 5:
            raise Malformed("a signature line is an em dash, a key's name and base64 of its id and signature")
        found.append(Signature(name, both[:4], both[4:]))
    return tuple(found)


def verified(note: Note, keys: Iterable[Verifier]) -> list[Verifier] | None:
    """The known keys that signed, in the order of the lines, each once; signatures of others are ignored.

    ``None`` when a signature of a known key is not genuine (the whole note is then worth nothing) or none is known.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found: dict[tuple[str, bytes], Verifier] = {}
    text = note.text.encode()
    for signature in note.signatures:
        place = signature.name, signature.key_id
        key = known.get(place)
        if key is None or place in found:
            continue
        if not key.verify(text, signature.signature):
            return None
        found[place] = key
    return list(found.values()) or None


def signed(text: str, signatures: Sequence[Signature]) -> bytes:
    """A note of this text, which ends with a newline, and these signatures."""
    return Note(text, tuple(signatures)).render()


def from_base64(encoded: str) -> bytes:
    """Standard base64 (RFC 4648, section 4), strictly. Raises Malformed."""
    try:
        found = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("base64 is not well formed") from None
    if base64.b64encode(found).decode() != encoded:
        raise Malformed("base64 is not canonical")
    return found
