"""The register of what people ask about their own data, one request, and writing one down from a file."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from beffroi.client import Refused
from beffroi.client import person_requests as calls
from beffroi.client.calls import Call
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.person_requests import Moved, PersonRequest
from beffroi.core.asking import WORDED
from beffroi.core.person_rights import State
from beffroi.systems.cases import rights
from beffroi.systems.cases.person_requests import registered
from beffroi.systems.cases.person_requests.correcting import groups_of, is_corrected
from beffroi.systems.cases.person_requests.forms import Answer, Extension, Received, Refusal
from beffroi.systems.cases.person_requests.held import hands_out
from beffroi.systems.cases.person_requests.words import (
    ARTICLES,
    DONE,
    EXTENSIONS,
    REASONS,
    STATES,
    STEPS,
    TONES,
    said,
)
from beffroi.systems.cases.sections import SECTIONS
from beffroi.systems.cases.web import restrictions, words
from beffroi.systems.cases.web.person_erasures import is_erased
from beffroi.systems.cases.web.trail import below_file
from beffroi.ui import field_groups
from beffroi.ui.components import Crumb

_ON_THE_FORM = frozenset({"person-request-date", "person-request-exists"})


@dataclass(frozen=True)
class Line:
    """A request as the pages show it."""

    row: PersonRequest
    article: str
    state: str
    tone: str
    reason: str
    extended: str


def _line(row: PersonRequest) -> Line:
    tone = "danger" if row.late else TONES.get(row.state, "accent")
    return Line(
        row, said(ARTICLES, row.article), said(STATES, row.state), tone, said(REASONS, row.reason),
        said(EXTENSIONS, row.extended),
    )  # fmt: skip


def _only_correspondents(request: AgentRequest) -> None:
    if not rights.answers_people(request.described):
        raise Http404


@require_safe
def register(request: AgentRequest) -> HttpResponse:
    """Every request of the organisation, the oldest that wait first."""
    _only_correspondents(request)
    found = request.conversation.ask(calls.listed())
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = {
        "waiting": [_line(row) for row in found.rows if row.moves],
        "closed": [_line(row) for row in found.rows if not row.moves],
        "late": found.late,
        "corrected": [(one, field_groups.names(one.groups)) for one in found.corrected],
    }
    return render(request, "cases/person_requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: AgentRequest, person: UUID) -> HttpResponse:
    """Write down what a person of one's organisation asks."""
    _only_correspondents(request)
    initial = {"received_on": words.today()}
    form = Received(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        made = request.conversation.ask(calls.register(str(person), typed["article"], typed["received_on"]))
        if not isinstance(made, Refused):
            messages.success(request, gettext("La demande est enregistrée."))
            return HttpResponseRedirect(reverse("cases:person_request", args=[made.request]))
        if made.code not in _ON_THE_FORM:
            return RefusalAnswer(made)
        form.add_error("received_on" if made.code == "person-request-date" else "article", made.detail)
    context = {
        "form": form, "back": reverse("cases:file", args=[person]),
        "crumbs": below_file(person, gettext("Demande de la personne")),
    }  # fmt: skip
    return render(request, "cases/person_request_new.html", context, status=422 if form.errors else 200)


def _has_words(row: PersonRequest) -> bool:
    """Whether the person wrote something that may be read now."""
    return row.online and row.article in WORDED and bool(row.moves)


def _corrections(request: AgentRequest, row: PersonRequest) -> list[tuple[str, str]]:
    """Where each group of the file is corrected for this request, while it is worked on."""
    if not is_corrected(row):
        return []
    return [
        (str(SECTIONS[group].title), reverse("cases:person_correction", args=[row.request, group]))
        for group in groups_of(request.described)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """One request: its next step, the answer, a refusal, two months more."""
    _only_correspondents(request)
    row = registered.one(request.conversation, identifier)
    if isinstance(row, Refused):
        return RefusalAnswer(row)
    wanted = request.POST.get("suite", "") if request.method == "POST" else ""
    sent = {wanted: request.POST}
    answer, extension = Answer(sent.get("answered")), Extension(sent.get("extend"))
    refusal = Refusal(sent.get("refused"), identified=row.state != State.RECEIVED)
    typed = next((form for form in (answer, refusal, extension) if form.is_bound), None)
    call = _wanted(row, wanted, typed)
    if call is not None:
        done = request.conversation.ask(call)
        if not isinstance(done, Refused):
            messages.success(request, said(DONE, wanted))
        elif typed is not None:
            typed.add_error(None, done.detail)
        elif done.code.startswith("person-request-"):
            messages.error(request, done.detail)
        else:
            return RefusalAnswer(done)
        if typed is None or not typed.errors:
            return HttpResponseRedirect(reverse("cases:person_request", args=[row.request]))
    restriction = restrictions.card(request, row)
    if isinstance(restriction, Refused):
        return RefusalAnswer(restriction)
    context = {
        "line": _line(row), "restriction": restriction,
        "steps": [(code, STEPS[code]) for code in row.moves if code in STEPS and code != "answered"],
        "handing": reverse("cases:person_data", args=[row.request]) if hands_out(row) else "",
        "erasing": reverse("cases:person_erasure", args=[row.request]) if is_erased(row) else "",
        "corrections": _corrections(request, row),
        "words": reverse("cases:person_request_words", args=[row.request]) if _has_words(row) else "",
        "answer": answer if "answered" in row.moves or answer.errors else None,
        "refusal": refusal if "refused" in row.moves or refusal.errors else None,
        "extension": extension if row.extendable or extension.errors else None,
        "wrong": typed,
        "crumbs": (
            Crumb(gettext("Demandes des personnes"), reverse("cases:person_requests")), Crumb(gettext("Demande")),
        ),
    }  # fmt: skip
    return render(request, "cases/person_request.html", context, status=422 if context["wrong"] else 200)


def _wanted(row: PersonRequest, wanted: str, typed: forms.Form | None) -> Call[Moved] | None:
    """What is asked of the guard; nothing where the form is not right."""
    if typed is not None and not typed.is_valid():
        return None
    said = {} if typed is None else typed.cleaned_data
    if wanted == "extend":
        return calls.extend(row.request, said["why"])
    if wanted in ("answered", "refused"):
        text = said.get("text") or said.get("explanation") or None
        return calls.move(row.request, wanted, said.get("reason"), text)
    return calls.move(row.request, wanted) if wanted in STEPS else None


@require_POST
def read_words(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """What the person wrote with a request made on line; by a form, so that nothing fetches it in advance."""
    _only_correspondents(request)
    row = registered.one(request.conversation, identifier)
    if isinstance(row, Refused):
        return RefusalAnswer(row)
    if not row.online:
        raise Http404
    read = request.conversation.ask(calls.words(row.request, row.person))
    if isinstance(read, Refused):
        return RefusalAnswer(read)
    back = reverse("cases:person_request", args=[row.request])
    context = {
        "text": "" if read.text is None else read.text.reveal(), "article": said(ARTICLES, row.article), "back": back,
        "crumbs": (
            Crumb(gettext("Demandes des personnes"), reverse("cases:person_requests")),
            Crumb(gettext("Demande"), back), Crumb(gettext("Texte")),
        ),
    }  # fmt: skip
    response = render(request, "cases/person_request_words.html", context)
    response["cache-control"] = "no-store"
    return response
