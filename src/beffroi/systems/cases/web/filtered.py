"""A list narrowed by what the console knows without any identity; names are asked for the page that is shown."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.progress import Progress
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments.queries import Known, desk_of, names
from beffroi.systems.cases.people import Name
from beffroi.systems.cases.progress import queries
from beffroi.systems.cases.progress import words as said
from beffroi.systems.cases.progress.forms import Narrowing, wanted
from beffroi.systems.cases.queries import PAGE_SIZE
from beffroi.systems.cases.web import words
from beffroi.systems.cases.web.trail import below_files
from beffroi.ui.components import Tab

WITHOUT_REFERENT = "without-referent"
SCOPES = {"mes": "portfolio", "structure": "organisation", "sans-referent": WITHOUT_REFERENT}
_SAID = {scope: said for said, scope in SCOPES.items()}


@dataclass(frozen=True, repr=False)
class Followed:
    """A line of the list."""

    person: UUID
    name: Name | None
    why: str
    status: str
    tone: str
    programmes: str
    last_contact: date | None
    next_appointment: date | None


@require_GET
def filtered(request: AgentRequest) -> HttpResponse:
    """Two calls of the guard and three questions of the database, whatever is asked for."""
    session = request.described
    if not rights.keeps_appointments(session):
        return render(request, "cases/no_file.html")
    scope = SCOPES.get(request.GET.get("portee", "mes"), "portfolio")
    if scope == "portfolio" and not rights.has_portfolio(session):
        scope = "organisation"
    purpose, now = rights.purpose_of(session, "list"), timezone.now()
    listed = request.conversation.ask(calls.ids(purpose, scope=scope))
    if isinstance(listed, Refused):
        return RefusalAnswer(listed)
    own, waiting = desk_of(session), scope == WITHOUT_REFERENT
    chosen = queries.choose(listed.people, own.organisation, wanted(request.GET), now, as_given=waiting)
    page = Paginator(chosen.people, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    known = names(request.conversation, session, shown)
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    asked = {name: str(value) for name, value in request.GET.items() if name not in ("page", "portee") and value}
    total, heading = len(chosen.people), words.list_heading(session, scope)
    context = {
        "form": Narrowing(request.GET),
        "narrowed": bool(asked),
        "scope": _SAID[scope],
        "scopes": _scopes(asked, _SAID[scope], ones_own=rights.has_portfolio(session)),
        "waiting": waiting,
        "taker": own.account if waiting and rights.follows(session) else "",
        "heading": heading,
        "lead": words.people(total),
        "lines": [_line(person, known[person], chosen.progress[person]) for person in shown],
        "page": page,
        "more": listed.more,
        "clear_url": f"?portee={_SAID[scope]}",
        "write_url": _with_filters("cases:write", asked, scope) if rights.writes_to_people(session) else "",
        "export_url": _with_filters("cases:export", asked, scope) if rights.may(session, "export") and total else "",
        "crumbs": below_files(heading if waiting else gettext("Filtrer")),
    }
    return render(request, "cases/filtered.html", context)


def _with_filters(page: str, asked: dict[str, str], scope: str) -> str:
    return f"{reverse(page)}?{urlencode({**asked, 'portee': _SAID[scope]})}"


def _scopes(asked: dict[str, str], scope: str, *, ones_own: bool) -> tuple[Tab, ...]:
    labels = {
        "mes": gettext("Mes suivis"),
        "structure": gettext("Toute ma structure"),
        "sans-referent": gettext("Sans conseiller référent"),
    }
    return tuple(
        Tab(label, "?" + urlencode({**asked, "portee": code}), current=code == scope)
        for code, label in labels.items()
        if ones_own or code != "mes"
    )


def _line(person: UUID, known: Known, progress: Progress) -> Followed:
    status, tone = said.status(progress.status)
    why = "" if known.name is not None else words.masked(known.why)
    return Followed(
        person,
        known.name,
        why,
        status,
        tone,
        said.programmes(progress.programmes),
        progress.last_contact,
        progress.next_appointment,
    )
