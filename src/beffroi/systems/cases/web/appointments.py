"""The calendar: an agent's week, a day of hers or of the office's, one appointment, and the file for a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused
from beffroi.client.answers import Session
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.appointments import Kind, Move, Place, State, week_of
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments import actions, feed, queries
from beffroi.systems.cases.appointments.forms import Hour
from beffroi.systems.cases.appointments.queries import Desk, Known, desk_of
from beffroi.systems.cases.appointments.words import KINDS, MOVES, PLACES, STATES, masked
from beffroi.systems.cases.models import Appointment
from beffroi.systems.cases.people import Name
from beffroi.ui.components import Crumb, Tab

_FEED_BEFORE, _FEED_AFTER = timedelta(days=7), timedelta(days=97)
_MOST_IN_FEED = 1_000


@dataclass(frozen=True)
class Button:
    """One thing to say of an appointment."""

    move: str
    label: str
    kind: str


@dataclass(frozen=True, repr=False)
class Line:
    """An appointment as the pages show it; ``name`` None when the identity is not shown, and ``why``."""

    row: Appointment
    name: Name | None
    why: str
    agent: str
    state: str
    tone: str
    kind: str
    place: str
    buttons: tuple[Button, ...]

    @property
    def planned(self) -> bool:
        """Whether it is still to come, or nothing was said of it."""
        return self.row.state == State.PLANNED.value


def line(row: Appointment, known: Known, now: datetime, *, agent: str = "", at_hand: bool = True) -> Line:
    """A line; the buttons ``at_hand`` are those of a list: who came, who did not."""
    word, tone = STATES[State(row.state)]
    said = [move for move in actions.possible(row, now) if move in MOVES]
    if at_hand:
        said = [move for move in said if move in (Move.ATTEND, Move.MISS)]
    buttons = tuple(Button(move.value, str(MOVES[move][0]), MOVES[move][1]) for move in said)
    why = "" if known.name is not None else masked(known.why)
    kind, place = str(KINDS[Kind(row.kind)]), str(PLACES[Place(row.place)])
    return Line(row, known.name, why, agent, str(word), tone, kind, place, buttons)


@require_GET
def own_week(request: AgentRequest) -> HttpResponse:
    """The agent's week: one query, and one call of the guard for the names."""
    session = request.described
    if not rights.keeps_appointments(session):
        return render(request, "cases/no_file.html")
    today = timezone.localdate()
    monday = week_of(_day(request.GET.get("semaine", ""), today))
    rows = queries.week(desk_of(session), monday)
    known = queries.names(request.conversation, session, (row.person for row in rows))
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    now = timezone.localtime()
    lines = [line(row, known[row.person], now) for row in rows]
    days = [monday + timedelta(days=number) for number in range(7)]
    by_day = [(each, [one for one in lines if timezone.localdate(one.row.starts_at) == each]) for each in days]
    context = {
        "tabs": tabs(session_has_people=rights.has_portfolio(session), current="week"),
        "monday": monday,
        "sunday": days[-1],
        "today": today,
        "days": [(each, found) for each, found in by_day if found or each.weekday() < 5],
        "empty": not lines,
        "previous": f"?semaine={monday - timedelta(days=7)}",
        "next": f"?semaine={monday + timedelta(days=7)}",
        "current": monday == week_of(today),
        "count": len(lines),
    }
    return render(request, "cases/appointments_week.html", context)


@require_GET
def own_day(request: AgentRequest) -> HttpResponse:
    """The agent's day."""
    return _a_day(request, everybody=False)


@require_GET
def office_day(request: AgentRequest) -> HttpResponse:
    """The organisation's day, for those who receive people at the door."""
    return _a_day(request, everybody=True)


def _a_day(request: AgentRequest, *, everybody: bool) -> HttpResponse:
    session = request.described
    if not rights.keeps_appointments(session):
        return render(request, "cases/no_file.html")
    today = timezone.localdate()
    wanted = _day(request.GET.get("jour", ""), today)
    found = queries.day(desk_of(session), wanted, everybody=everybody)
    page = Paginator(found, queries.DAY_PAGE).get_page(request.GET.get("page"))
    rows: Sequence[Appointment] = list(page.object_list)
    known = queries.names(request.conversation, session, (row.person for row in rows))
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    agents = queries.colleagues(request.conversation, [str(row.account) for row in rows]) if everybody else {}
    now = timezone.localtime()
    context = {
        "tabs": tabs(session_has_people=rights.has_portfolio(session), current="office" if everybody else "day"),
        "day": wanted,
        "today": today,
        "lines": [line(row, known[row.person], now, agent=agents.get(str(row.account), "")) for row in rows],
        "page": page,
        "everybody": everybody,
        "portfolio": rights.has_portfolio(session),
        "back": "structure" if everybody else "jour",
        "previous": f"?jour={wanted - timedelta(days=1)}",
        "next": f"?jour={wanted + timedelta(days=1)}",
        "organisation": session.membership.organisation.name if session.membership else "",
    }
    return render(request, "cases/appointments_day.html", context)


@require_GET
def appointment(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """One appointment: what may be said of it, and where it went."""
    return show(request, identifier, None)


def show(
    request: AgentRequest,
    identifier: UUID,
    form: Hour | None,
    *,
    clashes: Sequence[Appointment] = (),
    status: int = 200,
) -> HttpResponse:
    """The page of one appointment; ``form`` holds an hour that was refused."""
    session = request.described
    found = one_of(request, identifier)
    known = queries.names(request.conversation, session, [found.person])
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    agents = queries.colleagues(request.conversation, [str(found.account)])
    now = timezone.localtime()
    shown = line(found, known[found.person], now, agent=agents.get(str(found.account), ""), at_hand=False)
    postponable = Move.POSTPONE in actions.possible(found, now)
    length = int((found.ends_at - found.starts_at).total_seconds()) // 60
    context = {
        "line": shown,
        "clashes": [told(each, str(found.account), session.account) for each in clashes],
        "form": form or (Hour(initial={"minutes": length}) if postponable else None),
        "refused_form": form,
        "followed_by": getattr(found, "postponed_to", None),
        "crumbs": (
            Crumb(gettext("Rendez-vous"), _calendar(session, timezone.localdate(found.starts_at))),
            Crumb(shown.name.full if shown.name else gettext("Un rendez-vous")),
        ),
    }
    return render(request, "cases/appointment.html", context, status=status)


def _calendar(session: Session, day: date) -> str:
    """Where the menu leads, on the day of an appointment: one's own week, or the organisation's day."""
    if rights.has_portfolio(session):
        return f"{reverse('cases:appointments')}?semaine={day}"
    return f"{reverse('cases:appointments_office')}?jour={day}"


@require_GET
def calendar_file(request: AgentRequest) -> HttpResponse:
    """The agent's planned appointments for a calendar: hours and kinds, nobody's name, no address of a file."""
    session = request.described
    if not rights.keeps_appointments(session):
        raise Http404
    now = timezone.now()
    rows = queries.own(desk_of(session)).filter(
        state=State.PLANNED.value, starts_at__gt=now - _FEED_BEFORE, starts_at__lt=now + _FEED_AFTER
    )
    body = feed.calendar(rows.order_by("starts_at", "id")[:_MOST_IN_FEED], now)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="rendez-vous.ics"'
    return answer


def one_of(request: AgentRequest, identifier: UUID) -> Appointment:
    """An appointment of the agent's organisation. Raises Http404 for any other."""
    session = request.described
    desk: Desk = desk_of(session)
    found = queries.one(identifier, desk.organisation) if rights.keeps_appointments(session) else None
    if found is None:
        raise Http404
    return found


def told(clash: Appointment, account: str, oneself: str) -> tuple[str, Appointment]:
    """What stands in the way: of whom (``oneself``, the ``agent`` wanted, the ``person``), and when."""
    if str(clash.account) != account:
        return "person", clash
    return "oneself" if account == oneself else "agent", clash


def tabs(*, session_has_people: bool, current: str) -> tuple[Tab, ...]:
    """Week, day, office: those who receive for others begin with the office."""
    own = (
        Tab(gettext("Ma semaine"), reverse("cases:appointments"), current=current == "week"),
        Tab(gettext("Ma journée"), reverse("cases:appointments_day"), current=current == "day"),
    )
    office = Tab(gettext("Toute ma structure"), reverse("cases:appointments_office"), current=current == "office")
    return (*own, office) if session_has_people else (office,)


def _day(said: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return otherwise
    return found if abs((found - otherwise).days) < 3_660 else otherwise
