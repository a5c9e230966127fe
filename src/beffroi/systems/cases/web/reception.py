"""The reception desk: who is expected today, who is here, and who comes without an appointment. Identities alone."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.appointments import Kind, Move, Place, Slot, State
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments import actions, queries
from beffroi.systems.cases.appointments.actions import Wanted
from beffroi.systems.cases.appointments.forms import WalkIn
from beffroi.systems.cases.appointments.queries import Known, desk_of
from beffroi.systems.cases.models import Appointment
from beffroi.systems.cases.people import Name, name_of
from beffroi.systems.cases.web.appointments import Line, line
from beffroi.ui.components import Crumb, Tab

_VIEWS = {"attendus": (State.PLANNED,), "arrives": (State.PRESENT,)}
_OF_THE_DESK = (Move.MISS, Move.EXCUSE)


@dataclass(frozen=True, repr=False)
class Arrival:
    """An appointment of today at the desk: whether the person can be said to be here, and what else can be said."""

    line: Line
    arrives: bool
    moves: tuple[str, ...]


@require_GET
def desk(request: AgentRequest) -> HttpResponse:
    """Today's appointments of the whole organisation, by hour."""
    session = request.described
    if not rights.receives(session):
        if rights.keeps_appointments(session):  # whoever follows people has hours of their own
            return HttpResponseRedirect(reverse("cases:appointments"))
        return render(request, "cases/no_file.html")
    now, today = timezone.localtime(), timezone.localdate()
    rows = queries.day(desk_of(session), today, everybody=True)
    view = request.GET.get("voir", "")
    wanted = _VIEWS.get(view)
    listed = rows if wanted is None else rows.filter(state__in=[state.value for state in wanted])
    page = Paginator(listed, queries.DAY_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    known = queries.names(request.conversation, session, (row.person for row in shown))
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    agents = queries.colleagues(request.conversation, [str(row.account) for row in shown])
    counts = {name: rows.filter(state__in=[each.value for each in states]).count() for name, states in _VIEWS.items()}
    arrivals = [
        _arrival(row, line(row, known[row.person], now, agent=agents.get(str(row.account), ""), at_hand=False))
        for row in shown
    ]
    context = {
        "arrivals": arrivals,
        "page": page,
        "today": today,
        "view": view if view in _VIEWS else "",
        "tabs": _tabs(view, counts, rows.count()),
        "organisation": session.membership.organisation.name if session.membership else "",
        "creatable": rights.may(session, "create"),
    }
    return render(request, "cases/reception.html", context)


def _arrival(row: Appointment, shown: Line) -> Arrival:
    said = {button.move for button in shown.buttons}
    moves = tuple(move.value for move in _OF_THE_DESK if move.value in said)
    return Arrival(shown, Move.ATTEND.value in said and row.state == State.PLANNED.value, moves)


def _tabs(view: str, counts: dict[str, int], every: int) -> tuple[Tab, ...]:
    home = reverse("cases:reception")
    return (
        Tab(gettext("Toute la journée"), home, current=view not in _VIEWS, count=every),
        Tab(gettext("Attendus"), f"{home}?voir=attendus", current=view == "attendus", count=counts["attendus"]),
        Tab(gettext("Arrivés"), f"{home}?voir=arrives", current=view == "arrives", count=counts["arrives"]),
    )


@require_POST
def say(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """Say that somebody is here, did not come, or let us know; back to the desk."""
    session = request.described
    if not rights.receives(session):
        raise Http404
    own = desk_of(session)
    if queries.one(identifier, own.organisation) is None:
        raise Http404
    now, said = timezone.localtime(), request.POST.get("move", "")
    if said == Move.ATTEND.value:
        done = actions.arrive(own, identifier, now)
    elif said in {move.value for move in _OF_THE_DESK}:
        done = actions.say(own, identifier, Move(said), now) is not None
    else:
        raise Http404
    if done:
        arrived = said == Move.ATTEND.value
        messages.success(request, gettext("L'arrivée est notée.") if arrived else gettext("L'absence est notée."))
    else:
        messages.warning(request, gettext("Cela ne peut plus être dit de ce rendez-vous : voyez où il en est."))
    view = request.POST.get("voir", "")
    return HttpResponseRedirect(reverse("cases:reception") + (f"?voir={view}" if view in _VIEWS else ""))


@require_http_methods(["GET", "HEAD", "POST"])
def walk_in(request: AgentRequest, person: UUID) -> HttpResponse:
    """Somebody who came without an appointment: by whom they are received now, or their hours of today."""
    session = request.described
    if not rights.receives(session):
        raise Http404
    purpose = rights.purpose_of(session, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, [rights.IDENTITY]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    own, now = desk_of(session), timezone.localtime()
    lately = queries.agents(own.organisation, now)
    named = queries.colleagues(request.conversation, lately)
    agents = sorted(((account, named[account]) for account in lately if account in named), key=lambda one: one[1])
    form = WalkIn(agents, request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = form.cleaned_data
        starts_at = now.replace(second=0, microsecond=0)
        slot = Slot(starts_at, starts_at + timedelta(minutes=typed["minutes"]))
        wanted = Wanted(str(person), typed["account"], slot, typed["kind"], Place.OFFICE.value)
        actions.walk_in(own, wanted, now)
        messages.success(request, gettext("L'arrivée est notée."))
        return HttpResponseRedirect(reverse("cases:reception"))
    return _walk_in(request, person, name_of(opened.fields.get(rights.IDENTITY, {})), form, agents=bool(agents))


def _walk_in(request: AgentRequest, person: UUID, name: Name, form: WalkIn, *, agents: bool) -> HttpResponse:
    now = timezone.localtime()
    rows = list(queries.of_person(person, desk_of(request.described).organisation))
    today = [row for row in rows if timezone.localdate(row.starts_at) == now.date()]
    form.initial["kind"] = (Kind.FOLLOW_UP if rows else Kind.FIRST).value
    agents_of = queries.colleagues(request.conversation, [str(row.account) for row in today])
    lines = [line(row, Known(name), now, agent=agents_of.get(str(row.account), ""), at_hand=False) for row in today]
    context = {
        "name": name,
        "person": person,
        "form": form,
        "agents": agents,
        "arrivals": [_arrival(row, shown) for row, shown in zip(today, lines, strict=True)],
        "crumbs": (Crumb(gettext("Accueil du jour"), reverse("cases:reception")), Crumb(name.full)),
    }
    return render(request, "cases/walk_in.html", context, status=422 if form.is_bound else 200)
