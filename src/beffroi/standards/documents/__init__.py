"""Documents recognised by what they hold: PDF, JPEG, PNG, and no other. Bytes in, bytes out.

Pictures are not decoded: their structure is walked and written out again with the parts a picture needs, so that
position, camera, comments, thumbnails and whatever was hung behind the picture are gone. Nothing is decompressed and
no library written in C sees what a stranger made: whoever calls this may hold keys.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.standards.documents import jpeg, pdf, png
from beffroi.standards.documents.faults import Damaged


class Media(StrEnum):
    """Media types (RFC 6838) of what is recognised."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


class Document(NamedTuple):
    """A document and its type, written out again where that removes what nobody asked for."""

    media: Media
    content: bytes


class Unrecognised(ValueError):
    """Bytes that begin like none of the types."""


_MAKERS: Final = (
    (pdf.MAGIC, Media.PDF, pdf.checked),
    (jpeg.MAGIC, Media.JPEG, jpeg.stripped),
    (png.MAGIC, Media.PNG, png.stripped),
)


def recognised(content: bytes) -> Document:
    """The document that these bytes are. Raises Unrecognised; Damaged for one that is not whole, or is too much."""
    for magic, media, make in _MAKERS:
        if content.startswith(magic):
            return Document(media, make(content))
    raise Unrecognised("neither PDF, JPEG nor PNG")


__all__ = ["Damaged", "Document", "Media", "Unrecognised", "recognised"]
