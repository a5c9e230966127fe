"""What a SCIM server sends: errors, lists, and the few rules of paging and of weak versions."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from beffroi.standards.scim.faults import ScimFault, invalid_syntax, invalid_value

MEDIA_TYPE: Final = "application/scim+json"
ACCEPTED: Final = frozenset({MEDIA_TYPE, "application/json"})
"""Media types a body may come in (RFC 7644 section 3.8)."""
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH: Final = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LARGEST: Final = 64 * 1024
"""Bytes of a body."""
PAGE: Final = 100
"""Resources of a page, at most and by default."""
_DEEPEST: Final = 8
_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder()

Document = Mapping[str, object]


class Paging(msgspec.Struct, frozen=True):
    """Which part of the matches is asked for: ``start`` counts from 1."""

    start: int
    count: int


def paging(start: int | None, count: int | None) -> Paging:
    """RFC 7644 section 3.4.2.4: a start below 1 is 1, a negative count is 0; a larger page than ours is ours."""
    return Paging(max(1, 1 if start is None else start), min(PAGE, max(0, PAGE if count is None else count)))


def whole_number(text: str, name: str) -> int:
    """A number of a query string. Raises ScimFault."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise invalid_value(f"{name} is a whole number.")
    return int(text)


def listed(resources: Sequence[Document], total: int, start: int) -> Document:
    """A ListResponse (section 3.4.2)."""
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }


def error(fault: ScimFault) -> Document:
    """An Error (section 3.12); ``status`` is a string there."""
    document: dict[str, object] = {"schemas": [ERROR], "status": str(fault.status), "detail": fault.detail}
    if fault.scim_type is not None:
        document["scimType"] = fault.scim_type.value
    return document


def written(document: Document) -> bytes:
    """JSON in UTF-8."""
    return _encoder.encode(document)


def read(body: bytes) -> dict[str, object]:
    """A body: one JSON object, of few levels, with every key once. Raises ScimFault."""
    try:
        value = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise invalid_syntax("The body is not JSON in UTF-8.") from None
    if not isinstance(value, dict) or not _shallow(value, _DEEPEST):
        raise invalid_syntax("The body is a JSON object of few levels.")
    if _repeats(body):
        raise invalid_syntax("A member comes twice.")
    return value


def weak_version(document: Document) -> str:
    """A weak entity tag over what the reader is shown (RFC 9110 section 8.8.1); two faces of one state are equal."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    return f'W/"{sha256(text).hexdigest()[:24]}"'


def has_version(header: str | None, version: str) -> bool:
    """Whether ``If-Match`` or ``If-None-Match`` names this version: a list of tags, or ``*``; weak comparison."""
    if header is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or version.removeprefix("W/") in tags


def _shallow(value: object, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_shallow(one, levels - 1) for one in inner)


def _repeats(body: bytes) -> bool:
    """Whether an object names a member twice: two readers could take two meanings (RFC 8259 section 4)."""

    def once(pairs: list[tuple[str, object]]) -> None:
        names = {name.lower() for name, _ in pairs}  # attribute names know no case
        if len(names) != len(pairs):
            raise _Twice

    try:
        json.loads(body, object_pairs_hook=once)
    except _Twice:
        return True
    return False


class _Twice(Exception):
    """A member came twice."""
