"""Notes of a follow-up, their corrections, the steps agreed, and the agent's own list of what is due."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.client import Refused, calls
from beffroi.client.answers import Session
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.casefile import Step
from beffroi.systems.cases import rights
from beffroi.systems.cases.appointments import queries as hours
from beffroi.systems.cases.appointments.queries import Known, desk_of
from beffroi.systems.cases.appointments.words import masked
from beffroi.systems.cases.followup import notes_of
from beffroi.systems.cases.models import DueStep
from beffroi.systems.cases.notes import actions
from beffroi.systems.cases.notes.forms import ORDINARY, SENSITIVE, Correction, NewStep, Note
from beffroi.systems.cases.notes.outlines import OUTLINES
from beffroi.systems.cases.people import Name, name_of
from beffroi.systems.cases.web.editing import address, kept
from beffroi.systems.cases.web.trail import below_file
from beffroi.systems.cases.web.whose import identity_of, known_name
from beffroi.systems.cases.web.words import written

_PAGE = 25
_GROUPS = (ORDINARY, SENSITIVE)


def keeps_steps(session: Session) -> bool:
    """Whether the role agrees steps with people of its own."""
    return rights.has_portfolio(session) and ORDINARY in rights.writable(session)


@require_http_methods(["GET", "HEAD", "POST"])
def add_note(request: AgentRequest, person: UUID) -> HttpResponse:
    """The form of a note, begun from an outline if one was chosen; then the note, in its group."""
    if ORDINARY not in rights.writable(request.described):
        raise Http404
    sensitive = SENSITIVE in rights.writable(request.described)
    if request.method != "POST":
        return _blank_note(request, person, sensitive=sensitive)
    said = request.POST.copy()
    said.setdefault("group", ORDINARY)
    form = Note(said, sensitive=sensitive)
    if not form.is_valid():
        return _note(request, person, form, status=422)
    typed = form.cleaned_data
    group = typed.get("group", ORDINARY)
    answer = actions.add_note(
        request.conversation, request.described, str(person), group, typed["text"], outline=typed["outline"]
    )
    if isinstance(answer, Refused) and answer.code == "version-conflict":
        form.add_error(None, gettext("Quelqu'un écrivait en même temps que vous : enregistrez de nouveau."))
        return _note(request, person, form, status=409)
    return kept(request, address(str(person), group), answer)


def _blank_note(request: AgentRequest, person: UUID, *, sensitive: bool) -> HttpResponse:
    name = _name(request, person)
    if isinstance(name, Refused):
        return RefusalAnswer(name)
    outline = OUTLINES.get(request.GET.get("modele", ""))
    initial = {"group": SENSITIVE if request.GET.get("lue") == "a-part" else ORDINARY}
    if outline is not None:
        initial |= {"text": outline.text, "outline": outline.code}
    return _note(request, person, Note(sensitive=sensitive, initial=initial), name=name)


def _note(
    request: AgentRequest, person: UUID, form: Note, *, name: Name | None = None, status: int = 200
) -> HttpResponse:
    full = name.full if name else known_name(request, str(person))
    group = str(form["group"].value() or ORDINARY) if "group" in form.fields else ORDINARY
    context = {
        "form": form,
        "name": full,
        "outlines": [(outline, written(outline.label)) for outline in OUTLINES.values()],
        "apart": group == SENSITIVE,
        "back": address(str(person), group if group in _GROUPS else ORDINARY),
        "crumbs": below_file(person, gettext("Ajouter une note"), full),
    }
    return render(request, "cases/note.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def correct_note(request: AgentRequest, person: UUID, group: str, number: int) -> HttpResponse:
    """The form that corrects one's own note, and the correction."""
    session = request.described
    if group not in _GROUPS or group not in rights.writable(session):
        raise Http404
    if request.method == "POST":
        form = Correction(request.POST)
        if not form.is_valid():
            return _correction(request, person, group, form, known_name(request, str(person)), status=422)
        text = form.cleaned_data["text"]
        answer = actions.correct_note(request.conversation, session, str(person), group, number, text)
        return kept(request, address(str(person), group), answer)
    wanted, purpose = [rights.IDENTITY, group], rights.purpose_of(session, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, wanted))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    notes = notes_of(opened.fields.get(group, {}), session.account, timezone.now())
    note = next((note for note in notes if note.number == number and note.correctable), None)
    if note is None:
        raise Http404
    full = name_of(opened.fields.get(rights.IDENTITY, {})).full
    return _correction(request, person, group, Correction(initial={"text": note.text}), full)


def _correction(
    request: AgentRequest, person: UUID, group: str, form: Correction, name: str, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "name": name,
        "back": address(str(person), group),
        "crumbs": below_file(person, gettext("Corriger une note"), name),
    }
    return render(request, "cases/note_correction.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def add_step(request: AgentRequest, person: UUID) -> HttpResponse:
    """The form of a step, and the step."""
    if not keeps_steps(request.described):
        raise Http404
    form = NewStep(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = form.cleaned_data
        answer = actions.add_step(
            request.conversation, request.described, str(person), typed["label"], typed["by"], typed["due_on"]
        )
        return kept(request, address(str(person), ORDINARY), answer)
    name = _name(request, person)
    if isinstance(name, Refused) and not form.is_bound:
        return RefusalAnswer(name)
    full = "" if isinstance(name, Refused) else name.full
    context = {
        "form": form,
        "name": full,
        "back": address(str(person), ORDINARY),
        "crumbs": below_file(person, gettext("Convenir d'une démarche"), full),
    }
    return render(request, "cases/step.html", context, status=422 if form.is_bound else 200)


@require_POST
def move_step(request: AgentRequest, person: UUID, number: int) -> HttpResponse:
    """Say that a step is done, dropped, or to be done after all."""
    if not keeps_steps(request.described):
        raise Http404
    try:
        state = Step(request.POST.get("etat", ""))
    except ValueError:
        raise Http404 from None
    answer = actions.move_step(request.conversation, request.described, str(person), number, state)
    return kept(request, address(str(person), ORDINARY), answer)


@dataclass(frozen=True, repr=False)
class Due:
    """A line of the agent's list: whose step, until when."""

    row: DueStep
    name: Name | None
    why: str
    late: bool
    url: str


@require_GET
def due_steps(request: AgentRequest) -> HttpResponse:
    """What the agent is to see done, the first day first; the words of a step stay in its file."""
    session = request.described
    if not keeps_steps(session):
        return render(request, "cases/no_file.html")
    desk, today = desk_of(session), timezone.localdate()
    rows = DueStep.objects.filter(
        account=desk.account, organisation=desk.organisation, state=Step.TO_DO.value
    ).order_by("due_on", "id")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    known = hours.names(request.conversation, session, (row.person for row in page.object_list))
    if isinstance(known, Refused):
        return RefusalAnswer(known)
    late = rows.filter(due_on__lt=today).count()
    context = {
        "lines": [_due(row, known[row.person], today) for row in page.object_list],
        "page": page,
        "late": late,
    }
    return render(request, "cases/due_steps.html", context)


def _due(row: DueStep, known: Known, today: date) -> Due:
    why = "" if known.name is not None else masked(known.why)
    return Due(row, known.name, why, row.due_on < today, address(str(row.person), ORDINARY))


def _name(request: AgentRequest, person: UUID) -> Name | Refused:
    identity = identity_of(request, person)
    return identity if isinstance(identity, Refused) else name_of(identity)
