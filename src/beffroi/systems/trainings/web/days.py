"""The calendar of a session: which days have training, and how long; it names nobody."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from beffroi.client.in_django import AgentRequest
from beffroi.core import training
from beffroi.systems.prescriptions import api as prescriptions
from beffroi.systems.prescriptions.api import TrainingSession
from beffroi.systems.trainings import actions, queries
from beffroi.systems.trainings.actions import Fault
from beffroi.systems.trainings.forms import OneDay, Planned
from beffroi.systems.trainings.web import words
from beffroi.systems.trainings.web.desk import day_of, desk_of, session_of, writer
from beffroi.ui.components import Crumb
from beffroi.ui.page_numbers import page_number


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: AgentRequest, session: UUID) -> HttpResponse:
    """The days there are, and a form for one more; or the form that makes them all."""
    desk = desk_of(request)
    found = session_of(desk, session)
    planned = bool(queries.calendar(session))
    if request.method != "POST":
        return _show(request, found, OneDay() if planned else Planned())
    if "weekdays" in request.POST or not planned:
        form = Planned(request.POST)
        if not form.is_valid():
            return _show(request, found, form, status=422)
        said = form.cleaned_data
        days = training.calendar(
            found.starts_on, found.ends_on, frozenset(said["weekdays"]), morning=said["morning"],
            afternoon=said["afternoon"],
        )  # fmt: skip
        return _done(request, found, form, actions.plan(writer(desk), found, days))
    one = OneDay(request.POST)
    if not one.is_valid():
        return _show(request, found, one, status=422)
    return _done(request, found, one, actions.set_day(writer(desk), found, one.day()))


@require_POST
def remove(request: AgentRequest, session: UUID, day: str) -> HttpResponse:
    """Take a day out."""
    desk = desk_of(request)
    found = session_of(desk, session)
    done = actions.remove_day(found, day_of(day))
    if done is None:
        messages.success(request, gettext("Le jour est retiré du calendrier."))
    else:
        messages.error(request, words.fault(done))
    return HttpResponseRedirect(reverse("trainings:calendar", args=[session]))


def _done(
    request: AgentRequest, session: TrainingSession, form: Planned | OneDay, fault: Fault | None
) -> HttpResponse:
    if fault is Fault.OUTSIDE:
        form.add_error("on" if isinstance(form, OneDay) else "weekdays", words.fault(fault))
        return _show(request, session, form, status=422)
    if fault is not None:
        messages.error(request, words.fault(fault))
    else:
        messages.success(request, gettext("Le calendrier est enregistré."))
    return HttpResponseRedirect(request.path)


def _show(
    request: AgentRequest, session: TrainingSession, form: Planned | OneDay, *, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    page = queries.calendar_page(session.id, page_number(request.GET.get("page")))
    days = queries.calendar(session.id)
    whole = sum(day.morning + day.afternoon for day in days)
    context = {
        "session": session,
        "days": prescriptions.days(session),
        "whole": words.hours(whole),
        "count": len(days),
        "form": form,
        "page": page,
        "lines": [
            (
                words.long_day(row.day),
                reverse("trainings:sheet", args=[session.id, row.day.isoformat()]) if row.day <= today else "",
                words.hours(row.morning) if row.morning else "–",
                words.hours(row.afternoon) if row.afternoon else "–",
                reverse("trainings:remove_day", args=[session.id, row.day.isoformat()]),
            )
            for row in page
        ],
        "crumbs": (
            Crumb(gettext("Présences"), reverse("trainings:board")),
            Crumb(session.title),
        ),
    }
    return render(request, "trainings/calendar.html", context, status=status)
