"""A code handed over at the office shows a person who consulted their file: who may hand one over, and its limits."""

from datetime import timedelta
from typing import Final

from beffroi.core.decision import Entitlement, Refusal, entitle
from beffroi.core.facts import Facts, Request
from beffroi.core.policy import Policy, Relation
from beffroi.core.refusals import Code

LIFE: Final = timedelta(hours=48)
"""How long a code serves: the evening after the appointment, or the next one."""
TRIES: Final = 5
"""Wrong codes that close an invitation."""
MOST_ISSUED: Final = 20
"""Codes that one account may hand over in 24 hours."""
MOST_WRONG: Final = 500
"""Wrong codes of everybody together in a quarter of an hour; past them no code is heard."""
SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read for a digit."""
LENGTH: Final = 16
LOCATOR: Final = 4
"""Symbols that find the invitation, so that wrong codes count against it; 60 bits are left to be guessed."""
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u00a0": None, "\u202f": None})


def symbols_of(text: str) -> str:
    """What somebody typed, as the code it may be: in any case, spacing and grouping, look-alikes for the digits."""
    return text.upper().translate(_READ_AS)


def inviting(request: Request, facts: Facts, policy: Policy) -> Entitlement | Refusal:
    """An agent of an office that follows the person hands over a code: it reads nothing, and pays as an opening.

    An appointment or a prescription is not enough: the code shows the person's whole past of consultations.
    """
    entitled = entitle(request, facts, policy)
    if isinstance(entitled, Refusal):
        return entitled
    now = facts.clock.at
    followed = any(
        one.kind is Relation.FOLLOWED and one.since_at <= now and (one.until_at is None or now < one.until_at)
        for one in facts.relations
    )
    return entitled._replace(groups=0) if followed else Refusal(Code.NOT_FOLLOWED)
