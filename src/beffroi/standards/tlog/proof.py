"""Proof files (C2SP tlog-proof): that an entry stands in a log, to be verified without asking anybody."""

import base64
from collections.abc import Sequence
from typing import Final, NamedTuple

from beffroi.standards.tlog import Malformed, checkpoint, merkle, note
from beffroi.standards.tlog.checkpoint import Checkpoint

SUFFIX: Final = ".tlog-proof"
_FIRST: Final = "c2sp.org/tlog-proof@v1"
LARGEST: Final = 1 << 20


class Proof(NamedTuple):
    """Where the entry stands, its inclusion proof, the signed checkpoint verbatim; ``extra`` is not authenticated."""

    position: int
    hashes: tuple[bytes, ...]
    signed: bytes
    extra: bytes | None = None

    def render(self) -> bytes:
        """The file."""
        lines = [_FIRST]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines += [f"index {self.position}", *(base64.b64encode(part).decode() for part in self.hashes), "", ""]
        return "\n".join(lines).encode() + self.signed


def parse(raw: bytes) -> Proof:
    """A proof from its file; nothing is verified. Raises Malformed."""
    if len(raw) > LARGEST:
        raise Malformed("the proof is too large")
    head, separator, signed = raw.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("a proof's lines before its checkpoint are ASCII") from None
    if not separator or lines.pop(0) != _FIRST or not lines:
        raise Malformed(f"a proof begins with {_FIRST}")
    extra = None
    if lines[0].startswith("extra "):
        extra = note.from_base64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise Malformed("a proof names the index of its entry")
    index = checkpoint.decimal(lines.pop(0).removeprefix("index "))
    return Proof(index, tuple(checkpoint.one_hash(line) for line in lines), signed, extra)


def verified(
    proof: Proof,
    entry: bytes,
    log: Sequence[note.Verifier],
    witnesses: Sequence[note.Verifier] = (),
    quorum: int = 0,
) -> Checkpoint | None:
    """The checkpoint under which the entry is proven; ``None`` when it is not.

    The checkpoint must be signed by one of the log's keys, named after its origin, and cosigned by ``quorum`` of the
    witnesses. Raises Malformed.
    """
    signed = note.parse(proof.signed)
    found = checkpoint.parse(signed.text)
    if note.verified(signed, [key for key in log if key.name == found.origin]) is None:
        return None
    if quorum and len(note.verified(signed, witnesses) or ()) < quorum:
        return None
    leaf = merkle.leaf_hash(entry)
    return found if merkle.includes(leaf, proof.position, found.size, proof.hashes, found.root) else None
