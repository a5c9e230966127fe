"""The people of the organisation, and the button that says that one of them has left."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, calls, leaving
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.leaving import Colleague
from beffroi.governance.leavers.web import words
from beffroi.ui.components import Crumb
from beffroi.ui.page_numbers import page_number


@require_GET
def people(request: AgentRequest) -> HttpResponse:
    """Who works here, the longest unused first."""
    page = page_number(request.GET.get("page"), leaving.MOST_PAGES)
    found = request.conversation.ask(leaving.people(page))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = {
        "found": found,
        "lead": ngettext("%(total)s compte", "%(total)s comptes", found.total) % {"total": found.total},
        "organisation": request.described.membership.organisation.name if request.described.membership else "",
        "tabs": words.tabs(words.PEOPLE),
        "rows": [_row(each, each.account == request.described.account) for each in found.rows],
        "previous": f"?page={found.page - 1}" if found.page > 1 else "",
        "next": f"?page={found.page + 1}" if found.page < found.pages else "",
    }
    return render(request, "leavers/people.html", context)


def _row(colleague: Colleague, own: bool) -> dict[str, object]:
    return {
        "colleague": colleague,
        "name": colleague.name.reveal() or gettext("Nom illisible"),
        "roles": [words.written(label) for label in colleague.roles],
        "own": own,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: AgentRequest, account: UUID) -> HttpResponse:
    """What leaving means, then the deed."""
    back = reverse("leavers:people")
    if request.method == "POST":
        answer = request.conversation.ask(leaving.leave(str(account)))
        if isinstance(answer, Refused):
            return RefusalAnswer(answer)
        if answer.outcome == "waiting":
            messages.warning(
                request,
                gettext(
                    "Cette personne approuve ou surveille : son départ attend l'accord de la sécurité ou du réseau."
                ),
            )
        else:
            messages.success(request, gettext("C'est fait : ses accès à votre structure sont fermés."))
        return HttpResponseRedirect(back)
    named = request.conversation.ask(calls.colleagues([str(account)]))
    if isinstance(named, Refused):
        return RefusalAnswer(named)
    name = named.names.get(str(account))
    context = {
        "name": gettext("Nom illisible") if name is None else name.reveal(),
        "own": str(account) == request.described.account,
        "organisation": request.described.membership.organisation.name if request.described.membership else "",
        "crumbs": (Crumb(gettext("Départs"), back), Crumb(gettext("Confirmer un départ"))),
        "back": back,
    }
    return render(request, "leavers/leave.html", context)
