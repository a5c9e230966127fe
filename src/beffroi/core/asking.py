"""A request that a person makes in their own space: which ones, how many, and when it says something in words."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from beffroi.core.person_rights import MOVES, Article, Objection, Standing

ARTICLES: Final = frozenset({Article.ACCESS, Article.RECTIFICATION, Article.RESTRICTION, Article.PORTABILITY})
"""Erasure is not asked for by a click: what it destroys is talked over at the office first."""
WORDED: Final = frozenset({Article.RECTIFICATION, Article.RESTRICTION})
"""What cannot be answered without knowing what is wrong, or what is to be left alone."""
KNOWING: Final = frozenset({"followed", "archived"})
"""Relations of an organisation that answers a person."""
SHORTEST, LONGEST = 10, 2_000
"""Characters of a text."""
MOST_OPEN: Final = 3
"""Requests made on line by one person that wait for an answer within its delay, at all organisations."""
MOST_A_DAY: Final = 5


def counts(standing: Standing, today: date) -> bool:
    """Whether a request is one of those that wait: an office that is late takes nobody's right away elsewhere."""
    return bool(MOVES[standing.state]) and not standing.is_late(today)


def may_ask(
    article: Article, text: str | None, relations: Iterable[str], waiting: int, made_today: int
) -> Objection | None:
    """Why this is not registered; ``relations`` are those of the organisation with the person."""
    if not KNOWING & set(relations):
        return Objection.PLACE
    if article not in ARTICLES:
        return Objection.MOVE
    if (text is not None) != (article in WORDED):
        return Objection.TEXT
    if text is not None and not SHORTEST <= len(text.strip()) <= LONGEST:
        return Objection.TEXT
    return Objection.TOO_MANY if waiting >= MOST_OPEN or made_today >= MOST_A_DAY else None
