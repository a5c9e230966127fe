"""Correcting what a person said is wrong: typed, then read before and after, then sent."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.person_requests import PersonRequest
from beffroi.systems.cases import rights
from beffroi.systems.cases.forms import GroupForm, initial_of
from beffroi.systems.cases.person_requests import correcting, registered
from beffroi.systems.cases.person_requests.correcting import Proposal
from beffroi.systems.cases.person_requests.forms import Contradiction
from beffroi.systems.cases.sections import SECTIONS
from beffroi.systems.cases.web import namesakes
from beffroi.ui.components import Crumb

Typed = GroupForm | Contradiction


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: AgentRequest, identifier: UUID, group: str) -> HttpResponse:
    """The form of a group, then what it changes, then the correction."""
    if not rights.answers_people(request.described) or group not in correcting.groups_of(request.described):
        raise Http404
    row = registered.one(request.conversation, identifier)
    if isinstance(row, Refused):
        return RefusalAnswer(row)
    if not correcting.is_corrected(row):
        messages.error(request, gettext("On corrige pendant le traitement d'une demande de rectification."))
        return HttpResponseRedirect(_back(row))
    if request.method != "POST":
        return _blank(request, row, group)
    form: Typed = Contradiction(request.POST) if group in correcting.NOTED else GroupForm(group, request.POST)
    if not form.is_valid():
        return _form(request, row, group, form, status=422)
    if "revoir" in request.POST:
        return _form(request, row, group, form)
    proposal = _proposal(request, row, group, form)
    if isinstance(proposal, Refused):
        return RefusalAnswer(proposal)
    if not proposal.lines:
        form.add_error(None, gettext("Rien ne change : ce que vous avez saisi est ce que le dossier dit déjà."))
        return _form(request, row, group, form, status=422)
    if "confirme" not in request.POST or form.cleaned_data["version"] is None:
        if isinstance(form, Contradiction):
            form = Contradiction({**form.cleaned_data, "version": proposal.version})
        context = {"lines": proposal.lines, "form": form, "distinct": request.POST.get("distinct", "")}
        return _page(request, row, group, "cases/person_correction_compare.html", context)
    return _sent(request, row, group, form, proposal)


def _proposal(request: AgentRequest, row: PersonRequest, group: str, form: Typed) -> Proposal | Refused:
    asked = request.conversation, request.described, row.person, group
    if isinstance(form, Contradiction):
        return correcting.contradicted(*asked, form.cleaned_data["text"])
    shown = [name.removeprefix(f"{group}-") for name in form.fields if name != "version"]
    return correcting.proposed(*asked, form.values().get(group, {}), shown)


def _sent(request: AgentRequest, row: PersonRequest, group: str, form: Typed, proposal: Proposal) -> HttpResponse:
    distinct = namesakes.checked(request)
    answer = correcting.send(request.conversation, row, proposal, form.cleaned_data["version"], distinct)
    if not isinstance(answer, Refused):
        messages.success(request, gettext("C'est corrigé. La personne le voit dans son espace."))
        return HttpResponseRedirect(_back(row))
    if answer.code == "version-conflict":
        return _form(request, row, group, form, status=409, more={"conflict": True})
    if answer.code == "duplicate":
        known = namesakes.known(answer, distinct, by_name=group == rights.IDENTITY)
        return _form(request, row, group, form, status=409, more=known)
    if answer.code in ("malformed", "person-request-nothing", "person-request-too-many-corrections"):
        form.add_error(None, answer.detail)
        return _form(request, row, group, form, status=422)
    return RefusalAnswer(answer)


def _blank(request: AgentRequest, row: PersonRequest, group: str) -> HttpResponse:
    if group in correcting.NOTED:
        return _form(request, row, group, Contradiction())
    opened = request.conversation.ask(
        calls.open_file(row.person, rights.purpose_of(request.described, "open"), [group])
    )
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    initial = initial_of(group, opened.fields.get(group, {}), opened.version)
    return _form(request, row, group, GroupForm(group, initial=initial))


def _form(
    request: AgentRequest,
    row: PersonRequest,
    group: str,
    form: Typed,
    *,
    status: int = 200,
    more: Mapping[str, object] = MappingProxyType({}),
) -> HttpResponse:
    context = {"form": form, "noted": group in correcting.NOTED, "reload": request.path, **more}
    return _page(request, row, group, "cases/person_correction.html", context, status)


def _page(
    request: AgentRequest,
    row: PersonRequest,
    group: str,
    template: str,
    context: Mapping[str, object],
    status: int = 200,
) -> HttpResponse:
    section = SECTIONS[group]
    crumbs = (
        Crumb(gettext("Demandes des personnes"), reverse("cases:person_requests")),
        Crumb(gettext("Demande"), _back(row)),
        Crumb(gettext("Corriger : %(section)s") % {"section": section.title}),
    )
    whole = {
        "section": section,
        "crumbs": crumbs,
        "back": _back(row),
        "file": reverse("cases:file", args=[row.person]),
        **context,
    }
    return render(request, template, whole, status=status)


def _back(row: PersonRequest) -> str:
    return reverse("cases:person_request", args=[row.request])
