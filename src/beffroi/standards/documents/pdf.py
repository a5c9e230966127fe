"""PDF (ISO 32000-2): checked from head to end, and refused when it acts, carries files or is two files in one.

What a PDF says in compressed streams is not read here: that is the virus scanner's part, and the viewer's.
"""

import re
from typing import Final

from beffroi.standards.documents.faults import Damaged

MAGIC: Final = b"%PDF-"
_HEAD: Final = re.compile(rb"%PDF-(?:1\.[0-7]|2\.0)[ \t]*[\r\n]")
_TAIL: Final = re.compile(rb"startxref[\x00\t\n\f\r ]+([0-9]{1,10})[\x00\t\n\f\r ]+%%EOF[\x00\t\n\f\r ]*\Z")
_TAIL_BYTES: Final = 2_048
_REFUSED: Final = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|Encrypt|GoTo[ER])(?![A-Za-z0-9])"
    rb"|/XFA[\x00\t\n\f\r ]*(?:\[|[0-9]+[\x00\t\n\f\r ]+[0-9]+[\x00\t\n\f\r ]+R)"
)
"""Names long enough, or with what follows, that none stands in compressed bytes by chance. GoToR and GoToE open a
file elsewhere: of a server's share, with the reader's own password; XFA is a form that runs scripts."""
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_TAIL: Final = 65_557
"""Where the end of a ZIP archive may stand: 22 bytes and a comment of 65,535."""
_TABLE: Final = re.compile(rb"[\x00\t\n\f\r ]*(?:xref|[0-9]+[ \r\n]+[0-9]+[ \r\n]+obj)")


def checked(content: bytes) -> bytes:
    """The same bytes. Raises Damaged."""
    if _HEAD.match(content) is None:
        raise Damaged("a PDF of no version that is known")
    tail = _TAIL.search(content[-_TAIL_BYTES:])
    if tail is None:
        raise Damaged("a PDF that does not end as one")
    table = int(tail[1])
    if not 0 < table < len(content) or _TABLE.match(content[table : table + 64]) is None:
        raise Damaged("a PDF without its cross-reference table where it says")
    if _ZIP_END in content[-_ZIP_TAIL:]:
        raise Damaged("a PDF that is an archive as well")
    # A name may be written with its letters as numbers (7.3.5).
    if _REFUSED.search(content) or _REFUSED.search(_ESCAPED.sub(_letter, content)):
        raise Damaged("a PDF that acts, carries files, or is locked")
    return content


def _letter(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),))
