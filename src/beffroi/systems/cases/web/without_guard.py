"""What is shown while the guard does not answer: the agent's appointments of today, by their hours alone."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from beffroi.core.appointments import Kind, Place, State
from beffroi.systems.cases.appointments import queries
from beffroi.systems.cases.appointments.queries import Desk
from beffroi.systems.cases.appointments.words import KINDS, PLACES, STATES

_LOG = logging.getLogger("beffroi.cases")
_RETRY = 30
_MOST = 60


def today(_request: HttpRequest, account: str, organisation: str) -> HttpResponse | None:
    """Today's appointments of this agent without any identity; None when they cannot be read either.

    Who the agent is comes from the browser's sealed cookie: the guard, which alone would know, is not there.
    """
    day = timezone.localdate()
    try:
        rows = list(queries.day(Desk(account, organisation), day, everybody=False)[:_MOST])
    except DatabaseError as error:
        _LOG.error("appointments without the guard: %s", type(error).__name__)
        return None
    lines = [(row, KINDS[Kind(row.kind)], PLACES[Place(row.place)], *STATES[State(row.state)]) for row in rows]
    # No request given to the template: context processors would ask the guard.
    text = render_to_string("cases/without_guard.html", {"day": day, "lines": lines, "retry_after": _RETRY})
    answer = HttpResponse(text, status=503)
    answer.headers["Retry-After"] = str(_RETRY)
    return answer
