"""The restriction that a request of the register asks for: shown there, begun, lifted once the person was told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from beffroi.client import Refused, person_requests
from beffroi.client import restrictions as calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.person_requests import PersonRequest
from beffroi.core.person_rights import MOVES, Article, State
from beffroi.systems.cases import rights
from beffroi.systems.cases.person_requests.restricting import GROUNDS, Lifting, Restriction
from beffroi.systems.cases.person_requests.words import said
from beffroi.ui.components import Crumb


@dataclass(frozen=True)
class Card:
    """What a request's page shows of the restriction; ``form`` begins or lifts one, where that can be done."""

    url: str
    lifting: bool
    since_at: datetime | None
    ground: str
    ended: calls.Restriction | None
    form: forms.Form | None


def card(request: AgentRequest, row: PersonRequest, bound: forms.Form | None = None) -> Card | Refused | None:
    """Where the restriction stands; nothing for a request of another kind."""
    if row.article != Article.RESTRICTION.value:
        return None
    found = request.conversation.ask(calls.listed())
    if isinstance(found, Refused):
        return found
    live = next((one for one in found.rows if one.person == row.person and one.lifted_at is None), None)
    ended = next((one for one in found.rows if one.request == row.request and one.lifted_at is not None), None)
    url = reverse("cases:restriction", args=[row.request])
    if live is not None:
        form = bound if isinstance(bound, Lifting) else Lifting()
        return Card(url, True, live.since_at, said(GROUNDS, live.ground), None, form)
    begins = bool(MOVES[State(row.state)]) and row.state != State.RECEIVED.value
    fresh = bound if isinstance(bound, Restriction) else Restriction()
    return Card(url, False, None, "", ended, fresh if begins else None)


@require_POST
def restriction(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """Begin the restriction that the request asks for, or lift it."""
    if not rights.answers_people(request.described):
        raise Http404
    found = request.conversation.ask(person_requests.listed())
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    row = next((each for each in found.rows if each.request == str(identifier)), None)
    if row is None or row.article != Article.RESTRICTION.value:
        raise Http404
    lifting = request.POST.get("suite") == "lift"
    form: forms.Form = Lifting(request.POST) if lifting else Restriction(request.POST)
    if form.is_valid():
        done = _lifted(request, row, form) if lifting else _begun(request, row, form)
        if not isinstance(done, Refused):
            messages.success(
                request, gettext("La limitation est levée.") if lifting else gettext("L'usage du dossier est limité.")
            )
            return HttpResponseRedirect(reverse("cases:person_request", args=[row.request]))
        if done.code != "restriction-told":
            return RefusalAnswer(done)
        form.add_error("told_on", done.detail)
    shown = card(request, row, form)
    if isinstance(shown, Refused):
        return RefusalAnswer(shown)
    context = {
        "restriction": shown, "wrong": form,
        "crumbs": (
            Crumb(gettext("Demandes des personnes"), reverse("cases:person_requests")),
            Crumb(gettext("Demande"), reverse("cases:person_request", args=[row.request])),
            Crumb(gettext("Limitation")),
        ),
    }  # fmt: skip
    return render(request, "cases/restriction.html", context, status=422)


def _begun(request: AgentRequest, row: PersonRequest, form: forms.Form) -> calls.Begun | Refused:
    return request.conversation.ask(calls.begin(row.person, form.cleaned_data["ground"], row.request))


def _lifted(request: AgentRequest, row: PersonRequest, form: forms.Form) -> calls.Lifted | Refused:
    found = request.conversation.ask(calls.listed())
    if isinstance(found, Refused):
        return found
    live = next((one for one in found.rows if one.person == row.person and one.lifted_at is None), None)
    if live is None:
        raise Http404
    return request.conversation.ask(calls.lift(live.restriction, form.cleaned_data["told_on"]))
