"""Who received what a file holds, handed out with the answer to a request of access (GDPR 15(1)(c))."""

from typing import Final

from beffroi.core.decision import Entitlement, Refusal, entitle
from beffroi.core.facts import Facts, Request
from beffroi.core.person_rights import Article, Objection, Standing, State
from beffroi.core.policy import Policy

MOST: Final = 20_000
"""Consultations of one list; the oldest of more than that are counted, not listed."""
MOST_MESSAGES: Final = 500


def taking(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """As an opening of the file, which it pays for; it reads no field group."""
    entitled = entitle(request, facts, policy)
    return entitled if isinstance(entitled, Refusal) else entitled._replace(groups=0)


def may_take(article: str, standing: Standing) -> Objection | None:
    """Only for a request of access that is worked on: the identity was checked, the answer was not given."""
    if article != Article.ACCESS:
        return Objection.UNKNOWN
    return None if standing.state is State.IN_PROGRESS else Objection.MOVE
