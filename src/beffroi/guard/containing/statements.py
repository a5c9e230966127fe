"""SQL of containment, each text named by its file in ``sql/`` and explained there."""

from typing import Final

from beffroi.guard.named_sql import texts_beside

_read: Final = texts_beside(__name__)

MEMBERS: Final = _read("members")
JOINING: Final = _read("joining")
HELD: Final = _read("held")
LIVE: Final = _read("live")
STOPPED: Final = _read("stopped")
CUTS: Final = _read("cuts")
SUSPENDED_BY_MANAGERS: Final = _read("suspended_by_managers")
