"""Prescribing: a person of one's own is chosen, then seen with what will be shared, then sent."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.people import name_of
from beffroi.core.prescribing import Objection
from beffroi.systems.prescriptions import lists, moving, queries, rights
from beffroi.systems.prescriptions.models import TrainingSession
from beffroi.systems.prescriptions.web import catalogue, words
from beffroi.ui.components import Crumb
from beffroi.ui.page_numbers import page_number

PAGE_SIZE = 25


@require_GET
def choose(request: AgentRequest, session: UUID) -> HttpResponse:
    """One's own people, twenty-five a page, in one call of the guard."""
    found = _open(request, session)
    page = page_number(request.GET.get("page"))
    answer = request.conversation.ask(
        calls.portfolio(rights.PRESCRIPTION, scope="portfolio", order="name", page=page, size=PAGE_SIZE)
    )
    if isinstance(answer, Refused):
        return RefusalAnswer(answer)
    context = {
        "session": found,
        "days": words.days(found),
        "crumbs": _crumbs(found),
        "rows": [
            (reverse("prescriptions:send", args=[session, row.id]), name_of(row.fields[lists.IDENTITY]))
            for row in answer.rows
            if not row.masked and lists.IDENTITY in row.fields
        ],
        "masked": sum(row.masked for row in answer.rows),
        "page": answer,
        "previous": f"?page={answer.page - 1}" if answer.page > 1 else "",
        "next": f"?page={answer.page + 1}" if answer.page < answer.pages else "",
    }
    return render(request, "prescriptions/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: AgentRequest, session: UUID, person: UUID) -> HttpResponse:
    """Who is sent where, and what that organisation will read; then the prescription."""
    found = _open(request, session)
    if request.method != "POST":
        return _confirm(request, found, person)
    done = moving.send(request.conversation, words.office(request.described), found, person)
    if isinstance(done, Refused):
        return RefusalAnswer(done)
    if isinstance(done, Objection):
        return _confirm(request, found, person, objection=words.objection(done))
    messages.success(request, gettext("La prescription est envoyée."))
    return HttpResponseRedirect(reverse("prescriptions:sent_one", args=[done.id]))


def _confirm(request: AgentRequest, session: TrainingSession, person: UUID, *, objection: str = "") -> HttpResponse:
    opened = request.conversation.ask(calls.open_file(str(person), rights.PRESCRIPTION, [lists.IDENTITY]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    context = {
        "session": session,
        "days": words.days(session),
        "places": words.places(session),
        "name": name_of(opened.fields.get(lists.IDENTITY, {})).full,
        "until": moving.known_until(session, timezone.localdate()),
        "objection": objection,
        "person": person,
        "crumbs": _crumbs(session, str(person)),
        "back": catalogue.page_of(session, str(person)),
    }
    return render(request, "prescriptions/send.html", context, status=409 if objection else 200)


def _open(request: AgentRequest, session: UUID) -> TrainingSession:
    """A session to which somebody may be sent. Raises Http404 for any other, and for whoever prescribes nothing."""
    found = queries.one(session) if rights.prescribes(request.described) else None
    if found is None or not queries.takes_prescriptions(found, timezone.localdate()):
        raise Http404
    return found


def _crumbs(session: TrainingSession, person: str = "") -> tuple[Crumb, ...]:
    return (
        Crumb(gettext("Catalogue"), catalogue.everything(person)),
        Crumb(session.title, catalogue.page_of(session, person)),
        Crumb(gettext("Prescrire")),
    )
