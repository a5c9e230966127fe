"""One application of a habilitation is needed no more: what that means, then the deed."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, leaving
from beffroi.client.answers import Session
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.inventory import Account, Held
from beffroi.governance.exposure import queries
from beffroi.governance.exposure.web import words
from beffroi.ui.components import Crumb

_LEAVE: Final = "leave"
_CONTAIN: Final = "contain"
_WATCHING: Final = frozenset({"approver", "security", "founder"})
_GONE: Final = frozenset({"suspended", "closed"})


def may_end(session: Session, one: Account, held: Held) -> bool:
    """Whether a screen may offer it; the guard decides again. A manager takes nothing from who watches over him."""
    return (
        _LEAVE in session.duties
        and one.account != session.account
        and one.status not in _GONE
        and held.status != "closed"
        and (_CONTAIN in session.duties or not any(each.kind in _WATCHING for each in one.memberships))
    )


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: AgentRequest, account: UUID, habilitation: UUID, application: str) -> HttpResponse:
    """The question, then the answer; what is ended already does not exist."""
    found = queries.account(request.conversation, str(account))
    if isinstance(found, Refused):
        if found.code == "not-found":
            raise Http404
        return RefusalAnswer(found)
    one, back = found.account, reverse("exposure:account", args=[account])
    held = next((each for each in one.memberships if each.habilitation == str(habilitation)), None)
    offered = held.applications if held is not None else ()
    served = next((each for each in offered if each.code == application), None)
    if held is None or served is None or not may_end(request.described, one, held):
        raise Http404
    if request.method == "POST":
        answer = request.conversation.ask(leaving.leave_application(held.habilitation, served.code))
        if isinstance(answer, Refused):
            return RefusalAnswer(answer)
        messages.success(
            request,
            gettext("C'est fait : %(application)s lui est fermée.") % {"application": served.name}
            if answer.left
            else gettext("C'est fait : c'était sa dernière application, l'habilitation est fermée."),
        )
        return HttpResponseRedirect(back)
    context = {
        "name": words.name(one),
        "role": words.role(held),
        "place": held.organisation_name,
        "application": served.name,
        "last": len(held.applications) == 1,
        "back": back,
        "crumbs": (
            Crumb(gettext("Comptes"), reverse("exposure:inventory")),
            Crumb(words.name(one), back),
            Crumb(gettext("Retirer une application")),
        ),
    }
    return render(request, "exposure/end.html", context)
