"""SQL of the comparison with the journal, each text named by its file in ``sql/`` and explained there."""

from importlib.resources import files
from typing import Final


def _read(name: str) -> str:
    return (files("beffroi.guard.folding") / "sql" / f"{name}.sql").read_text("utf-8")


HEAD: Final = _read("head")
LOAD_BASELINES: Final = _read("load_baselines")
LOAD_FACTS: Final = _read("load_facts")
LOST_REACHES: Final = _read("lost_reaches")
COUNT_REACHES: Final = _read("count_reaches")
