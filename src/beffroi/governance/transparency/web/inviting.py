"""A code for the personal space, handed over at the office: shown once, to be printed."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, personal
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.transparency import rights
from beffroi.ui.components import Crumb


@require_http_methods(["GET", "POST"])
def invite(request: AgentRequest, person: UUID) -> HttpResponse:
    """Say what the code does, then hand it over."""
    context: dict[str, object] = {
        "crumbs": (Crumb(gettext("Dossier"), _file(person)), Crumb(gettext("Code pour son espace"))),
        "file_url": _file(person),
    }
    if request.method == "GET":
        return render(request, "transparency/invite.html", context)
    purpose = rights.inviting_purpose(request.described)
    # An empty purpose is one that the guard refuses.
    made = request.conversation.ask(personal.invite(str(person), "" if purpose is None else purpose.code))
    if isinstance(made, Refused):
        return RefusalAnswer(made)
    context |= {"code": made.code.reveal(), "until": made.until_at, "address": request.build_absolute_uri(_space())}
    response = render(request, "transparency/invited.html", context)
    response["cache-control"] = "no-store"
    return response


def _file(person: UUID) -> str:
    return f"/personnes/{person}/"


def _space() -> str:
    return reverse("transparency:home")
