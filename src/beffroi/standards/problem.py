"""Problem documents for HTTP APIs (RFC 9457), and the language negotiation their sentences need (RFC 9110)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec

MEDIA_TYPE: Final = "application/problem+json"
_LONGEST_ACCEPT_LANGUAGE: Final = 256
_encoder: Final = msgspec.json.Encoder()


def document(
    type_: str, title: str, status: int, detail: str, extensions: Mapping[str, object] | None = None
) -> bytes:
    """One problem document in UTF-8 JSON; ``extensions`` are further members (RFC 9457 section 3.2)."""
    members: dict[str, object] = {"type": type_, "title": title, "status": status, "detail": detail}
    if extensions:
        members.update(extensions)
    return _encoder.encode(members)


@lru_cache(maxsize=512)
def language(accept_language: str | None, offered: tuple[str, ...]) -> str:
    """The offered language the header prefers (RFC 9110 section 12.5.4); the first offered when it says nothing.

    A header that cannot be read counts as absent: a wrong preference is no reason to refuse an answer.
    """
    if accept_language is None or len(accept_language) > _LONGEST_ACCEPT_LANGUAGE:
        return offered[0]
    best, chosen = 0.0, offered[0]
    for part in accept_language.split(","):
        span, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        primary = span.strip().lower().split("-", 1)[0]
        tongue = offered[0] if primary == "*" else primary
        if tongue in offered and weight > best:
            best, chosen = weight, tongue
    return chosen


def _weight(parameters: str) -> float:
    """The ``q`` of one language range: 1 when absent, 0 when it is not a number from 0 to 1."""
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
