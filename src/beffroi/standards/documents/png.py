"""PNG (W3C, third edition; ISO/IEC 15948): the chunks a still picture needs, in their order, and no other."""

from typing import Final
from zlib import crc32

from beffroi.standards.documents.faults import Damaged, refuse_oversized

MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs", b"IDAT", b"IEND"})
"""Texts, EXIF, times, profiles, animation and private chunks are left out."""
_CRITICAL: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_MOST_CHUNKS: Final = 20_000
_DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}


def stripped(content: bytes) -> bytes:
    """The picture alone; what follows its end is dropped. Raises Damaged."""
    written, seen, before, at = [MAGIC], set[bytes](), b"", len(MAGIC)
    for _ in range(_MOST_CHUNKS):
        name, chunk = _chunk(content, at)
        at += len(chunk)
        if (name == b"IHDR") is bool(seen):
            raise Damaged("IHDR elsewhere than first, and once")
        if name == b"IHDR":
            _refuse_header(chunk[8:-4])
        elif not name[0] & 0x20 and name not in _CRITICAL:
            raise Damaged("a critical chunk that the standard does not know")
        if name == b"IDAT" and name in seen and before != name:
            raise Damaged("IDAT in pieces apart")
        if name in _KEPT:
            written.append(chunk)
        seen.add(name)
        before = name
        if name == b"IEND":
            if b"IDAT" not in seen:
                raise Damaged("no IDAT")
            return b"".join(written)
    raise Damaged("too many chunks")


def _chunk(content: bytes, at: int) -> tuple[bytes, bytes]:
    """The name of the chunk that begins here, and the whole of it (11.2: length, type, data, CRC)."""
    head = content[at : at + 8]
    size = int.from_bytes(head[:4], "big")
    end = at + 12 + size
    name = head[4:]
    if len(head) < 8 or size >= 1 << 31 or end > len(content) or not (name.isalpha() and name.isascii()):
        raise Damaged("a chunk is cut short")
    if crc32(content[at + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
        raise Damaged("a chunk's CRC is wrong")
    return name, content[at:end]


def _refuse_header(data: bytes) -> None:
    if len(data) != 13:
        raise Damaged("IHDR of another length")
    depth, colour, compression, filtering, interlace = data[8:13]
    if depth not in _DEPTHS.get(colour, set()) or compression or filtering or interlace > 1:
        raise Damaged("IHDR with values that the standard does not know")
    refuse_oversized(int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big"))
