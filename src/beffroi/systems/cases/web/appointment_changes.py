"""Giving an hour from a file, saying what became of one, moving it to another."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.appointments import Kind, Move
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments import actions, queries
from beffroi.systems.cases.appointments.actions import Taken, Wanted
from beffroi.systems.cases.appointments.forms import Giving, Hour
from beffroi.systems.cases.appointments.queries import Known, desk_of
from beffroi.systems.cases.models import Appointment
from beffroi.systems.cases.people import Name, name_of
from beffroi.systems.cases.web.appointments import line, one_of, show, told
from beffroi.systems.cases.web.trail import below_file

_LISTS = {"jour": "cases:appointments_day", "structure": "cases:appointments_office"}


@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request: AgentRequest, person: UUID) -> HttpResponse:
    """A person's appointments here, and the form that gives another; whoever may not know the person sees neither."""
    session = request.described
    if not rights.keeps_appointments(session):
        raise Http404
    purpose = rights.purpose_of(session, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, [rights.IDENTITY]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    name, desk = name_of(opened.fields.get(rights.IDENTITY, {})), desk_of(session)
    rows = queries.of_person(person, desk.organisation)
    form = _form(request, rows)
    if not form.is_bound:
        return _person(request, person, name, rows, form)
    if not form.is_valid():
        return _person(request, person, name, rows, form, status=422)
    typed = form.cleaned_data
    wanted = Wanted(
        person=str(person),
        account=typed.get("account") or desk.account,
        slot=typed["slot"],
        kind=typed["kind"],
        place=typed["place"],
    )
    made = actions.make(desk, wanted, timezone.now(), knowing="knowing" in request.POST)
    if isinstance(made, Taken):
        taken = (wanted.account, made.clashes)
        return _person(request, person, name, rows, form, status=409, taken=taken)
    messages.success(request, gettext("Le rendez-vous est pris."))
    return HttpResponseRedirect(request.path)


def _form(request: AgentRequest, rows: list[Appointment]) -> Giving:
    session = request.described
    agents: list[tuple[str, str]] | None = None
    initial: dict[str, object] = {"kind": Kind.FOLLOW_UP.value}
    if not rights.has_portfolio(session):
        lately = queries.agents(desk_of(session).organisation, timezone.now())
        named = queries.colleagues(request.conversation, lately)
        agents = sorted(((account, named[account]) for account in lately if account in named), key=lambda one: one[1])
        initial |= {"account": str(rows[0].account)} if rows else {}
    return Giving(agents, request.POST if request.method == "POST" else None, initial=initial)


def _person(
    request: AgentRequest,
    person: UUID,
    name: Name,
    rows: list[Appointment],
    form: Giving,
    *,
    status: int = 200,
    taken: tuple[str, list[Appointment]] | None = None,
) -> HttpResponse:
    now = timezone.localtime()
    account, clashes = taken or ("", [])
    agents = queries.colleagues(request.conversation, [str(row.account) for row in rows])
    context = {
        "name": name,
        "form": form,
        "lines": [line(row, Known(name), now, agent=agents.get(str(row.account), ""), at_hand=False) for row in rows],
        "clashes": [told(each, account, request.described.account) for each in clashes],
        "back": reverse("cases:file", args=[person]),
        "crumbs": below_file(person, gettext("Rendez-vous"), name.full),
    }
    return render(request, "cases/appointments_person.html", context, status=status)


@require_POST
def say(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """Say what became of an appointment, and go back to where that was said."""
    found, now = one_of(request, identifier), timezone.now()
    try:
        move = Move(request.POST.get("move", ""))
    except ValueError:
        raise Http404 from None
    said = actions.say(desk_of(request.described), identifier, move, timezone.localtime(now))
    if said is None:
        messages.warning(request, gettext("Cela ne peut plus être dit de ce rendez-vous : voyez où il en est."))
    else:
        messages.success(request, gettext("C'est enregistré."))
    return HttpResponseRedirect(_back(request, identifier, found.starts_at))


@require_POST
def postpone(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """Move a planned appointment to another hour; the two stay linked."""
    one_of(request, identifier)
    form = Hour(request.POST)
    if not form.is_valid():
        return show(request, identifier, form, status=422)
    made = actions.postpone(
        desk_of(request.described),
        identifier,
        form.cleaned_data["slot"],
        timezone.localtime(),
        knowing="knowing" in request.POST,
    )
    if isinstance(made, Taken):
        return show(request, identifier, form, clashes=made.clashes, status=409)
    if made is None:
        messages.warning(request, gettext("Cela ne peut plus être dit de ce rendez-vous : voyez où il en est."))
        return HttpResponseRedirect(reverse("cases:appointment", args=[identifier]))
    messages.success(request, gettext("Le rendez-vous est reporté."))
    return HttpResponseRedirect(reverse("cases:appointment", args=[made.id]))


def _back(request: AgentRequest, identifier: UUID, starts_at: datetime) -> str:
    listed = _LISTS.get(request.POST.get("retour", ""))
    if listed is None:
        return reverse("cases:appointment", args=[identifier])
    return f"{reverse(listed)}?jour={timezone.localdate(starts_at)}"
