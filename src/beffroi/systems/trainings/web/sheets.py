"""Attendance: the sessions under way with the days that nobody has written, and the sheet of one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.people import Name
from beffroi.core import training
from beffroi.core.training import Day, Half, Mark
from beffroi.systems.prescriptions import api as prescriptions
from beffroi.systems.prescriptions.api import Prescription, TrainingSession
from beffroi.systems.trainings import actions, queries
from beffroi.systems.trainings.actions import Fault
from beffroi.systems.trainings.models import HalfDay
from beffroi.systems.trainings.web import words
from beffroi.systems.trainings.web.desk import day_of, desk_of, session_of, writer
from beffroi.ui import errors
from beffroi.ui.components import Crumb
from beffroi.ui.page_numbers import page_number

_SOON = timedelta(days=14)
_PREFIX = {Half.MORNING: "m-", Half.AFTERNOON: "a-"}


@dataclass(frozen=True)
class Board:
    """A session under way: the sheet of today, and the days that nobody has written."""

    session: TrainingSession
    days: str
    calendar_url: str
    today_url: str
    missing: Sequence[tuple[str, str]]
    planned: bool


@require_GET
def board(request: AgentRequest) -> HttpResponse:
    """Sessions under way, soon or lately, in three queries; nobody is named, so the guard is asked nothing."""
    desk = desk_of(request)
    today = timezone.localdate(desk.at)
    sessions = prescriptions.sessions(desk.organisation, today - _SOON, today + _SOON)
    ids = [session.id for session in sessions]
    calendars = queries.calendars(ids)
    written = queries.days_written(ids, today - training.CORRECTED_WITHIN)
    context = {
        "organisation": prescriptions.organisation(request.described),
        "boards": [_board(session, calendars.get(session.id, ()), written, today) for session in sessions],
    }
    return render(request, "trainings/board.html", context)


def _board(
    session: TrainingSession, days: Sequence[Day], written: frozenset[tuple[UUID, date]], today: date
) -> Board:
    def url(day: date) -> str:
        return reverse("trainings:sheet", args=[session.id, day.isoformat()])

    late = [day.on for day in days if training.writable(day.on, today) and (session.id, day.on) not in written]
    return Board(
        session,
        prescriptions.days(session),
        reverse("trainings:calendar", args=[session.id]),
        url(today) if any(day.on == today for day in days) else "",
        [(words.long_day(day), url(day)) for day in late if day != today],
        bool(days),
    )


@dataclass(frozen=True)
class Choice:
    """One half-day of a trainee: the name of its field, what is chosen, and what it shows when it is closed."""

    field: str
    half: str
    mark: str
    word: str
    tone: str
    blank: bool


@dataclass(frozen=True, repr=False)
class Row:
    """A trainee on a sheet, and who wrote last."""

    url: str
    name: Name | None
    why: str
    halves: Sequence[Choice]
    by: str
    at: datetime | None


@dataclass(frozen=True, repr=False)
class Sheet:
    """A page of a class on one day; ``names`` are of those whom the guard names."""

    session: TrainingSession
    day: Day
    page: Page[Prescription]
    names: Mapping[UUID, prescriptions.Known]

    def named(self, row: Prescription) -> Name | None:
        """The name of a trainee, None where the guard does not say it."""
        known = self.names.get(row.person)
        return known.name if known else None

    @property
    def rows(self) -> list[Prescription]:
        """By name; those without one come last."""
        return sorted(self.page, key=lambda row: ((name := self.named(row)) is None, name.listed if name else ""))


def sheet_of(request: AgentRequest, desk: prescriptions.Actor, session: UUID, said: str) -> Sheet | Refused:
    """A page of the class of a day, named by the guard in one call. Raises Http404 for what is not one's own."""
    found, on = session_of(desk, session), day_of(said)
    day = next((day for day in queries.calendar(session) if day.on == on), None)
    if day is None:
        raise Http404
    begins_at = timezone.make_aware(datetime.combine(on, datetime.min.time()))
    number = page_number(request.GET.get("page"))
    page = prescriptions.in_class(found, begins_at, number)
    known = prescriptions.names(request.conversation, desk.purpose, (row.person for row in page))
    return known if isinstance(known, Refused) else Sheet(found, day, page, known)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: AgentRequest, session: UUID, day: str) -> HttpResponse:
    """The sheet of a day; written by a POST, which names it again so that nobody unknown is written of."""
    desk = desk_of(request)
    found = sheet_of(request, desk, session, day)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    if request.method != "POST":
        return _show(request, found)
    said = _said(request.POST, found)
    try:
        seen_at = datetime.fromisoformat(request.POST.get("vu", ""))
    except ValueError:
        seen_at = None
    if said is None or seen_at is None or timezone.is_naive(seen_at):
        return errors.error_page(request, 400)
    done = actions.note(writer(desk), found.session, found.day.on, said, seen_at=seen_at)
    if isinstance(done, Fault):
        messages.error(request, words.fault(done))
    elif done:
        messages.success(
            request,
            ngettext("%(count)s demi-journée enregistrée.", "%(count)s demi-journées enregistrées.", done)
            % {"count": done},
        )
    else:
        messages.success(request, gettext("Rien n'a changé."))
    return HttpResponseRedirect(request.get_full_path())


def _said(given: QueryDict, sheet: Sheet) -> dict[tuple[UUID, Half], Mark] | None:
    """What a form says of this class; None when it speaks of anybody or anything else."""
    fields = {
        f"{_PREFIX[half]}{row.id}": (row.id, half)
        for row in sheet.page
        if sheet.named(row) is not None
        for half in sheet.day.halves
    }
    marks = {mark.value: mark for mark in Mark}
    said: dict[tuple[UUID, Half], Mark] = {}
    for name, value in given.items():
        if name in {"csrfmiddlewaretoken", "vu"} or not value:
            continue
        if name not in fields or value not in marks:
            return None
        said[fields[name]] = marks[value]
    return said


def _show(request: AgentRequest, found: Sheet) -> HttpResponse:
    today = timezone.localdate()
    stored = queries.sheet(found.session.id, found.day.on, [row.id for row in found.page])
    open_ = training.writable(found.day.on, today)
    authors = {str(row.changed_by) for row in stored.values()}
    named = request.conversation.ask(calls.colleagues(sorted(authors)[:100])) if authors else None
    colleagues = {} if named is None or isinstance(named, Refused) else named.names
    suggested = Mark.PRESENT if open_ and request.GET.get("tous") == "present" else None
    rows = []
    for row in found.rows:
        halves = [_choice(row, half, stored.get((row.id, half)), suggested) for half in found.day.halves]
        last = max((stored[row.id, half] for half in found.day.halves if (row.id, half) in stored),
                   key=lambda each: each.changed_at, default=None)  # fmt: skip
        by = colleagues.get(str(last.changed_by)) if last else None
        name = found.named(row)
        known = found.names.get(row.person)
        why = "" if name else prescriptions.masked(known.why if known else "person-unknown")
        address = reverse("trainings:trainee", args=[row.id])
        rows.append(Row(address, name, why, halves, by.reveal() if by else "", last.changed_at if last else None))
    days = [day.on for day in queries.calendar(found.session.id)]
    place = days.index(found.day.on)
    here = [found.session.id, found.day.on.isoformat()]
    context = {
        "session": found.session,
        "day": words.long_day(found.day.on),
        "halves": [(str(words.HALVES[half]), words.hours(found.day.minutes(half))) for half in found.day.halves],
        "rows": rows,
        "page": found.page,
        "marks": [(mark.value, text) for mark, (text, _) in words.MARKS.items()],
        "open": open_,
        "early": found.day.on > today,
        "blank": open_ and any(choice.blank and not choice.mark for row in rows for choice in row.halves),
        "seen": timezone.now().isoformat(),
        "url": reverse("trainings:sheet", args=here),
        "paper_url": reverse("trainings:paper", args=here) + f"?page={found.page.number}",
        "previous_url": _day_url(found.session, days[place - 1]) if place else "",
        "next_url": _day_url(found.session, days[place + 1]) if place + 1 < len(days) else "",
        "crumbs": (
            Crumb(gettext("Présences"), reverse("trainings:board")),
            Crumb(found.session.title, reverse("trainings:calendar", args=[found.session.id])),
            Crumb(words.short_day(found.day.on)),
        ),
    }
    return render(request, "trainings/sheet.html", context)


def _day_url(session: TrainingSession, day: date) -> str:
    return reverse("trainings:sheet", args=[session.id, day.isoformat()])


def _choice(row: Prescription, half: Half, stored: HalfDay | None, suggested: Mark | None) -> Choice:
    field = f"{_PREFIX[half]}{row.id}"
    label = str(words.HALVES[half])
    if stored is None:
        return Choice(field, label, suggested.value if suggested else "", gettext("Non noté"), "neutral", True)
    word, tone = words.MARKS[Mark(stored.mark)]
    return Choice(field, label, stored.mark, str(word), tone, False)
