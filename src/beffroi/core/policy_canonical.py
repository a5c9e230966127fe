"""The canonical form of a policy and its version: the same law has the same version, however it was typed."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from hashlib import sha256
from typing import TypeAlias

from beffroi.core.policy import Policy

Plain: TypeAlias = "bool | int | str | list[Plain] | dict[str, Plain] | None"


def canonical(policy: Policy) -> bytes:
    """JSON with sorted keys, sets as sorted lists, without the version: nothing of comments, order or spacing."""
    plain = _plain(replace(policy, version=""))
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def versioned(policy: Policy) -> Policy:
    """The same policy, its version the SHA-256 of its canonical form in hexadecimal."""
    return replace(policy, version=sha256(canonical(policy)).hexdigest())


def _plain(value: object) -> Plain:
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(entry) for key, entry in value.items()}
    if isinstance(value, frozenset):
        return sorted((_plain(entry) for entry in value), key=str)
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.init}
    raise TypeError(f"a policy holds no {type(value).__name__}")
