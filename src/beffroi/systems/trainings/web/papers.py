"""Papers as PDF: the sheet that a class signs, the certificate of one trainee.

Names come from an opening that the guard has just journaled and charged. A paper is made in memory, given, and kept
nowhere; its file name tells a kind and a day. Papers are in French whatever the screen's language: French law asks
for them.
"""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.people import name_of
from beffroi.core import training
from beffroi.core.prescribing import State
from beffroi.systems.prescriptions import api as prescriptions
from beffroi.systems.trainings import papers, queries
from beffroi.systems.trainings.web.desk import desk_of
from beffroi.systems.trainings.web.sheets import sheet_of

_CERTIFIED = {State.ENTERED, State.ENDED, State.LEFT}


@require_POST
def certificate(request: AgentRequest, prescription: UUID) -> HttpResponse:
    """The certificate of somebody whose training is over; while it lasts, the attestation of what was done so far."""
    desk = desk_of(request)
    found = prescriptions.trainee(desk.organisation, prescription)
    if found is None or State(found.state) not in _CERTIFIED:
        raise Http404
    done = training.tally(queries.calendar(found.session.id), queries.noted_of([found.id])[found.id])
    if done.first is None or done.last is None:
        messages.error(request, gettext("Aucune présence n'est notée : le certificat ne dirait aucune heure."))
        return HttpResponseRedirect(reverse("trainings:trainee", args=[prescription]))
    opened = request.conversation.ask(calls.open_file(str(found.person), desk.purpose, ["identity"]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    facts = papers.Facts(
        organisation=found.session.organisation_name,
        title=found.session.title,
        reference=found.session.reference,
        place=found.session.place,
        first=done.first,
        last=done.last,
        minutes=done.minutes,
        planned=sum(day.morning + day.afternoon for day in queries.calendar(found.session.id)),
        over=State(found.state) is not State.ENTERED,
        on=timezone.localdate(desk.at),
    )
    kind = "certificat-de-realisation" if facts.over else "attestation-d-assiduite"
    return _given(
        papers.certificate(facts, name_of(opened.fields.get("identity", {})).full), kind, facts.on.isoformat()
    )


@require_POST
def signatures(request: AgentRequest, session: UUID, day: str) -> HttpResponse:
    """The sheet of a day, to be signed by half-day; those whom the guard does not name have an empty line."""
    desk = desk_of(request)
    found = sheet_of(request, desk, session, day)
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    names = [name.listed if (name := found.named(row)) else "" for row in found.rows]
    return _given(papers.signatures(found.session, found.day, names), "emargement", found.day.on.isoformat())


def _given(paper: bytes, kind: str, day: str) -> HttpResponse:
    response = HttpResponse(paper, content_type="application/pdf")
    response["content-disposition"] = f'attachment; filename="{kind}-{day}.pdf"'
    return response
