"""The SQL of reviews, each text named by its file in ``sql/`` and explained there."""

from typing import Final

from beffroi.guard.named_sql import texts_beside

_read: Final = texts_beside(__name__)

LIST_ORGANISATIONS: Final = _read("list_organisations")
LOAD_HELD: Final = _read("load_held")
COUNT_OPENINGS: Final = _read("count_openings")
LAST_SESSIONS: Final = _read("last_sessions")
COUNT_RELATIONS: Final = _read("count_relations")
LIST_CAMPAIGNS: Final = _read("list_campaigns")
LOAD_SHEET: Final = _read("load_sheet")
LOAD_ENDING: Final = _read("load_ending")
LOAD_LET_IN: Final = _read("load_let_in")
