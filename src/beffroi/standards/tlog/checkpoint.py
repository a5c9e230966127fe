"""Checkpoints (C2SP tlog-checkpoint): a log's size and root, as the text of a signed note."""

import base64
import re
from typing import Final, NamedTuple

from beffroi.standards.tlog import Malformed, note
from beffroi.standards.tlog.merkle import HASH_BYTES, LARGEST

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class Checkpoint(NamedTuple):
    """What a log says of itself: its origin, how many entries it has, the root of their tree."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note's text."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)


def decimal(written: str) -> int:
    """A number without leading zeroes, below 2**63. Raises Malformed."""
    if not _SIZE.fullmatch(written) or int(written) >= LARGEST:
        raise Malformed("a size or index is a decimal number without leading zeroes, below 2**63")
    return int(written)


def one_hash(encoded: str) -> bytes:
    """A hash in base64. Raises Malformed."""
    found = note.from_base64(encoded)
    if len(found) != HASH_BYTES:
        raise Malformed("a hash has 32 bytes")
    return found


def parse(text: str) -> Checkpoint:
    """The text of a note as a checkpoint. Raises Malformed."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise Malformed("a checkpoint has an origin, a size and a root, and no empty line")
    return Checkpoint(lines[0], decimal(lines[1]), one_hash(lines[2]), tuple(lines[3:]))
