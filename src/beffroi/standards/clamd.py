"""The protocol of ClamAV's daemon, without its sockets: bytes to send for one content, and what the answer says.

``INSTREAM`` of clamd(8): the command, then chunks that begin with their length in four bytes, big-endian, then a
length of zero. The ``z`` before the command makes it and the answer end with a zero byte. Of a stream longer than its
``StreamMaxLength`` the daemon closes the connection before it has read it, and its answer is mostly lost with it.
Of what is past another of its limits it says « OK » without having looked, unless it is told ``AlertExceedsMax yes``.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Final

CHUNK: Final = 64 * 1024
LONGEST_ANSWER: Final = 4_096
_COMMAND: Final = b"zINSTREAM\x00"
_END: Final = bytes(4)
_CLEAN: Final = b"stream: OK"


class Verdict(Enum):
    """What a scan came to."""

    CLEAN = "clean"
    INFECTED = "infected"


class ScanFailed(Exception):
    """The daemon did not scan: an error of its own, a limit of its own, or an answer that is none."""


def instream(content: bytes) -> Iterator[bytes]:
    """What is sent to have one content scanned, piece after piece."""
    yield _COMMAND
    for at in range(0, len(content), CHUNK):
        piece = content[at : at + CHUNK]
        yield len(piece).to_bytes(4, "big") + piece
    yield _END


def verdict(answer: bytes) -> Verdict:
    """What a whole answer says. Raises ScanFailed. Nothing but « stream: OK » is clean."""
    if not answer.endswith(b"\x00"):
        raise ScanFailed("the answer is cut short")
    said = answer[:-1]
    if said == _CLEAN:
        return Verdict.CLEAN
    if said.startswith(b"stream: ") and said.endswith(b" FOUND") and b"\x00" not in said:
        return Verdict.INFECTED
    raise ScanFailed("the daemon did not scan")
