"""The portfolio: my people, or my organisation's, twenty-five a page, in one call of the guard."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused
from beffroi.client.answers import Budget, Session
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import queries, rights
from beffroi.systems.cases.web import words
from beffroi.ui.components import Tab
from beffroi.ui.page_numbers import page_number

ORDERS = {"nom": "name", "recent": "recent"}
DEFAULT_ORDER = {"portfolio": "nom", "organisation": "recent"}


@require_GET
def own(request: AgentRequest) -> HttpResponse:
    """The people one is the referent of; roles without people of their own go to the organisation's."""
    if not rights.may(request.described, "list"):
        return render(request, "cases/no_file.html")
    return _page(request, "portfolio" if rights.has_portfolio(request.described) else "organisation")


@require_GET
def organisation(request: AgentRequest) -> HttpResponse:
    """The people of the organisation."""
    if not rights.may(request.described, "list"):
        return render(request, "cases/no_file.html")
    return _page(request, "organisation")


def _page(request: AgentRequest, scope: str) -> HttpResponse:
    session = request.described
    said = request.GET.get("ordre", "nom")
    order = said if said in ORDERS and scope == "portfolio" else DEFAULT_ORDER[scope]
    found = queries.portfolio(
        request.conversation,
        session,
        scope=scope,
        order=ORDERS[order],
        page=page_number(request.GET.get("page")),
        today=words.today(),
    )
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    masked = [line for line in found.lines if line.name is None and line.why != "restricted"]
    context = {
        "found": found,
        "scope": scope,
        "order": order,
        "heading": words.list_heading(session, scope),
        "lead": words.people(found.total),
        "tabs": _tabs(session, scope),
        "rows": [(line, words.explanation(line.explanation), words.masked(line.why)) for line in found.lines],
        "masked": masked,
        "explained": scope == "organisation",
        "budget": _budget(session, found.budget),
        "previous": f"?ordre={order}&page={found.page - 1}" if found.page > 1 else "",
        "next": f"?ordre={order}&page={found.page + 1}" if found.page < found.pages else "",
        "filter_url": _filter_url(session, scope),
        "selectable": rights.follows(session) and any(line.name is not None for line in found.lines),
        "following": rights.follows(session),
        "writing": rights.writes_to_people(session),
        "exporting": rights.may(session, "export"),
        "searchable": rights.may(session, "find"),
        "organisation": session.membership.organisation.name if session.membership else "",
    }
    return render(request, "cases/portfolio.html", context)


def _filter_url(session: Session, scope: str) -> str:
    if not rights.keeps_appointments(session):
        return ""
    return f"{reverse('cases:filtered')}?portee={'mes' if scope == 'portfolio' else 'structure'}"


def _tabs(session: Session, scope: str) -> tuple[Tab, ...]:
    if not rights.has_portfolio(session):
        return ()
    return (
        Tab(gettext("Mes suivis"), reverse("cases:portfolio"), current=scope == "portfolio"),
        Tab(gettext("Toute ma structure"), reverse("cases:organisation"), current=scope == "organisation"),
        Tab(gettext("Sans conseiller référent"), f"{reverse('cases:filtered')}?portee=sans-referent"),
    )


def _budget(session: Session, answered: Budget | None) -> tuple[str, Budget] | None:
    """The budget this page drew on, as it stands after it."""
    if answered is None:
        return None
    return words.bucket(answered.bucket), answered
