"""An organisation's own sessions: its list, a new one, a change, a cancellation; nobody else's is reached."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.catalogue import Wrong
from beffroi.core.prescribing import Objection
from beffroi.systems.prescriptions import actions, moving, queries, rights
from beffroi.systems.prescriptions.forms import SessionForm
from beffroi.systems.prescriptions.keepers import Fault
from beffroi.systems.prescriptions.models import TrainingSession
from beffroi.systems.prescriptions.web import words
from beffroi.systems.prescriptions.web.catalogue import line
from beffroi.ui.components import Crumb, Tab
from beffroi.ui.page_numbers import page_number

_VIEWS = {"a-venir": "coming", "en-cours": "current", "passees": "past", "annulees": "cancelled"}


@require_GET
def own(request: AgentRequest) -> HttpResponse:
    """The organisation's sessions, by where they stand in time."""
    _keeper_only(request)
    said = request.GET.get("vue", "")
    view = said if said in _VIEWS else "a-venir"
    page = queries.own(
        rights.place_of(request.described), _VIEWS[view], timezone.localdate(),
        page_number(request.GET.get("page")),
    )  # fmt: skip
    context = {
        "organisation": words.organisation(request.described),
        "tabs": _tabs(view),
        "page": page,
        "lines": [line(session) for session in page],
    }
    return render(request, "prescriptions/sessions.html", context)


def _tabs(current: str) -> tuple[Tab, ...]:
    labels = {
        "a-venir": gettext("À venir"),
        "en-cours": gettext("En cours"),
        "passees": gettext("Passées"),
        "annulees": gettext("Annulées"),
    }
    here = reverse("prescriptions:sessions")
    return tuple(Tab(label, f"{here}?vue={view}", current=view == current) for view, label in labels.items())


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AgentRequest) -> HttpResponse:
    """The form of a new session, then the session."""
    _keeper_only(request)
    form = SessionForm(request.POST) if request.method == "POST" else SessionForm()
    if not form.is_bound or not form.is_valid():
        return _form(request, form, None, status=422 if form.is_bound else 200)
    made = actions.add(words.keeper(request.described), form.offer())
    if isinstance(made, Fault):
        return _refused(request, form, None, made)
    messages.success(request, gettext("La session est au catalogue."))
    return HttpResponseRedirect(reverse("prescriptions:session", args=[made.id]))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: AgentRequest, session: UUID) -> HttpResponse:
    """The form of a session as it is, then the change, unless somebody was faster."""
    found = _own(request, session)
    if request.method != "POST":
        return _form(request, SessionForm(initial=SessionForm.of(queries.offer_of(found), found.version)), found)
    form = SessionForm(request.POST)
    if not form.is_valid():
        return _form(request, form, found, status=422)
    version = form.cleaned_data["version"] or 0
    done = actions.change(words.keeper(request.described), session, form.offer(), version=version)
    if isinstance(done, Fault):
        return _refused(request, form, found, done)
    messages.success(request, gettext("C'est enregistré."))
    return HttpResponseRedirect(reverse("prescriptions:session", args=[session]))


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: AgentRequest, session: UUID) -> HttpResponse:
    """What cancelling means, then the cancellation."""
    found = _own(request, session)
    address = reverse("prescriptions:session", args=[session])
    if request.method != "POST":
        context = {"session": found, "days": words.days(found), "crumbs": _crumbs(found), "back": address}
        return render(request, "prescriptions/cancel.html", context)
    done = moving.call_off(request.conversation, rights.FOLLOW_UP, words.keeper(request.described), session)
    if isinstance(done, Refused):
        return RefusalAnswer(done)
    if done is Fault.BEGUN:
        messages.error(request, words.objection(Objection.BEGUN))
        return HttpResponseRedirect(address)
    if isinstance(done, Fault):
        raise Http404
    messages.success(request, gettext("La session est annulée."))
    return HttpResponseRedirect(address)


def _keeper_only(request: AgentRequest) -> None:
    """Raises Http404 for whoever keeps no catalogue: the page does not exist for them."""
    if not rights.trains(request.described):
        raise Http404


def _own(request: AgentRequest, session: UUID) -> TrainingSession:
    """A session of one's own organisation that was not cancelled. Raises Http404 for any other."""
    _keeper_only(request)
    found = queries.one_of(rights.place_of(request.described), session)
    if found is None or found.cancelled_at is not None:
        raise Http404
    return found


def _refused(request: AgentRequest, form: SessionForm, session: TrainingSession | None, fault: Fault) -> HttpResponse:
    """The form again, with what was typed and what stands in its way."""
    match fault:
        case Fault.TWICE:
            form.add_error("reference", words.expected(Wrong.TWICE))
        case Fault.TOO_FEW:
            form.add_error("places", words.expected(Wrong.TOO_FEW))
        case Fault.CHANGED:
            form.add_error(
                None,
                gettext(
                    "Quelqu'un a modifié cette session entre-temps : rien n'a été écrasé. Rouvrez-la, puis refaites "
                    "votre modification."
                ),
            )
        case Fault.UNKNOWN | Fault.CANCELLED | Fault.BEGUN:
            raise Http404
    return _form(request, form, session, status=409)


def _form(
    request: AgentRequest, form: SessionForm, session: TrainingSession | None, *, status: int = 200
) -> HttpResponse:
    back = (
        reverse("prescriptions:sessions") if session is None else reverse("prescriptions:session", args=[session.id])
    )
    context = {"form": form, "session": session, "crumbs": _crumbs(session), "back": back}
    return render(request, "prescriptions/session_form.html", context, status=status)


def _crumbs(session: TrainingSession | None) -> tuple[Crumb, ...]:
    first = Crumb(gettext("Mes sessions"), reverse("prescriptions:sessions"))
    if session is None:
        return first, Crumb(gettext("Nouvelle session"))
    return first, Crumb(session.title, reverse("prescriptions:session", args=[session.id]))
