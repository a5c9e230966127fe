"""What a training organisation received: its queue, and one prescription with the groups its role may read."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.answers import GroupFields
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.people import name_of
from beffroi.core.prescribing import Objection, Side, State
from beffroi.systems.prescriptions import lists, moving, rights
from beffroi.systems.prescriptions.forms import Answer
from beffroi.systems.prescriptions.lists import Known
from beffroi.systems.prescriptions.models import Prescription
from beffroi.systems.prescriptions.web import words
from beffroi.ui.components import Crumb, Tab
from beffroi.ui.page_numbers import page_number

_VIEWS = {
    "a-repondre": "answer",
    "a-voir": "new",
    "attente": "waiting",
    "acceptees": "accepted",
    "terminees": "closed",
}
_TRAINING = "training"
_NOBODY = Known(why="person-unknown")
_TRAINEES = {State.ACCEPTED, State.ENTERED, State.ENDED, State.LEFT}


@require_GET
def queue(request: AgentRequest) -> HttpResponse:
    """What waits for an answer, and the rest: one query, one call of the guard."""
    desk = _desk(request)
    waits = lists.to_do(desk.organisation)
    said = request.GET.get("vue", "")
    view = said if said in _VIEWS else ("a-voir" if waits.new and not waits.answer else "a-repondre")
    page = lists.received(desk.organisation, _VIEWS[view], page_number(request.GET.get("page")))
    asked = (row.person for row in page if State(row.state) not in moving.ENDS_KNOWLEDGE)
    known = lists.names(request.conversation, rights.FOLLOW_UP, asked)
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    labels = {
        "a-repondre": gettext("Réponse attendue"),
        "a-voir": gettext("À voir"),
        "attente": gettext("Liste d'attente"),
        "acceptees": gettext("Acceptées"),
        "terminees": gettext("Terminées"),
    }
    here, counts = reverse("prescriptions:received"), {"a-repondre": waits.answer, "a-voir": waits.new}
    context = {
        "heading": gettext("Prescriptions reçues"),
        "organisation": words.organisation(request.described),
        "tabs": tuple(
            Tab(label, f"{here}?vue={code}", current=code == view, count=counts.get(code))
            for code, label in labels.items()
        ),
        "page": page,
        "lines": [
            words.line(
                row,
                known.get(row.person, _NOBODY),
                "prescriptions:received_one",
                new=row.new_to_training,
                party=words.prescriber(row),
            )
            for row in page
        ],
        "none": gettext("Aucune prescription ici"),
        "hint": gettext("Les prescriptions que des conseillers vous envoient apparaissent ici."),
    }  # fmt: skip
    return render(request, "prescriptions/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AgentRequest, prescription: UUID) -> HttpResponse:
    """One of them, with the answers it allows; answered by a POST."""
    desk = _desk(request)
    found = lists.received_one(prescription, desk.organisation)
    if found is None:
        raise Http404
    possible = moving.possible(found, Side.TRAINING, timezone.localdate())
    if request.method != "POST":
        return _show(request, found, Answer(possible))
    form = Answer(possible, request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    done = moving.say(request.conversation, desk, found, form.move(), form.reason())
    if isinstance(done, Refused):
        return RefusalAnswer(done)
    if isinstance(done, Objection):
        messages.error(request, words.objection(done))
        return HttpResponseRedirect(request.path)
    messages.success(request, words.said(done))
    if done in {State.REFUSED, State.ABSENT}:
        return HttpResponseRedirect(reverse("prescriptions:received"))
    return HttpResponseRedirect(request.path)


def _show(request: AgentRequest, found: Prescription, form: Answer, *, status: int = 200) -> HttpResponse:
    """Identity and training while the organisation knows the person; the states alone afterwards."""
    fields: Mapping[str, GroupFields] = {}
    if State(found.state) not in moving.ENDS_KNOWLEDGE:
        groups = [lists.IDENTITY, _TRAINING]
        opened = request.conversation.ask(calls.open_file(str(found.person), rights.FOLLOW_UP, groups))
        if isinstance(opened, Refused) and opened.code != "person-unknown":
            return RefusalAnswer(opened)
        fields = {} if isinstance(opened, Refused) else opened.fields
    identity, training = fields.get(lists.IDENTITY, {}), fields.get(_TRAINING, {})
    known = Known(name_of(identity)) if identity else _NOBODY
    accepted = State(found.state) is State.ACCEPTED
    context = {
        **words.whole(found, known),
        "party": words.prescriber(found) or found.session.organisation_name,
        "identity": words.identity(identity),
        "training": words.training(training),
        "steps": words.events(lists.steps(found.id)),
        "ahead": lists.ahead(found) if found.state == State.WAITING.value else None,
        "form": form,
        "again": accepted and found.session.starts_on > timezone.localdate(),
        "frees": accepted and "why" in form.fields,
        "trainee_url": reverse("trainings:trainee", args=[found.id]) if State(found.state) in _TRAINEES else "",
        "crumbs": (
            Crumb(gettext("Prescriptions reçues"), reverse("prescriptions:received")),
            Crumb(found.session.title),
        ),
    }
    moving.look_at(found, Side.TRAINING)
    return render(request, "prescriptions/received_one.html", context, status=status)


def _desk(request: AgentRequest) -> moving.Actor:
    """Whoever answers, for which training organisation. Raises Http404 for everybody else."""
    if not rights.trains(request.described):
        raise Http404
    return words.school(request.described)
