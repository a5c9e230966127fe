"""The sweeps' SQL, each text named by its file in ``sql/`` and explained there."""

from importlib.resources import files
from typing import Final


def _read(name: str) -> str:
    return (files("beffroi.guard.sweeping") / "sql" / f"{name}.sql").read_text("utf-8")


LOAD_ACCOUNTS: Final = _read("load_accounts")
LOAD_HABILITATIONS: Final = _read("load_habilitations")
LOAD_ACTING: Final = _read("load_acting")
COUNT_SUSPENDED: Final = _read("count_suspended")
