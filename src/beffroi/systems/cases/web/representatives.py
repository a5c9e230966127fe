"""The page of a minor's legal representatives; for an adult it is closed, but for taking away what is still kept."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.answers import Opened
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import rights
from beffroi.systems.cases.people import age_on, born_on, name_of
from beffroi.systems.cases.representatives import actions
from beffroi.systems.cases.representatives.actions import GROUP
from beffroi.systems.cases.representatives.forms import RepresentativeForm, initial_of
from beffroi.systems.cases.representatives.reading import MOST, Representative, representatives_of
from beffroi.systems.cases.sections import SECTIONS, entries
from beffroi.systems.cases.web import words
from beffroi.systems.cases.web.editing import address, kept
from beffroi.systems.cases.web.trail import below_file
from beffroi.ui.components import Entry

OF_AGE = 18


@dataclass(frozen=True, repr=False)
class Shown:
    """A representative as pages write them; ``heir``: who receives the letters once this one is taken away."""

    one: Representative
    entries: list[Entry]
    heir: str


def shown(each: tuple[Representative, ...]) -> list[Shown]:
    """All of them, fields without a value left out."""
    section = SECTIONS[GROUP]
    return [
        Shown(one, [entry for entry in entries(section, one.values) if entry.value], _heir(each, one)) for one in each
    ]


def _heir(each: tuple[Representative, ...], gone: Representative) -> str:
    """As taking one away settles it: whoever receives them already, else the first who is left."""
    left = [one for one in each if one is not gone]
    return next((one.full for one in left if one.letters), left[0].full if left else "")


@require_http_methods(["GET", "HEAD", "POST"])
def representatives(request: AgentRequest, person: UUID) -> HttpResponse:
    """The list and, for a minor, the form of another one or (``?modifier=``) of one of them."""
    if GROUP not in rights.readable(request.described) or GROUP not in rights.writable(request.described):
        raise Http404
    purpose = rights.purpose_of(request.described, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, [rights.IDENTITY, GROUP]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    born = born_on(opened.fields.get(rights.IDENTITY, {}))
    minor = born is not None and age_on(born, words.today()) < OF_AGE
    if request.method == "POST" and request.POST.get("quoi") == "retirer":
        return _remove(request, person)
    if request.method == "POST":
        return _put(request, person, opened, minor=minor)
    return _page(request, person, opened, None, minor=minor)


def _remove(request: AgentRequest, person: UUID) -> HttpResponse:
    number, version = (_number(request.POST.get(name, "")) for name in ("number", "version"))
    answer = actions.remove(request.conversation, request.described, str(person), number, version)
    return kept(request, request.path, answer, gettext("Le représentant est retiré."))


def _put(request: AgentRequest, person: UUID, opened: Opened, *, minor: bool) -> HttpResponse:
    if not minor:
        raise Http404
    number = _number(request.POST.get("number", ""))
    form = RepresentativeForm(request.POST)
    if not form.is_valid():
        return _page(request, person, opened, form, minor=minor, number=number)
    version: int = form.cleaned_data["version"]
    one = form.representative(number)
    answer = actions.put(request.conversation, request.described, str(person), one, version)
    return kept(request, request.path, answer)


def _number(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise Http404
    return int(said)


def _page(
    request: AgentRequest,
    person: UUID,
    opened: Opened,
    form: RepresentativeForm | None,
    *,
    minor: bool,
    number: int | None = None,
) -> HttpResponse:
    name = name_of(opened.fields.get(rights.IDENTITY, {}))
    each = representatives_of(opened.fields.get(GROUP, {}))
    if number is None:
        edited = [one for one in each if str(one.number) == request.GET.get("modifier", "")]
        number = edited[0].number if edited else len(each)
    if form is None and minor and number < MOST:
        initial = {"version": opened.version, "letters": not each}
        form = RepresentativeForm(initial=initial_of(each[number], opened.version) if number < len(each) else initial)
    context = {
        "name": name,
        "minor": minor,
        "people": shown(each),
        "form": form,
        "number": number,
        "editing": number < len(each),
        "version": opened.version,
        "back": address(str(person), GROUP),
        "here": reverse("cases:representatives", args=[person]),
        "crumbs": below_file(person, gettext("Représentants légaux"), name.full),
    }
    return render(
        request, "cases/representatives.html", context, status=422 if form is not None and form.is_bound else 200
    )
