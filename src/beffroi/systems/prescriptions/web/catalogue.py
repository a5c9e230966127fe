"""The catalogue: what there is, where, when, how many places; the same for everybody who may prescribe or train."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET

from beffroi.client.in_django import AgentRequest
from beffroi.core.ids import is_uuid
from beffroi.systems.prescriptions import queries, rights
from beffroi.systems.prescriptions.forms import USUAL, Search
from beffroi.systems.prescriptions.models import TrainingSession
from beffroi.systems.prescriptions.queries import Wanted
from beffroi.systems.prescriptions.web import words
from beffroi.ui.components import Crumb
from beffroi.ui.page_numbers import page_number


@dataclass(frozen=True)
class Line:
    """A session as a list shows it; ``distance`` only when the search has a centre."""

    session: TrainingSession
    url: str
    days: str
    distance: str
    places: tuple[str, str]


@require_GET
def search(request: AgentRequest) -> HttpResponse:
    """Every session to come, or those that the form asks for."""
    if not rights.reads_catalogue(request.described):
        raise Http404
    person = person_of(request)
    asked = any(name in request.GET for name in Search.base_fields)
    form = Search(request.GET) if asked else Search(initial={"km": USUAL})
    if asked and not form.is_valid():
        context: dict[str, object] = {
            "form": form,
            "person": person,
            "everything": everything(person),
            "namesakes": _namesakes(request, form),
        }
        return render(request, "prescriptions/catalogue.html", context, status=422)
    wanted = form.wanted() if asked else Wanted()
    page = queries.search(wanted, timezone.localdate(), page_number(request.GET.get("page")))
    count = page.paginator.count
    context = {
        "form": form,
        "page": page,
        "person": person,
        "everything": everything(person),
        "lines": [line(session, person) for session in page],
        "found": ngettext("%(count)s session", "%(count)s sessions", count) % {"count": words.number(count)},
        "near": wanted.near is not None,
    }
    return render(request, "prescriptions/catalogue.html", context)


def person_of(request: AgentRequest) -> str:
    """The person for whom the catalogue is read, by her random id; nothing when for nobody in particular."""
    said = request.GET.get("personne", "")
    return said if is_uuid(said) and rights.prescribes(request.described) else ""


def everything(person: str) -> str:
    """The whole catalogue, still for that person."""
    return _kept_for(reverse("prescriptions:catalogue"), person)


def page_of(session: TrainingSession, person: str) -> str:
    """The page of a session, still for that person."""
    return _kept_for(reverse("prescriptions:session", args=[session.id]), person)


def _kept_for(address: str, person: str) -> str:
    return f"{address}?personne={person}" if person else address


def line(session: TrainingSession, person: str = "") -> Line:
    """A session of a list."""
    far = getattr(session, "kilometres", None)
    return Line(
        session,
        page_of(session, person),
        words.days(session),
        "" if far is None else words.distance(far),
        words.places(session),
    )


def _namesakes(request: AgentRequest, form: Search) -> list[tuple[str, str]]:
    """Communes to choose from, each with the address of the same search around it."""
    kept = {name: value for name, value in request.GET.items() if name in form.fields or name == "personne"}
    return [(each.label, "?" + urlencode(kept | {"commune": f"{each.name} {each.code}"})) for each in form.namesakes]


@require_GET
def show(request: AgentRequest, session: UUID) -> HttpResponse:
    """One session, whole."""
    found = queries.one(session) if rights.reads_catalogue(request.described) else None
    if found is None:
        raise Http404
    person = person_of(request)
    to_send = rights.prescribes(request.described) and queries.takes_prescriptions(found, timezone.localdate())
    send = (
        reverse("prescriptions:send", args=[session, person])
        if person
        else reverse("prescriptions:choose", args=[session])
    )
    own = rights.trains(request.described) and found.organisation == rights.place_of(request.described)
    context = {
        "session": found,
        "days": words.days(found),
        "places": words.places(found),
        "own": own,
        "send_url": send if to_send else "",
        "crumbs": (Crumb(gettext("Catalogue"), everything(person)), Crumb(found.title)),
    }
    return render(request, "prescriptions/session.html", context)
