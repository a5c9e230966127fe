"""A correction that a person asked for (GDPR 16): what of a group changes, and for which request it may.

What an agent wrote is added to (core/casefile.py); of it only the wording of one's own note of late and where a step
stands may change. Of such a list a correction is the entries that are not in the other.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from beffroi.core.casefile import AGENTS
from beffroi.core.person_rights import Article, Objection, Standing, State

SHOWN: Final = timedelta(days=90)
"""How long the other organisations that know the person see that something was corrected (article 19)."""
MOST_SHOWN: Final = 200
DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 20
"""Corrections of one person's file by one organisation in 24 hours: each is told elsewhere and stays in it."""
GROWING: Final = frozenset({"notes", "actions", "payments", "changes"})
"""Fields that are lists of what was written when; nothing in them is taken away."""


class Difference(NamedTuple):
    """One field before and after; None where there was, or is, nothing.

    Of what grows, the entries that are said otherwise since, and those said instead or added.
    """

    field: str
    before: object
    after: object


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Difference, ...]:
    """What a group says otherwise, field by field in their order; without the agents who wrote."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        was, becomes = before.get(name), after.get(name)
        if was == becomes:
            continue
        if name in GROWING:
            was, becomes = _rest(was, becomes) or None, _rest(becomes, was)
            if not (was or becomes):
                continue
        found.append(Difference(name, _without_agents(was), _without_agents(becomes)))
    return tuple(found)


def may_correct(article: str, standing: Standing) -> Objection | None:
    """Only for a request of rectification that is worked on."""
    if article != Article.RECTIFICATION:
        return Objection.UNKNOWN
    return None if standing.state is State.IN_PROGRESS else Objection.MOVE


def may_correct_again(made_today: int) -> Objection | None:
    """Whether the organisation corrects this file once more, after so many times in 24 hours."""
    return None if made_today < MOST_A_DAY else Objection.TOO_MANY_CORRECTIONS


def _rest(entries: object, others: object) -> list[object]:
    """Entries that are not among the others, each as often as it is there once more; in their order."""
    left = list(others) if isinstance(others, Sequence) else []
    rest = []
    for one in entries if isinstance(entries, Sequence) else ():
        if one in left:
            left.remove(one)
        else:
            rest.append(one)
    return rest


def _without_agents(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _without_agents(one) for name, one in value.items() if name not in AGENTS}
    return [_without_agents(one) for one in value] if isinstance(value, list) else value
