"""People of a list that something is done with: those of a filter, or those chosen one by one."""

from typing import Final
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments.queries import desk_of
from beffroi.systems.cases.progress import queries
from beffroi.systems.cases.progress.forms import wanted
from beffroi.systems.cases.web.filtered import SCOPES

MOST: Final = 5_000
"""People of one answer at most, where what is done with them has its own limit to tell."""


def filtered(request: AgentRequest) -> list[str] | Refused:
    """People of a list narrowed as the page of filters narrows it."""
    if not rights.keeps_appointments(request.described):
        raise Http404
    scope = SCOPES.get(request.GET.get("portee", "mes"), "portfolio")
    listed = request.conversation.ask(calls.ids(rights.purpose_of(request.described, "list"), scope=scope))
    if isinstance(listed, Refused):
        return listed
    organisation = desk_of(request.described).organisation
    chosen = queries.choose(listed.people, organisation, wanted(request.GET), timezone.now())
    return [str(person) for person in chosen.people]


def chosen(request: AgentRequest, most: int = MOST) -> list[str]:
    """Ids of at most so many people, as boxes of the list give them; what is no id was not chosen there."""
    found: dict[str, None] = {}
    for said in request.POST.getlist("personne")[:most]:
        try:
            found[str(UUID(said))] = None
        except ValueError:
            continue
    return list(found)
