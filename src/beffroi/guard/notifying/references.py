"""What a message may carry: ids, days, counts and codes of a closed list, each of a type; never a free text.

Checked when the message is written and again when it is read, so that no name, and no line of a mail's head, can come
in by a reference.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Final

from beffroi.core.ids import is_uuid
from beffroi.core.policy import Label
from beffroi.guard.decisions.facts import PARIS


class Plain(Enum):
    """A reference that is not out of a list."""

    ID = "UUID, canonical"
    DAY = "day in Paris"
    COUNT = "whole number from 0 to a million"


Kind = Plain | Mapping[str, Label]
"""What one reference is; a mapping is a closed list of codes and what each is called."""
Value = str | int | datetime
MOST: Final = 1_000_000
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class WrongReference(ValueError):
    """A reference is missing, unknown, or not of its type; the message names it and holds no value."""


def written(kinds: Mapping[str, Kind], refs: Mapping[str, Value]) -> str:
    """References as canonical JSON. Raises WrongReference."""
    if kinds.keys() != refs.keys():
        raise WrongReference(f"references {sorted(kinds.keys() ^ refs.keys())}")
    kept = {
        name: value.astimezone(PARIS).date().isoformat() if isinstance(value, datetime) else value
        for name, value in refs.items()
    }
    text = json.dumps(kept, separators=(",", ":"), sort_keys=True)
    said(kinds, text)
    return text


def said(kinds: Mapping[str, Kind], text: str) -> dict[str, Label]:
    """References read back, each in French and English words. Raises WrongReference."""
    try:
        read = json.loads(text)
    except ValueError:
        raise WrongReference("not JSON") from None
    if not isinstance(read, dict) or kinds.keys() != read.keys():
        raise WrongReference("other references than the template's")
    return {name: _said(name, kind, read[name]) for name, kind in kinds.items()}


def _said(name: str, kind: Kind, value: object) -> Label:
    if isinstance(kind, Mapping):
        if isinstance(value, str) and value in kind:
            return kind[value]
    elif kind is Plain.COUNT:
        if type(value) is int and 0 <= value <= MOST:
            return Label(str(value), str(value))
    elif kind is Plain.ID:
        if isinstance(value, str) and is_uuid(value):
            return Label(value, value)
    elif isinstance(value, str) and _DAY.fullmatch(value):
        try:
            day = f"{date.fromisoformat(value):%d/%m/%Y}"
        except ValueError:
            raise WrongReference(name) from None
        return Label(day, day)
    raise WrongReference(name)
