"""Documents written by hand, small and whole."""

from zlib import compress, crc32


def chunk(name: bytes, data: bytes = b"") -> bytes:
    """One PNG chunk with its CRC."""
    return len(data).to_bytes(4, "big") + name + data + crc32(name + data).to_bytes(4, "big")


def header(width: int = 1, height: int = 1) -> bytes:
    """IHDR of a grey picture."""
    return chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0)))


PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def png(*between: bytes, width: int = 1, height: int = 1) -> bytes:
    """A grey picture of one pixel, with chunks of one's own before its data."""
    return PNG_HEAD + header(width, height) + b"".join(between) + chunk(b"IDAT", compress(b"\0\x7f")) + chunk(b"IEND")


def segment(marker: int, data: bytes) -> bytes:
    """One JPEG segment."""
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2, "big") + data


def frame(width: int = 1, height: int = 1) -> bytes:
    """A baseline frame of one component."""
    return segment(0xC0, b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\x00")


_TABLES = segment(0xDB, b"\0" + b"\x01" * 64) + segment(0xC4, b"\0" + b"\1" + bytes(15) + b"\0")
_TABLES += segment(0xC4, b"\x10" + b"\1" + bytes(15) + b"\0")
SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x3f\xff\x00\xff\xd0\x7f"


def jpeg(*before: bytes, width: int = 1, height: int = 1) -> bytes:
    """A grey picture of one block, with segments of one's own at its beginning."""
    return b"\xff\xd8" + b"".join(before) + _TABLES + frame(width, height) + SCAN + b"\xff\xd9"


def exif(turned: int = 6, place: bytes = b"48.8566N") -> bytes:
    """An EXIF segment with an orientation and a text that stands for a position."""
    entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + bytes((turned, 0, 0, 0))
    return segment(0xE1, b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0" + entry + bytes(4) + place)


def pdf(extra: bytes = b"", tail: bytes = b"") -> bytes:
    """A PDF of one empty page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + extra + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ]
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    return body + table + b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start + tail
