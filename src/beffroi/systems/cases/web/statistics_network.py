"""The counts of every office, for who acts for the network: a page, its plot, and a file for a spreadsheet."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused, inventory
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.suppression import Told
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments.words import STATES
from beffroi.systems.cases.statistics.network import OfNetwork, of_network
from beffroi.systems.cases.web.statistics import bars, file_of, shown, table_of
from beffroi.ui.components import Column, Table


@require_GET
def network(request: AgentRequest) -> HttpResponse:
    """One call of the guard for its counts, and the console's own; nobody is opened or named."""
    found = _found(request)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    columns = _columns(found)
    rows = [
        [name, *(shown(column.counts[office]) for _, column in columns)] for office, name in found.offices.items()
    ]
    total = [gettext("Total"), *(shown(column.total) for _, column in columns)]
    states = [(str(STATES[state][0]), count) for state, count in found.states.counts.items()]
    heads = [Column(gettext("Structure")), *(Column(title, numeric=True) for title, _ in columns)]
    told: list[Told[Any]] = [*(column for _, column in columns), found.states, found.weeks]
    context = {
        "since": found.within.since,
        "until": found.within.until,
        "offices": Table(gettext("Par structure"), heads, [total, *rows]),
        "states": table_of(
            gettext("Rendez-vous des huit dernières semaines"),
            [*states, (gettext("Total"), found.states.total)],
            None,
        ),
        "bars": bars(found.weeks),
        "empty": not found.offices,
        "withheld": any(None in (each.total, *each.counts.values()) for each in told),
    }
    return render(request, "cases/statistics_network.html", context)


@require_GET
def network_file(request: AgentRequest) -> HttpResponse:
    """The same counts, an office each line; a withheld one is empty."""
    found = _found(request)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    columns = _columns(found)
    lines: list[Sequence[object]] = [(gettext("Structure"), *(title for title, _ in columns))]
    lines += [(name, *(column.counts[office] for _, column in columns)) for office, name in found.offices.items()]
    return file_of(lines)


def _found(request: AgentRequest) -> OfNetwork | Refused:
    if not rights.sees_network(request.described):
        raise Http404
    followed = request.conversation.ask(inventory.followed())
    return followed if isinstance(followed, Refused) else of_network(followed, timezone.now())


def _columns(found: OfNetwork) -> tuple[tuple[str, Told[UUID]], ...]:
    return (
        (gettext("Personnes suivies"), found.followed),
        (gettext("Dispositifs en cours"), found.programmes),
        (gettext("Rendez-vous"), found.appointments),
        (gettext("Prescriptions"), found.sent),
    )
