"""The SQL of this room, each text named by its file in ``sql/`` and explained there."""

from importlib.resources import files
from typing import Final


def _read(name: str) -> str:
    return (files("beffroi.guard.consultations") / "sql" / f"{name}.sql").read_text("utf-8")


COUNT_MINUTES: Final = _read("count_minutes")
COUNT_BY: Final = _read("count_by")
LIST_ENTRIES: Final = _read("list_entries")
LOAD_ENTRY: Final = _read("load_entry")
