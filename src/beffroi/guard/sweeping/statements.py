"""The sweeps' SQL, each text named by its file in ``sql/`` and explained there."""

from typing import Final

from beffroi.guard.named_sql import texts_beside

_read: Final = texts_beside(__name__)

LOAD_ACCOUNTS: Final = _read("load_accounts")
LOAD_HABILITATIONS: Final = _read("load_habilitations")
LOAD_ACTING: Final = _read("load_acting")
COUNT_SUSPENDED: Final = _read("count_suspended")
