"""What a correspondent writes to a person whose request is answered or refused: when, how much, how often, how long.

Article 12.3 of the GDPR: who asked electronically is answered electronically where possible. 12.4: a refusal says
why; the reason of the list is always there, words are beside it.
"""

import re
from datetime import timedelta
from typing import Final

from beffroi.core.asking import SHORTEST
from beffroi.core.person_rights import MOVES, Objection, State

LONGEST: Final = 4_000
"""Characters of an answer."""
KEPT: Final = timedelta(days=90)
"""How long the person reads it, from the instant of the answer."""
MOST_A_DAY: Final = 20
"""Answers in words that one organisation gives in 24 hours: who hijacks a correspondent writes to few."""
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
"""What no keyboard types, what is not seen, what turns the order of letters round; line ends and tabs are typed."""


def may_write(to: State, text: str | None) -> Objection | None:
    """Whether these words go with this step; none go with any."""
    if text is None:
        return None
    fits = not MOVES[to] and len(text.strip()) >= SHORTEST and len(text) <= LONGEST and not _UNSEEN.search(text)
    return None if fits else Objection.ANSWER


def may_write_again(given: int) -> Objection | None:
    """``given``: answers in words that the organisation gave in the last 24 hours."""
    return None if given < MOST_A_DAY else Objection.TOO_MANY_ANSWERS
