"""What is handed to a person of their own data (GDPR 15 and 20): one document, the same shape wherever it is made.

The shape is in docs/reference/person-data.md, its schema beside it. A change that a program which reads it could trip
over takes the next ``VERSION``. Made in memory; nothing is kept.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from beffroi.core.casefile import AGENTS
from beffroi.core.identifying import Identifying

FORMAT: Final = "beffroi-person-data"
VERSION: Final = 4
MEDIA: Final = "application/json"
ELSEWHERE: Final[Mapping[str, str]] = {
    "consultations": "personal-space",
    "other-organisations": "personal-space",
    "messages": "organisation",
    "corrections": "personal-space",
    "requests": "personal-space",
    "request-texts": "personal-space",
    "dates-of-other-organisations": "personal-space",
    "attachment-contents": "personal-space",
}
"""What a document may lack, and where the person gets it: in the personal space, or from the organisation."""


def in_clear(value: Any) -> Any:
    """A group's values as plain JSON, on their way to the person; which agent wrote them is left out."""
    if isinstance(value, Identifying):
        return value.reveal()
    if isinstance(value, Mapping):
        return {name: in_clear(one) for name, one in value.items() if name not in AGENTS}
    return [in_clear(one) for one in value] if isinstance(value, list | tuple) else value


def document(
    source: str, made_at: datetime, groups: Mapping[str, Any], elsewhere: Sequence[str], **parts: Any
) -> dict[str, Any]:
    """The document; ``source`` is ``organisation`` or ``personal-space``, ``elsewhere`` codes of ``ELSEWHERE``."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "source": source,
        "made_at": moment(made_at),
        "groups": {group: in_clear(values) for group, values in groups.items()},
        **parts,
        "not_included": [{"what": what, "from": ELSEWHERE[what]} for what in elsewhere],
    }


def moment(at: datetime) -> str:
    """An instant as the document writes it (RFC 3339, whole seconds)."""
    return at.isoformat(timespec="seconds")


def written(whole: Mapping[str, Any]) -> bytes:
    """The document as a file: UTF-8, indented, so that it can be read without a program."""
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()
