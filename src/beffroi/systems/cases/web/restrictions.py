"""Restrictions: of a request of the register, begun and lifted there; and every one of the organisation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from beffroi.client import Refused
from beffroi.client import restrictions as calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.person_requests import PersonRequest
from beffroi.core.person_rights import MOVES, Article, State
from beffroi.systems.cases import rights
from beffroi.systems.cases.person_requests import registered
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
    row = registered.one(request.conversation, identifier)
    if isinstance(row, Refused):
        return RefusalAnswer(row)
    if row.article != Article.RESTRICTION.value:
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
        "restriction": shown, "wrong": form, "asked": True, "person": row.person,
        "back": reverse("cases:person_request", args=[row.request]),
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


@dataclass(frozen=True)
class Line:
    """A restriction under way, as the list shows it."""

    row: calls.Restriction
    ground: str


def _under_way(request: AgentRequest) -> list[calls.Restriction] | Refused:
    """Those that the correspondent may lift."""
    if not rights.answers_people(request.described):
        raise Http404
    found = request.conversation.ask(calls.listed())
    return found if isinstance(found, Refused) else [row for row in found.rows if row.lifted_at is None]


@require_safe
def under_way(request: AgentRequest) -> HttpResponse:
    """Every file the use of which is restricted, whatever asked for it."""
    found = _under_way(request)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = {
        "lines": [Line(row, said(GROUNDS, row.ground)) for row in found],
        "crumbs": (
            Crumb(gettext("Demandes des personnes"), reverse("cases:person_requests")),
            Crumb(gettext("Dossiers limités")),
        ),
    }  # fmt: skip
    return render(request, "cases/restrictions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """Lift one of the list."""
    found = _under_way(request)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    row = next((each for each in found if each.restriction == str(identifier)), None)
    if row is None:
        raise Http404
    form = Lifting(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        done = request.conversation.ask(calls.lift(row.restriction, form.cleaned_data["told_on"]))
        if not isinstance(done, Refused):
            messages.success(request, gettext("La limitation est levée."))
            return HttpResponseRedirect(reverse("cases:restrictions"))
        if done.code != "restriction-told":
            return RefusalAnswer(done)
        form.add_error("told_on", done.detail)
    url = reverse("cases:restriction_lift", args=[row.restriction])
    context = {
        "restriction": Card(url, True, row.since_at, said(GROUNDS, row.ground), None, form), "wrong": form,
        "asked": row.request is not None, "person": row.person, "back": reverse("cases:restrictions"),
        "crumbs": (
            Crumb(gettext("Demandes des personnes"), reverse("cases:person_requests")),
            Crumb(gettext("Dossiers limités"), reverse("cases:restrictions")),
            Crumb(gettext("Limitation")),
        ),
    }  # fmt: skip
    return render(request, "cases/restriction.html", context, status=422 if form.errors else 200)
