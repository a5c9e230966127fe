"""What a person is handed, held to the schema that the reference gives to those who write readers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

_SCHEMA = Path(__file__).resolve().parents[1] / "docs" / "reference" / "person-data.schema.json"


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(json.loads(_SCHEMA.read_text("utf-8")), validate_formats=True)


def is_as_documented(whole: Any) -> bool:
    """Whether a document is one that the schema allows."""
    return bool(_validator().is_valid(whole))


def held(whole: Any) -> Any:
    """The document, once it is found to be as documented."""
    source = {"organisation": 0, "personal-space": 1}[whole["source"]]
    wrong = [
        f"{'/'.join(map(str, one.instance_path))}: {one.message[:300]}" for one in _one(source).iter_errors(whole)
    ]
    assert not wrong, wrong
    return whole


@cache
def _one(source: int) -> Any:
    """The validator of one source alone: its errors say where."""
    schema = json.loads(_SCHEMA.read_text("utf-8"))
    schema |= schema.pop("oneOf")[source]
    return jsonschema_rs.validator_for(schema, validate_formats=True)
