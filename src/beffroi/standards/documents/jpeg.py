"""JPEG (ITU-T T.81): the segments that decode the picture, and of the rest only how it is to be turned.

Application segments (EXIF with its position, its camera and its thumbnail, XMP, profiles) and comments are left out.
APP14 « Adobe » stays, since colours depend on it; the orientation (EXIF tag 0x0112) is written anew.
"""

import re
from typing import Final, Literal

from beffroi.standards.documents.faults import Damaged, refuse_oversized

MAGIC: Final = b"\xff\xd8\xff"
_SOI, _EOI, _SOS, _DRI, _DNL = 0xD8, 0xD9, 0xDA, 0xDD, 0xDC
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive Huffman frames: what every viewer reads."""
_TABLES: Final = frozenset({0xC4, 0xDB, _DRI})
_APPLICATION: Final = range(0xE0, 0xF0)
_ADOBE, _EXIF, _COMMENT = 0xEE, 0xE1, 0xFE
_ORIENTATION: Final = 0x0112
_MOST_SEGMENTS: Final = 10_000
_MARKER: Final = re.compile(rb"\xff+([^\xff])", re.DOTALL)
_SCAN_END: Final = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)


def stripped(content: bytes) -> bytes:
    """The picture alone; what follows its end is dropped. Raises Damaged."""
    kept: list[bytes] = []
    turned, at, frames, scans = 1, 2, 0, 0
    for _ in range(_MOST_SEGMENTS):
        marker, at = _marker(content, at)
        if marker == _EOI:
            if not scans:
                raise Damaged("no scan")
            return b"\xff\xd8" + _head(turned) + b"".join(kept) + b"\xff\xd9"
        segment = _segment(content, at)
        at += len(segment)
        whole = bytes((0xFF, marker)) + segment
        if marker == _EXIF:
            turned = _orientation(segment[2:]) or turned
        elif marker in _FRAMES:
            frames += 1
            _refuse_frame(segment, frames)
            kept.append(whole)
        elif marker == _SOS:
            if not frames:
                raise Damaged("a scan before its frame")
            scans += 1
            end = _end_of_scan(content, at)
            kept.append(whole + content[at:end])
            at = end
        elif marker in _TABLES or (marker == _ADOBE and segment[2:7] == b"Adobe"):
            kept.append(whole)
        elif marker not in _APPLICATION and marker != _COMMENT:
            raise Damaged("a segment that is not of a picture")
    raise Damaged("too many segments")


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The marker that stands here, any number of fill bytes before it (B.1.1.2), and where its segment begins."""
    found = _MARKER.match(content, at)
    if found is None:
        raise Damaged("no marker where one must be")
    return found[1][0], found.end()


def _segment(content: bytes, at: int) -> bytes:
    size = int.from_bytes(content[at : at + 2], "big")
    if size < 2 or at + size > len(content):
        raise Damaged("a segment is cut short")
    return content[at : at + size]


def _refuse_frame(segment: bytes, frames: int) -> None:
    """Length, precision, height, width, components (B.2.2)."""
    if frames > 1:
        raise Damaged("two frames")
    components = segment[7] if len(segment) > 7 else 0
    if len(segment) != 8 + 3 * components or components not in (1, 3, 4) or segment[2] not in (8, 12):
        raise Damaged("a frame head of another shape")
    refuse_oversized(int.from_bytes(segment[5:7], "big"), int.from_bytes(segment[3:5], "big"))


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the entropy-coded data ends: at the first marker that is neither stuffing nor a restart (B.1.1.5)."""
    found = _SCAN_END.search(content, at)
    if found is None:
        raise Damaged("a scan is cut short")
    return found.start()


def _orientation(segment: bytes) -> int | None:
    """EXIF's orientation, 1 to 8, where the segment says one that can be read (CIPA DC-008, TIFF 6.0)."""
    if segment[:6] != b"Exif\x00\x00":
        return None
    tiff = segment[6:]
    if tiff[:2] not in (b"II", b"MM") or len(tiff) < 8:
        return None
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    first = number(4, 4)
    if first + 2 > len(tiff):
        return None
    for place in range(min(number(first, 2), 512)):
        at = first + 2 + 12 * place
        if at + 12 > len(tiff):
            return None
        if number(at, 2) == _ORIENTATION and number(at + 2, 2) == 3 and number(at + 4, 4) == 1:
            said = number(at + 8, 2)
            return said if 1 <= said <= 8 else None
    return None


def _head(turned: int) -> bytes:
    """An EXIF segment that says the orientation and nothing else; none for a picture that stands upright."""
    if turned == 1:
        return b""
    entry = _ORIENTATION.to_bytes(2, "big") + b"\x00\x03" + b"\x00\x00\x00\x01" + bytes((0, turned, 0, 0))
    body = b"Exif\x00\x00" + b"MM\x00\x2a\x00\x00\x00\x08" + b"\x00\x01" + entry + bytes(4)
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
