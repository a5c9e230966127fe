"""Outlines: headings and blanks from which a note of one kind begins. A data file, ``outlines.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from beffroi.client.answers import Label

LONGEST_NOTE: Final = 4_000
"""Characters of a note at most."""


@dataclass(frozen=True)
class Outline:
    """What it is called, and the text the form begins with."""

    code: str
    label: Label
    text: str


def read(text: str) -> Mapping[str, Outline]:
    """Outlines by their code, in the order of the file. Raises ValueError for a file that is not one."""
    found = {code: _outline(code, values) for code, values in tomllib.loads(text).items()}
    if not found:
        raise ValueError("no outline")
    return found


def _outline(code: str, values: Any) -> Outline:
    if not isinstance(values, dict) or set(values) != {"fr", "en", "text"}:
        raise ValueError(f"{code}: fr, en and text, and nothing else")
    if not all(isinstance(value, str) and value.strip() for value in values.values()):
        raise ValueError(f"{code}: every value is a text")
    text = values["text"].strip()
    if len(text) > LONGEST_NOTE or len(code) > 24:
        raise ValueError(f"{code}: too long")
    return Outline(code, Label(values["fr"], values["en"]), text)


OUTLINES: Final = read((files(__package__) / "outlines.toml").read_text(encoding="utf-8"))
"""Those of this office's product."""
