"""SQL of the comparison with the journal, each text named by its file in ``sql/`` and explained there."""

from typing import Final

from beffroi.guard.named_sql import texts_beside

_read: Final = texts_beside(__name__)

HEAD: Final = _read("head")
LOAD_BASELINES: Final = _read("load_baselines")
LOAD_FACTS: Final = _read("load_facts")
LOST_REACHES: Final = _read("lost_reaches")
COUNT_REACHES: Final = _read("count_reaches")
