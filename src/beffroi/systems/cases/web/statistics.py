"""The office's counts: a page, its plot, and the same as a file for a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.suppression import Told
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments.queries import desk_of
from beffroi.systems.cases.appointments.words import STATES
from beffroi.systems.cases.progress import words as said
from beffroi.systems.cases.progress.words import PROGRAMMES
from beffroi.systems.cases.statistics import queries
from beffroi.systems.cases.statistics.queries import Statistics
from beffroi.systems.cases.web import words
from beffroi.ui import formatting
from beffroi.ui.charts import Bar
from beffroi.ui.components import Column, Table

Rows = list[tuple[str, int | None]]


@require_GET
def statistics(request: AgentRequest) -> HttpResponse:
    """One call of the guard for the ids, three questions of the database; nobody is opened."""
    session = request.described
    if not rights.keeps_appointments(session):
        return render(request, "cases/no_file.html")
    found = _found(request)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    statuses, programmes, states, sent = _parts(found)
    context = {
        "organisation": session.membership.organisation.name if session.membership else "",
        "since": found.since,
        "until": found.until,
        "tables": [
            table_of(gettext("Personnes suivies, par statut"), statuses, found.statuses.total),
            table_of(gettext("Dispositifs en cours"), programmes, None),
            table_of(gettext("Rendez-vous des huit dernières semaines"), states, found.states.total),
            table_of(gettext("Prescriptions des huit dernières semaines"), sent, found.sent.total),
        ],
        "bars": bars(found.weeks),
        "withheld": any(count is None for rows in (statuses, programmes, states, sent) for _, count in rows)
        or None in found.weeks.counts.values(),
    }
    return render(request, "cases/statistics.html", context)


@require_GET
def statistics_file(request: AgentRequest) -> HttpResponse:
    """The same counts, a line each; a withheld one is empty."""
    if not rights.keeps_appointments(request.described):
        raise Http404
    found = _found(request)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    lines: list[Sequence[object]] = [(gettext("Tableau"), gettext("Rubrique"), gettext("Nombre"))]
    titles = (gettext("Statut"), gettext("Dispositif"), gettext("Rendez-vous"), gettext("Prescriptions"))
    for title, rows in zip(titles, _parts(found), strict=True):
        lines += [(title, label, count) for label, count in rows]
    lines += [(gettext("Semaine"), monday.isoformat(), count) for monday, count in found.weeks.counts.items()]
    return file_of(lines)


def file_of(lines: Iterable[Sequence[object]]) -> HttpResponse:
    """Counts for a spreadsheet; one that is withheld is empty."""
    text = StringIO()
    csv.writer(text, delimiter=";").writerows(["" if cell is None else cell for cell in line] for line in lines)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="statistiques.csv"'
    return answer


def _found(request: AgentRequest) -> Statistics | Refused:
    session = request.described
    listed = request.conversation.ask(calls.ids(rights.purpose_of(session, "list"), scope="organisation"))
    if isinstance(listed, Refused):
        return listed
    return queries.of_office(listed.people, desk_of(session).organisation, timezone.now())


def _parts(found: Statistics) -> tuple[Rows, Rows, Rows, Rows]:
    return (
        [(said.status(status)[0], count) for status, count in found.statuses.counts.items()],
        [(PROGRAMMES[programme], count) for programme, count in found.programmes.items()],
        [(str(STATES[state][0]), count) for state, count in found.states.counts.items()],
        list(found.sent.counts.items()),
    )


def table_of(caption: str, rows: Rows, total: int | None) -> Table:
    """Counts under a caption, with their total where it is told."""
    lines = [[label, shown(count)] for label, count in rows]
    if total is not None:
        lines.append([gettext("Total"), words.number(total)])
    return Table(caption, [Column(gettext("Rubrique")), Column(gettext("Nombre"), numeric=True)], lines)


def shown(count: int | None) -> str:
    """A count in words, or that it is withheld."""
    return gettext("non montré") if count is None else words.number(count)


def bars(weeks: Told[date]) -> list[Bar]:
    """A week a bar; one that is withheld has none."""
    language = formatting.language_of(get_language())
    return [Bar(formatting.short_date(monday, language)[:5], count) for monday, count in weeks.counts.items()]
