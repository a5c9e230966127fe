"""The hot path's SQL, each text named by its file in ``sql/`` and explained there."""

from typing import Final

from beffroi.guard.named_sql import texts_beside

_read: Final = texts_beside(__name__)

TAKE_TURN: Final = _read("take_turn")
LOAD_FACTS: Final = _read("load_facts")
LOAD_RELATIONS: Final = _read("load_relations")
LOAD_FINDABLE: Final = _read("load_findable")
LOAD_BUDGETS: Final = _read("load_budgets")
LOAD_CIPHERTEXTS: Final = _read("load_ciphertexts")
COUNT_REFUSALS: Final = _read("count_refusals")
COUNT_QUESTIONS: Final = _read("count_questions")
WRITE: Final = _read("write")
