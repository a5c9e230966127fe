"""The SQL of this room, each text named by its file in ``sql/`` and explained there."""

from typing import Final

from beffroi.guard.named_sql import texts_beside

_read: Final = texts_beside(__name__)

COUNT_MINUTES: Final = _read("count_minutes")
COUNT_BY: Final = _read("count_by")
LIST_ENTRIES: Final = _read("list_entries")
LOAD_ENTRY: Final = _read("load_entry")
