"""What an office prescribed: an agent's own list, a person's, and one of them with what became of it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.people import name_of
from beffroi.core.prescribing import Move, Objection, Side, State
from beffroi.systems.prescriptions import lists, moving, rights
from beffroi.systems.prescriptions.models import Prescription
from beffroi.systems.prescriptions.trainees import Followed
from beffroi.systems.prescriptions.web import words
from beffroi.ui.components import Crumb, Tab
from beffroi.ui.page_numbers import page_number

_VIEWS = {"a-voir": "new", "en-cours": "current", "terminees": "closed"}


@require_GET
def own(request: AgentRequest) -> HttpResponse:
    """An agent's own prescriptions, in one query and one call of the guard."""
    desk = _desk(request)
    new = lists.new_to_agent(desk.account, desk.organisation)
    said = request.GET.get("vue", "")
    view = said if said in _VIEWS else ("a-voir" if new else "en-cours")
    number = page_number(request.GET.get("page"))
    page = lists.sent(desk.account, desk.organisation, _VIEWS[view], number)
    known = lists.names(request.conversation, rights.PRESCRIPTION, (row.person for row in page))
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    followed = _followed()([row for row in page if known[row.person].name is not None])
    labels = {"a-voir": gettext("À voir"), "en-cours": gettext("En cours"), "terminees": gettext("Terminées")}
    here = reverse("prescriptions:sent")
    context = {
        "heading": gettext("Mes prescriptions"),
        "organisation": words.organisation(request.described),
        "tabs": tuple(
            Tab(label, f"{here}?vue={code}", current=code == view, count=new if code == "a-voir" else None)
            for code, label in labels.items()
        ),
        "page": page,
        "lines": [
            words.line(
                row,
                known[row.person],
                "prescriptions:sent_one",
                new=row.new_to_office,
                alert=row.id in followed and bool(followed[row.id].alert),
            )
            for row in page
        ],
        "none": gettext("Rien de nouveau") if view == "a-voir" else gettext("Aucune prescription ici"),
        "hint": gettext("Choisissez une session au catalogue, puis la personne à y envoyer."),
    }
    return render(request, "prescriptions/list.html", context)


@cache
def _followed() -> Callable[[Sequence[Prescription]], Mapping[UUID, Followed]]:
    """What is written of those in training: the composition root names who knows it (PRESCRIPTIONS_FOLLOWED)."""
    return cast(
        Callable[[Sequence[Prescription]], Mapping[UUID, Followed]], import_string(settings.PRESCRIPTIONS_FOLLOWED)
    )


@require_GET
def of_person(request: AgentRequest, person: UUID) -> HttpResponse:
    """What one's office prescribed to a person, on a page that opens the identity."""
    desk = _desk(request)
    opened = request.conversation.ask(calls.open_file(str(person), rights.PRESCRIPTION, [lists.IDENTITY]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    name = name_of(opened.fields.get(lists.IDENTITY, {}))
    known = lists.Known(name)
    rows = lists.of_person(person, desk.organisation)
    context = {
        "name": name.full,
        "person": person,
        "lines": [words.line(row, known, "prescriptions:sent_one", new=row.new_to_office) for row in rows],
        "crumbs": (
            Crumb(gettext("Dossiers"), reverse("cases:portfolio")),
            Crumb(name.full, reverse("cases:file", args=[person])),
            Crumb(gettext("Formations prescrites")),
        ),
    }
    return render(request, "prescriptions/of_person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AgentRequest, prescription: UUID) -> HttpResponse:
    """One that one's office sent: where it stands, what became of it; withdrawn by a POST."""
    desk = _desk(request)
    found = lists.sent_one(prescription, desk.organisation)
    if found is None:
        raise Http404
    if request.method == "POST":
        done = moving.say(request.conversation, desk, found, Move.WITHDRAW)
        if isinstance(done, Refused):
            return RefusalAnswer(done)
        if isinstance(done, Objection):
            messages.error(request, words.objection(done))
        else:
            messages.success(request, gettext("La prescription est retirée : l'organisme ne voit plus la personne."))
        return HttpResponseRedirect(request.path)
    return _show(request, found)


def _show(request: AgentRequest, found: Prescription) -> HttpResponse:
    known = lists.names(request.conversation, rights.PRESCRIPTION, [found.person])
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    today = timezone.localdate()
    context = {
        **words.whole(found, known[found.person]),
        "followed": _followed()([found])[found.id] if known[found.person].name is not None else None,
        "steps": words.events(lists.steps(found.id)),
        "ahead": lists.ahead(found) if found.state == State.WAITING.value else None,
        "withdrawable": Move.WITHDRAW in moving.possible(found, Side.OFFICE, today),
        "file_url": reverse("cases:file", args=[found.person]),
        "crumbs": (
            Crumb(gettext("Mes prescriptions"), reverse("prescriptions:sent")),
            Crumb(found.session.title),
        ),
    }
    if str(found.account) == request.described.account:
        moving.look_at(found, Side.OFFICE)
    return render(request, "prescriptions/sent_one.html", context)


def _desk(request: AgentRequest) -> moving.Actor:
    """Whoever prescribes, for which office. Raises Http404 for everybody else."""
    if not rights.prescribes(request.described):
        raise Http404
    return words.office(request.described)
