"""Proof of presence: a code that a person makes at a reception desk, which an agent of that organisation types.

An agent's word would be a relation of his own making; here the person proves who they are, says at whose desk they
stand, and shows the code to whoever receives them. It serves once, there and nowhere else, for a quarter of an hour.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.normalisation import NormalisationRefusal, name_key
from beffroi.core.personal import Objection

LIFE: Final = timedelta(minutes=15)
"""How long a code serves: a queue at a desk, no more."""
LENGTH: Final = 8
"""Symbols of a code (:data:`beffroi.core.inviting.SYMBOLS`): 40 random bits."""
MOST_LIVE: Final = 3
"""Codes of one person that wait at a time, each at another organisation."""
MOST_A_DAY: Final = 10
"""Codes that one person makes in 24 hours."""
WRONG_OF_ACCOUNT: Final = 5
"""Wrong codes of one account in a quarter of an hour; past them none of its codes is looked at."""
WRONG_OF_OFFICE: Final = 20
"""The same for all of one organisation together."""
KEPT: Final = timedelta(days=30)
"""How long the person still sees what became of a code."""
MOST_PLACES: Final = 20
"""Organisations that one search names."""
SHORTEST: Final = 2
"""Letters or digits that one is searched by."""
MOST_WORDS: Final = 6
"""Words that one is searched by; those past them are not looked for."""
MOST_SEARCHES: Final = 60
"""Such searches of one person in a quarter of an hour."""


class State(StrEnum):
    """Where a code stands; ``ended`` where the guard ended it itself, as when the file became another's."""

    WAITING = "waiting"
    USED = "used"
    TAKEN_BACK = "taken-back"
    EXPIRED = "expired"
    ENDED = "ended"


MOVES: Final[Mapping[State, frozenset[State]]] = {
    State.WAITING: frozenset({State.USED, State.TAKEN_BACK, State.EXPIRED, State.ENDED}),
    State.USED: frozenset(),
    State.TAKEN_BACK: frozenset(),
    State.EXPIRED: frozenset(),
    State.ENDED: frozenset(),
}
"""A code comes to one end, and to no other after it."""
ENDINGS: Final = frozenset({State.USED, State.TAKEN_BACK})
"""Ends that somebody brings about, and that its row names."""


class PresenceCode(NamedTuple):
    """A code as the law reads it: ``ending`` says what ended it at ``ended_at``, where somebody did."""

    expires_at: datetime
    ended_at: datetime | None
    ending: State | None

    def state_at(self, now: datetime) -> State:
        """Where it stands at this instant."""
        if self.ended_at is not None:
            return self.ending if self.ending in ENDINGS else State.ENDED
        return State.WAITING if now < self.expires_at else State.EXPIRED

    def ended(self, ending: State, now: datetime) -> "PresenceCode | None":
        """The code once it is used, taken back or ended; ``None`` where it does not wait any more."""
        if ending not in MOVES[self.state_at(now)] or ending is State.EXPIRED:
            return None
        return self._replace(ended_at=now, ending=ending if ending in ENDINGS else None)


def may_make(*, available: bool, follows: bool, waits: bool, waiting: int, made_today: int) -> Objection | None:
    """Why no code is made for an organisation: whether it may follow people now, whether it follows this one, and
    whether a code for it waits already: what is sent again must not draw a second one, unseen."""
    if not available:
        return Objection.PRESENCE_PLACE
    if follows:
        return Objection.PRESENCE_FOLLOWED
    if waits:
        return Objection.PRESENCE_WAITS
    return Objection.PRESENCE_TOO_MANY if waiting >= MOST_LIVE or made_today >= MOST_A_DAY else None


def words_of(typed: str) -> tuple[str, ...]:
    """The first words of what was typed, each once, without accents, case and hyphens; none for a text too short."""
    words = tuple(filter(None, dict.fromkeys(map(_key, typed.split()))))[:MOST_WORDS]
    return words if sum(map(len, words)) >= SHORTEST else ()


def is_named(words: tuple[str, ...], name: str, code: str) -> bool:
    """Whether each of these :func:`words_of` a search is in the name or the code of an organisation."""
    whole = f"{_key(name)} {_key(code)}"
    return all(word in whole for word in words)


def _key(text: str) -> str:
    key = name_key(text)
    return "" if isinstance(key, NormalisationRefusal) else key
