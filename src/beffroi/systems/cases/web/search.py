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
    by_name, by_number, form = typed(request)
    context: dict[str, object] = {"by_name": by_name, "by_number": by_number, "refused_form": form, "searched": False}
    found = looked_for(request, form)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    if found is not None:
        context |= {"searched": True, "hits": [hit(match) for match in found.matches], "more": found.more}
    context["creatable"] = rights.may(request.described, "create")
    context["follows"] = rights.follows(request.described)
    context["receives"] = rights.receives(request.described)
    return render(request, "cases/search.html", context, status=422 if form is not None and form.errors else 200)


def typed(request: AgentRequest) -> tuple[NameSearch, NumberSearch, NameSearch | NumberSearch | None]:
    """Both forms, and which of them was posted."""
    by_name, by_number = NameSearch(), NumberSearch()
    if request.method != "POST":
        return by_name, by_number, None
    if request.POST.get("recherche") == "numero":
        by_number = NumberSearch(request.POST)
        return by_name, by_number, by_number
    by_name = NameSearch(request.POST)
    return by_name, by_number, by_name


def looked_for(request: AgentRequest, form: NameSearch | NumberSearch | None) -> Found | Refused | None:
    """What the form that was posted finds; ``None`` where none was, or where it says what is wrong with it."""
    if form is None or not form.is_valid():
        return None
    found = request.conversation.ask(_call(rights.purpose_of(request.described, "find"), form))
    if isinstance(found, Refused) and found.code == "malformed":
        form.add_error("value" if isinstance(form, NumberSearch) else "birth_date", found.detail)
        return None
    return found


def _call(purpose: str, form: NameSearch | NumberSearch) -> Call[Found]:
    said = form.cleaned_data
    if isinstance(form, NumberSearch):
        return calls.find(purpose, said["by"], {"value": said["value"]})
    return calls.find(purpose, "name", {name: said[name] for name in ("last_name", "first_name", "birth_date")})


def hit(match: Match) -> Hit:
    """A match as the page shows it."""
    relation = words.explanation(match.relation) if match.relation else ""
    return Hit(match.person, reverse("cases:file", args=[match.person]), relation, match.followed_by)
