"""An organisation's own trainees: the list, those expected on a first day, one of them with what may be said."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.people import Name
from beffroi.core import training
from beffroi.core.ids import is_uuid
from beffroi.core.prescribing import Objection, State
from beffroi.core.training import Say
from beffroi.systems.prescriptions import api as prescriptions
from beffroi.systems.prescriptions.api import Known, Prescription
from beffroi.systems.trainings import actions, queries
from beffroi.systems.trainings.forms import Word
from beffroi.systems.trainings.web import words
from beffroi.systems.trainings.web.desk import desk_of
from beffroi.ui import errors
from beffroi.ui.components import Crumb, Tab
from beffroi.ui.page_numbers import page_number

_VIEWS = {"en-formation": "entered", "attendus": "expected", "sortis": "out"}
_FIELD = "s-"
_NOBODY = Known(why="person-unknown")


@dataclass(frozen=True, repr=False)
class Line:
    """A trainee as the list shows one; ``field`` names what is said of a first day, empty when nothing may be."""

    row: Prescription
    name: Name | None
    why: str
    state: str
    tone: str
    days: str
    url: str
    field: str


@require_GET
def every(request: AgentRequest) -> HttpResponse:
    """The organisation's own, by state and session: two queries for the page, one call of the guard."""
    desk = desk_of(request)
    today = timezone.localdate(desk.at)
    said, wanted = request.GET.get("vue", ""), request.GET.get("session", "")
    view = said if said in _VIEWS else "en-formation"
    session = UUID(wanted) if is_uuid(wanted) else None
    number = page_number(request.GET.get("page"))
    page = prescriptions.trainees(desk.organisation, _VIEWS[view], session, number)
    known = prescriptions.names(request.conversation, desk.purpose, (row.person for row in page))
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    lines = [_line(row, known.get(row.person, _NOBODY), today) for row in page]
    lines.sort(key=lambda line: (str(line.row.session.id), line.name.listed if line.name else "~"))
    here = reverse("trainings:trainees")
    labels = {
        "en-formation": gettext("En formation"),
        "attendus": gettext("Attendus"),
        "sortis": gettext("Sortis"),
    }
    near = timedelta(days=60)
    context = {
        "organisation": prescriptions.organisation(request.described),
        "tabs": tuple(
            Tab(label, f"{here}?{_query(code, session)}", current=code == view) for code, label in labels.items()
        ),
        "view": view,
        "expected_url": f"{here}?{_query('attendus', session)}",
        "session": str(session) if session else "",
        "sessions": [
            (str(each.id), f"{each.title} ({each.reference})")
            for each in prescriptions.sessions(desk.organisation, today - near, today + near)
        ],
        "page": page,
        "lines": lines,
        "entering": any(line.field for line in lines),
        "words": [(say.value, text) for say, text in words.ENTRIES.items()],
    }
    return render(request, "trainings/trainees.html", context)


def _query(view: str, session: UUID | None) -> str:
    return urlencode({"vue": view} | ({"session": str(session)} if session else {}))


def _line(row: Prescription, known: Known, today: date) -> Line:
    word, tone = prescriptions.state(row)
    session = row.session
    enters = Say.ENTER in training.sayings(State(row.state), session.starts_on, session.ends_on, today)
    return Line(
        row, known.name, "" if known.name else prescriptions.masked(known.why), word, tone,
        prescriptions.days(session), reverse("trainings:trainee", args=[row.id]),
        f"{_FIELD}{row.id}" if enters and known.name else "",
    )  # fmt: skip


@require_POST
def enter(request: AgentRequest) -> HttpResponse:
    """The first day of several at once: who has entered, who did not come."""
    desk = desk_of(request)
    said: dict[UUID, Say] = {}
    for name, value in request.POST.items():
        if not name.startswith(_FIELD) or not value:
            continue
        if not is_uuid(name[len(_FIELD) :]) or value not in {say.value for say in words.ENTRIES}:
            return errors.error_page(request, 400)
        said[UUID(name[len(_FIELD) :])] = Say(value)
    rows = prescriptions.some_trainees(desk.organisation, said)
    if len(rows) != len(said):
        raise Http404
    entered = missed = late = 0
    for row in rows:
        done = actions.say(request.conversation, desk, row, said[row.id])
        if isinstance(done, Refused):
            return RefusalAnswer(done)
        entered += done is State.ENTERED
        missed += done is State.ABSENT
        late += isinstance(done, Objection)
    told = []
    if entered:
        told.append(ngettext("%(count)s entrée notée.", "%(count)s entrées notées.", entered) % {"count": entered})
    if missed:
        told.append(
            ngettext(
                "%(count)s personne n'est pas venue : vous ne la voyez plus.",
                "%(count)s personnes ne sont pas venues : vous ne les voyez plus.",
                missed,
            )
            % {"count": missed}
        )
    if told:
        messages.success(request, " ".join(told))
    if late:
        messages.error(request, prescriptions.objection(Objection.NOT_NOW))
    if not said:
        messages.error(request, gettext("Dites d'au moins une personne si elle est entrée ou n'est pas venue."))
    session = request.POST.get("session", "")
    view = _query("attendus", UUID(session) if is_uuid(session) else None)
    return HttpResponseRedirect(f"{reverse('trainings:trainees')}?{view}")


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AgentRequest, prescription: UUID) -> HttpResponse:
    """A trainee of one's own organisation: where she stands, her attendance, what may be said; said by a POST."""
    desk = desk_of(request)
    found = prescriptions.trainee(desk.organisation, prescription)
    if found is None:
        raise Http404
    session = found.session
    possible = training.sayings(State(found.state), session.starts_on, session.ends_on, timezone.localdate(desk.at))
    if request.method != "POST":
        return _show(request, found, Word(possible))
    form = Word(possible, request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    done = actions.say(request.conversation, desk, found, form.say(), form.reason())
    if isinstance(done, Refused):
        return RefusalAnswer(done)
    if isinstance(done, Objection):
        messages.error(request, prescriptions.objection(done))
        return HttpResponseRedirect(request.path)
    messages.success(request, prescriptions.said(done))
    if done is State.ABSENT:
        return HttpResponseRedirect(reverse("trainings:trainees"))
    return HttpResponseRedirect(request.path)


def _show(request: AgentRequest, found: Prescription, form: Word, *, status: int = 200) -> HttpResponse:
    opened = request.conversation.ask(
        calls.open_file(str(found.person), prescriptions.FOLLOW_UP, ["identity", "training"])
    )
    if isinstance(opened, Refused) and opened.code != "person-unknown":
        return RefusalAnswer(opened)
    fields = {} if isinstance(opened, Refused) else opened.fields
    today = timezone.localdate()
    noted = queries.noted_of([found.id])[found.id]
    many = training.missed(noted, today)
    context = {
        **prescriptions.whole(found, fields.get("identity", {})),
        "identity": prescriptions.identity(fields.get("identity", {})),
        "training": prescriptions.training(fields.get("training", {})),
        "file_url": reverse("cases:file", args=[found.person]),
        "attendance": words.attendance(training.tally(queries.calendar(found.session.id), noted)),
        "noted": bool(noted),
        "alert": words.many_missed(many) if training.many_missed(noted, today) else "",
        "ended": words.ended(queries.endings([found.id]).get(found.id)),
        "form": form,
        "steps": prescriptions.events(found.id),
        "final": State(found.state) in {State.ENDED, State.LEFT},
        "crumbs": (
            Crumb(gettext("Stagiaires"), reverse("trainings:trainees")),
            Crumb(found.session.title),
        ),
    }
    return render(request, "trainings/trainee.html", context, status=status)
