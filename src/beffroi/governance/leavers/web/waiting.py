"""Leavings that a machine may not carry out alone, and what the network level must put right."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, leaving
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.leavers.web import words


@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: AgentRequest) -> HttpResponse:
    """The list; a press of a button answers for one person."""
    if request.method == "POST":
        return _answer(request)
    found = request.conversation.ask(leaving.waiting())
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = {
        "organisation": request.described.membership.organisation.name if request.described.membership else "",
        "tabs": words.tabs(words.WAITING),
        "rows": [
            {
                "row": row,
                "name": row.name.reveal() or gettext("Nom illisible"),
                "source": words.source(row.source),
                "own": row.account == request.described.account,
            }
            for row in found.rows
        ],
        "escalations": [(words.escalation(each.kind), each) for each in found.escalations],
        "undelivered": found.undelivered,
    }
    return render(request, "leavers/waiting.html", context)


def _answer(request: AgentRequest) -> HttpResponse:
    gone, still = request.POST.get("parti", "")[:64], request.POST.get("present", "")[:64]
    answer = request.conversation.ask(leaving.decide(gone or still, gone=bool(gone)))
    if isinstance(answer, Refused):
        return RefusalAnswer(answer)
    if answer.status == "confirmed":
        messages.success(
            request, gettext("Départ confirmé : les accès sont fermés, ou le seront à la fin du dernier jour.")
        )
    else:
        messages.success(request, gettext("Le compte reste ouvert. La question ne sera pas reposée de sitôt."))
    return HttpResponseRedirect(reverse("leavers:waiting"))
