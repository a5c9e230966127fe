"""Somebody else has this name or this number: who is known, and the agent's word that it is another person."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.http import HttpRequest

from beffroi.client import Refused
from beffroi.systems.cases.web.search import hit

_MOST: Final = 5
"""What the guard takes at once (``distinct_from``), and the most it names."""


def checked(request: HttpRequest) -> list[str]:
    """People whom the agent has seen not to be the one of the form."""
    return request.POST.get("distinct", "").split()[:_MOST]


def known(refused: Refused, already: Sequence[str], *, by_name: bool = True) -> Mapping[str, object]:
    """What the form shows of a ``duplicate``; the box to tick holds those ``already`` checked too.

    Only a shared name may be another person's: a shared number (``by_name`` false) offers no box.
    """
    people = dict.fromkeys([*already, *(match.person for match in refused.matches)])
    return {
        "known": True,
        "hits": [hit(match) for match in refused.matches],
        "namesakes": " ".join(list(people)[:_MOST]) if by_name and refused.matches else "",
    }
