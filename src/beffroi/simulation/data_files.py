"""Reading of the data that ships with the simulation (attribution in ``data/README.md``)."""

from __future__ import annotations

import csv
import gzip
import io
import tomllib
from collections.abc import Iterator
from importlib.resources import files


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a CSV file of ``data/``, gzip-compressed when its name ends in ``.gz``.

    Raises FileNotFoundError when the package was installed without its data.
    """
    content = (files("beffroi.simulation") / "data" / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8")
    return iter(csv.DictReader(io.StringIO(text)))


def table(name: str) -> dict[str, object]:
    """Content of a TOML file of ``data/``."""
    return dict(tomllib.loads((files("beffroi.simulation") / "data" / name).read_text(encoding="utf-8")))


def texts(name: str) -> dict[str, str]:
    """The top-level texts of a TOML file of ``data/``. Raises TypeError when a value is something else."""
    found: dict[str, str] = {}
    for key, value in table(name).items():
        if not isinstance(value, str):
            raise TypeError(f"{name}: {key} must be a text")
        found[key] = value
    return found
