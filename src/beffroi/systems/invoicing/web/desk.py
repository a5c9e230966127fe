"""Who bills on this page: asked of the guard each time, since the console holds no truth about a session."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from beffroi.client import Refused
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.invoicing import standing
from beffroi.core.invoicing import Objection
from beffroi.systems.invoicing.keepers import Biller, biller
from beffroi.systems.invoicing.web import words


def billing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that is given the biller, or the guard's refusal in its place."""

    @wraps(view)
    def answered(request: AgentRequest, *arguments: Any, **named: Any) -> HttpResponse:
        found = request.conversation.ask(standing())
        if isinstance(found, Refused):
            return RefusalAnswer(found)
        who: Biller = biller(found, timezone.now())
        return view(request, who, *arguments, **named)

    return answered


def objected(request: AgentRequest, objection: Objection) -> None:
    """Say on the next page why nothing was done."""
    messages.warning(request, str(words.OBJECTIONS[objection]))


def version_read(request: AgentRequest) -> int:
    """The version of a document that was on the screen; 0, which no document has, for whatever is none."""
    said = request.POST.get("version", "")[:9]
    return int(said) if said.isascii() and said.isdigit() else 0
