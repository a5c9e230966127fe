"""A person's follow-up at the agent's organisation: status, programmes with their days."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.answers import Session
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.progress import Period, Programme, Status, runs
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments.queries import desk_of
from beffroi.systems.cases.models import Case, ProgrammePeriod
from beffroi.systems.cases.people import Name, name_of
from beffroi.systems.cases.progress import actions, queries
from beffroi.systems.cases.progress import words as said
from beffroi.systems.cases.progress.forms import Beginning, Ending, StatusForm
from beffroi.systems.cases.web.trail import below_file


def keeps(session: Session) -> bool:
    """Whether the role writes follow-ups."""
    return rights.keeps_appointments(session) and "followup" in rights.writable(session)


@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: AgentRequest, person: UUID) -> HttpResponse:
    """The page of the follow-up; its forms are posted to it, each under its own name."""
    session = request.described
    if not keeps(session):
        raise Http404
    purpose = rights.purpose_of(session, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, [rights.IDENTITY]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    name = name_of(opened.fields.get(rights.IDENTITY, {}))
    if request.method == "POST":
        return _write(request, person, name)
    return _page(request, person, name)


def _write(request: AgentRequest, person: UUID, name: Name) -> HttpResponse:
    match request.POST.get("quoi"):
        case "statut":
            return _say_status(request, person, name)
        case "programme":
            return _begin(request, person, name)
        case "fin":
            return _end(request, person, name)
        case "retrait":
            return _remove(request, person)
        case _:
            raise Http404


def _say_status(request: AgentRequest, person: UUID, name: Name) -> HttpResponse:
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _page(request, person, name, status=form)
    typed = form.cleaned_data
    actions.say_status(
        desk_of(request.described), person, Status(typed["status"]), typed["contacted_on"], typed["shown_on"],
        timezone.now(),
    )  # fmt: skip
    return _saved(request)


def _begin(request: AgentRequest, person: UUID, name: Name) -> HttpResponse:
    form = Beginning(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        period = Period(typed["starts_on"], typed["ends_on"])
        if actions.begin(desk_of(request.described), person, Programme(typed["code"]), period, timezone.now()):
            return _saved(request)
        form.add_error("starts_on", gettext("Ce dispositif est déjà suivi à ces dates."))
    return _page(request, person, name, beginning=form)


def _end(request: AgentRequest, person: UUID, name: Name) -> HttpResponse:
    form, identifier = Ending(request.POST), _period_named(request)
    if form.is_valid():
        day: date = form.cleaned_data["day"]
        if actions.end(desk_of(request.described), person, identifier, day, timezone.now()):
            return _saved(request)
        form.add_error("day", gettext("Ce dispositif n'est plus en cours, ou ce jour est avant le premier."))
    return _page(request, person, name, ending=form)


def _remove(request: AgentRequest, person: UUID) -> HttpResponse:
    if actions.remove(desk_of(request.described), person, _period_named(request)):
        messages.success(request, gettext("Le dispositif est retiré."))
    else:
        messages.warning(request, gettext("Ce dispositif a déjà été retiré."))
    return HttpResponseRedirect(request.path)


def _period_named(request: AgentRequest) -> UUID:
    try:
        return UUID(request.POST.get("periode", ""))
    except ValueError:
        raise Http404 from None


def _saved(request: AgentRequest) -> HttpResponse:
    messages.success(request, gettext("C'est enregistré."))
    return HttpResponseRedirect(request.path)


def _page(
    request: AgentRequest,
    person: UUID,
    name: Name,
    *,
    status: StatusForm | None = None,
    beginning: Beginning | None = None,
    ending: Ending | None = None,
) -> HttpResponse:
    organisation = desk_of(request.described).organisation
    case = queries.case_of(person, organisation)
    periods = queries.periods_of(person, organisation)
    refused = status or beginning or ending
    context = {
        "name": name,
        "person": person,
        "refused_form": refused,
        "status_form": status or StatusForm(initial=_initial(case)),
        "beginning": beginning or Beginning(initial={"starts_on": timezone.localdate()}),
        "ending": ending or Ending(initial={"day": timezone.localdate()}),
        "periods": [_period(row) for row in periods],
        "under_way": [(row, said.PROGRAMMES[Programme(row.code)]) for row in periods if row.ends_on is None],
        "crumbs": below_file(person, gettext("Parcours"), name.full),
    }
    return render(request, "cases/progress.html", context, status=422 if refused else 200)


def _initial(case: Case | None) -> dict[str, object]:
    if case is None:
        return {}
    return {"status": case.status, "contacted_on": case.contacted_on, "shown_on": case.contacted_on or ""}


def _period(row: ProgrammePeriod) -> tuple[ProgrammePeriod, str, bool]:
    running = runs(Period(row.starts_on, row.ends_on), timezone.localdate())
    return row, said.PROGRAMMES[Programme(row.code)], running
