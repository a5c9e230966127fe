"""One person's file, opened group by group; every opening is one call, durable in the journal before it shows."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused, calls
from beffroi.client.answers import Opened
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import rights
from beffroi.systems.cases.people import Name, age_on, born_on, name_of
from beffroi.systems.cases.sections import SECTIONS, Section, entries
from beffroi.systems.cases.web import words
from beffroi.ui.components import Crumb, Entry


@dataclass(frozen=True)
class Part:
    """A section of the page: opened, closed (``url`` opens it), or withheld by the guard."""

    section: Section
    entries: list[Entry] | None
    url: str = ""
    withheld: bool = False
    edit_url: str = ""


@require_GET
def file(request: AgentRequest, person: UUID) -> HttpResponse:
    """Open the identity, and the groups that ``rubriques`` names besides."""
    readable = rights.readable(request.described)
    wanted = wanted_groups(request.GET.get("rubriques", ""), readable)
    purpose = rights.purpose_of(request.described, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, wanted))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    return show(request, opened, wanted)


def wanted_groups(said: str, readable: tuple[str, ...]) -> list[str]:
    """The identity first, then the named groups that this role may read."""
    named = set(said.split(".")) | {rights.IDENTITY}
    return [group for group in SECTIONS if group in named and group in readable]


def show(request: AgentRequest, opened: Opened, wanted: list[str]) -> HttpResponse:
    """The page of an opened file."""
    identity = opened.fields.get(rights.IDENTITY, {})
    name = name_of(identity)
    born = born_on(identity)
    context = {
        "person": opened.person,
        "name": name,
        "age": None if born is None else age_on(born, words.today()),
        "crumbs": _crumbs(name),
        "explanation": words.explanation(opened.explanation),
        "entry": opened.entry,
        "parts": [_part(request, opened, group, wanted) for group in _shown(request)],
        "budget": opened.budget,
        "budget_label": words.bucket(opened.budget.bucket) if opened.budget else "",
    }
    return render(request, "cases/file.html", context)


def _shown(request: AgentRequest) -> list[str]:
    readable = rights.readable(request.described)
    return [group for group in SECTIONS if group in readable]


def _part(request: AgentRequest, opened: Opened, group: str, wanted: list[str]) -> Part:
    section = SECTIONS[group]
    if group in opened.withheld:
        return Part(section, None, withheld=True)
    if group in opened.fields:
        return Part(section, entries(section, opened.fields[group]))
    address = reverse("cases:file", args=[opened.person])
    return Part(section, None, url=f"{address}?rubriques={'.'.join([*wanted, group])}#{group}")


def _crumbs(name: Name) -> tuple[Crumb, ...]:
    return Crumb(gettext("Dossiers"), reverse("cases:portfolio")), Crumb(name.full)
