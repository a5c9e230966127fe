"""SQL of containment, each text named by its file in ``sql/`` and explained there."""

from importlib.resources import files
from typing import Final


def _read(name: str) -> str:
    return (files("beffroi.guard.containing") / "sql" / f"{name}.sql").read_text("utf-8")


MEMBERS: Final = _read("members")
JOINING: Final = _read("joining")
HELD: Final = _read("held")
LIVE: Final = _read("live")
STOPPED: Final = _read("stopped")
CUTS: Final = _read("cuts")
SUSPENDED_BY_MANAGERS: Final = _read("suspended_by_managers")
