"""A person's situation through time: what holds today, every change, what changed between two days."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.answers import Opened
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.situations import Change, Difference, between, standing
from beffroi.systems.cases import queries, rights
from beffroi.systems.cases.people import name_of
from beffroi.systems.cases.situations import actions
from beffroi.systems.cases.situations.forms import ChangeForm, Comparison
from beffroi.systems.cases.situations.reading import Told, authors_of, changes_of, said, since, told
from beffroi.systems.cases.situations.words import SUBJECTS
from beffroi.systems.cases.web.editing import address, kept
from beffroi.systems.cases.web.trail import below_file
from beffroi.ui.components import Entry

_GROUP = "situation"


@require_http_methods(["GET", "HEAD", "POST"])
def situation(request: AgentRequest, person: UUID) -> HttpResponse:
    """The page; a change is posted to it, and a comparison asked of it."""
    session = request.described
    if _GROUP not in rights.readable(session):
        raise Http404
    writable = _GROUP in rights.writable(session)
    form: ChangeForm | None = None
    if request.method == "POST":
        if not writable:
            raise Http404
        form = ChangeForm(request.POST)
        if form.is_valid():
            return _note(request, person, form)
    purpose = rights.purpose_of(session, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, [rights.IDENTITY, _GROUP]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    return _page(request, person, opened, form, writable=writable)


def _note(request: AgentRequest, person: UUID, form: ChangeForm) -> HttpResponse:
    typed = form.cleaned_data
    subject, code = typed["what"]
    answer = actions.note(
        request.conversation,
        request.described,
        str(person),
        subject,
        code,
        typed["on"],
        text=typed["text"],
        corrects=typed["corrects"],
    )
    if answer is None:
        messages.warning(request, gettext("Une correction porte sur le même sujet que ce qu'elle corrige."))
        return HttpResponseRedirect(request.path)
    return kept(request, request.path, answer)


def _page(
    request: AgentRequest, person: UUID, opened: Opened, form: ChangeForm | None, *, writable: bool
) -> HttpResponse:
    values = opened.fields.get(_GROUP, {})
    name = name_of(opened.fields.get(rights.IDENTITY, {}))
    changes, lines = changes_of(values), told(values)
    names = queries.agents(request.conversation, authors_of(lines))
    today = timezone.localdate()
    comparison = Comparison(request.GET) if "du" in request.GET else None
    compared = None
    if comparison is not None and comparison.is_valid():
        typed = comparison.cleaned_data
        compared = [_difference(each) for each in between(changes, typed["du"], typed["au"])]
    if form is None and writable:
        form = ChangeForm(initial=_initial(request.GET.get("corrige", ""), lines))
    context = {
        "name": name,
        "now": [_entry(change) for change in standing(changes, today).values()],
        "lines": [replace(line, author=names.get(line.author, "")) for line in lines],
        "form": form,
        "correcting": form is not None and form["corrects"].value() not in (None, ""),
        "comparison": comparison or Comparison(initial={"du": date(today.year, 1, 1), "au": today}),
        "compared": compared,
        "back": address(str(person), _GROUP),
        "crumbs": below_file(person, gettext("Situation dans le temps"), name.full),
    }
    refused = (form is not None and form.is_bound) or (comparison is not None and not comparison.is_valid())
    return render(request, "cases/situation.html", context, status=422 if refused else 200)


def _initial(said_number: str, lines: tuple[Told, ...]) -> dict[str, Any]:
    for line in lines:
        if line.change is not None and not line.wrong and str(line.number) == said_number:
            what = f"{line.change.subject.value}:{line.change.code}"
            return {"what": what, "on": line.on, "text": line.text, "corrects": line.number}
    return {"on": timezone.localdate()}


def _entry(change: Change) -> Entry:
    return Entry(str(SUBJECTS[change.subject]), str(said(change)), note=since(change))


def _difference(each: Difference) -> tuple[str, str, str]:
    nothing = gettext("Non renseigné")
    return str(SUBJECTS[each.subject]), str(said(each.before)) or nothing, str(said(each.after)) or nothing
