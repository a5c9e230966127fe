"""The pages about who follows whom are there for roles that follow people, and for nobody else."""

from django.http import Http404

from beffroi.client.in_django import AgentRequest
from beffroi.systems.cases import rights


def purpose_to_relate(request: AgentRequest) -> str:
    """The purpose under which this role changes who follows people. Raises Http404 where it does not."""
    if not rights.follows(request.described):
        raise Http404
    return rights.purpose_of(request.described, "relate")
