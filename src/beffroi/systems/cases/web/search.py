"""Exact search. What is typed is posted, never in an address; nothing is searched by halves of a name."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from beffroi.client import Call, Refused, calls
from beffroi.client.answers import Follower, Found, Match
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import rights
from beffroi.systems.cases.forms import NameSearch, NumberSearch
from beffroi.systems.cases.web import words


@dataclass(frozen=True)
class Hit:
    """Somebody found: the sentence of the relation, empty when only others follow the person."""

    person: str
    url: str
    relation: str
    followed_by: tuple[Follower, ...]


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: AgentRequest) -> HttpResponse:
    """Search by identity or by one number; the results replace nothing of what was typed."""
    if not rights.may(request.described, "find"):
        return render(request, "cases/no_file.html")
    by_name, by_number = NameSearch(), NumberSearch()
    form: NameSearch | NumberSearch | None = None
    if request.method == "POST" and request.POST.get("recherche") == "numero":
        form = by_number = NumberSearch(request.POST)
    elif request.method == "POST":
        form = by_name = NameSearch(request.POST)
    context: dict[str, object] = {"by_name": by_name, "by_number": by_number, "refused_form": form, "searched": False}
    status = 200
    if form is not None and form.is_valid():
        found = request.conversation.ask(searching(rights.purpose_of(request.described, "find"), form))
        if isinstance(found, Refused) and found.code == "malformed":
            form.add_error("value" if isinstance(form, NumberSearch) else "birth_date", found.detail)
        elif isinstance(found, Refused):
            return RefusalAnswer(found)
        else:
            context |= {"searched": True, "hits": [hit(match) for match in found.matches], "more": found.more}
    if form is not None and form.errors:
        status = 422
    context["creatable"] = rights.may(request.described, "create")
    context["receives"] = rights.receives(request.described)
    return render(request, "cases/search.html", context, status=status)


def searching(purpose: str, form: NameSearch | NumberSearch) -> Call[Found]:
    """The search that a valid form asks for."""
    typed = form.cleaned_data
    if isinstance(form, NumberSearch):
        return calls.find(purpose, typed["by"], {"value": typed["value"]})
    return calls.find(purpose, "name", {name: typed[name] for name in ("last_name", "first_name", "birth_date")})


def hit(match: Match) -> Hit:
    """A match as the page shows it."""
    relation = words.explanation(match.relation) if match.relation else ""
    return Hit(match.person, reverse("cases:file", args=[match.person]), relation, match.followed_by)
