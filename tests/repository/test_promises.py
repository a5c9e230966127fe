"""Screens promise only what the product does: nobody is told, no journal is shown."""

import re
from pathlib import Path

import pytest

from beffroi.core.sentences import SENTENCES

SOURCES = Path(__file__).resolve().parents[2] / "src" / "beffroi"
PROMISES = re.compile(
    r"sécurité (?:est|a été)\s+prévenue|security has been told"
    r"|relue? par un responsable|un responsable relira|peut savoir qui a|pourra (?:le )?savoir"
    r"|read by a manager|can know who",
    re.IGNORECASE,
)


def spoken() -> dict[str, str]:
    """Every text that a person may read, by where it is written."""
    found = {str(code): " ".join(map(str, vars_of(sentence))) for code, sentence in SENTENCES.items()}
    for path in SOURCES.rglob("*"):
        if path.suffix in {".html", ".po"}:
            found[str(path.relative_to(SOURCES))] = path.read_text("utf-8")
    return found


def vars_of(sentence: object) -> list[object]:
    return [getattr(sentence, name) for name in sentence.__slots__]  # type: ignore[attr-defined]


def test_reader_is_promised_nothing_that_the_product_does_not_do() -> None:
    texts = spoken()
    assert "integrity" in texts
    assert len(texts) > 40
    assert {place: found[0] for place, text in texts.items() if (found := PROMISES.search(text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "La sécurité a été prévenue.",
        "Elle peut savoir qui a consulté son dossier.",
        "Un responsable relira ce texte.",
    ],
)
def test_promise_of_before_would_be_found(text: str) -> None:
    assert PROMISES.search(text)
