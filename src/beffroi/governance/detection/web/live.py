"""The last hour: consultations by minute, and who made them, against the budgets.

The page has no script. Whoever wants to follow asks the browser to load it again every few seconds, for half an hour
at most: a screen left alone must not keep a session alive.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from beffroi.client import Refused
from beffroi.client.consultations import Active
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.detection import queries
from beffroi.governance.detection.web import words
from beffroi.ui import charts
from beffroi.ui.charts import Bar
from beffroi.ui.components import Tab

EVERY: Final = 15
"""Seconds between two loads of a page that is followed."""
LOADS: Final = 120
"""Loads before it stops: half an hour."""
GATHERED: Final = 5
"""Minutes of one bar."""
BY: Final = ("organisation", "account", "application")


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    url: str
    active: Active
    span: str
    percent: int
    state: str


@require_GET
def live(request: AgentRequest) -> HttpResponse:
    """The last hour within reach."""
    asked = request.GET.get("par", "")
    by = asked if asked in BY else BY[0]
    found = queries.live(request.conversation, by)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    left = _left(request.GET.get("suivre", ""))
    context = {
        "tabs": [Tab(words.by(one), f"?{urlencode({'par': one})}", current=one == by) for one in BY],
        "by": by,
        "column": words.by(by),
        "at": found.at,
        "bars": _bars(found.minutes),
        "lead": words.consultations(sum(found.minutes)),
        "rows": [_row(by, active) for active in found.rows],
        "more": found.total - len(found.rows),
        "followed": left > 0,
        "every": EVERY,
        "follow": f"?{urlencode({'par': by, 'suivre': LOADS})}",
        "stop": f"?{urlencode({'par': by})}",
        "again": f"?{urlencode({'par': by})}",
    }
    response = render(request, "detection/live.html", context)
    if left > 0:
        response["refresh"] = f"{EVERY};url=?{urlencode({'par': by, 'suivre': left - 1})}"
    return response


def _left(said: str) -> int:
    return min(int(said), LOADS) if said.isascii() and said.isdigit() and len(said) < 5 else 0


def _bars(minutes: tuple[int, ...]) -> list[Bar]:
    """One bar for each five minutes, named by how long ago they ended."""
    return [
        Bar(words.ago(len(minutes) - start - GATHERED), sum(minutes[start : start + GATHERED]))
        for start in range(0, len(minutes), GATHERED)
    ]


def _row(by: str, active: Active) -> Row:
    fullest = active.fullest
    spent, cap = (0, 1) if fullest is None else (fullest.spent, fullest.cap)
    return Row(
        active.name.reveal() if active.name is not None else words.unnamed(by, active.id),
        f"{reverse('detection:entries')}?{urlencode({words.FILTERS[by]: active.id, 'quoi': 'released'})}",
        active,
        "" if fullest is None else words.span(fullest.span),
        charts.share(spent, cap),
        charts.state(spent, cap),
    )
