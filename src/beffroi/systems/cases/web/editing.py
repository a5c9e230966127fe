"""Changing one group of a file."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.answers import Registered
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import actions, rights
from beffroi.systems.cases.forms import EDITABLE, GroupForm, initial_of
from beffroi.systems.cases.people import name_of
from beffroi.systems.cases.sections import SECTIONS
from beffroi.systems.cases.situations.actions import edited
from beffroi.systems.cases.web import namesakes
from beffroi.systems.cases.web.trail import below_file
from beffroi.systems.cases.web.whose import known_name


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AgentRequest, person: UUID, group: str) -> HttpResponse:
    """The form of a group, filled with what the file holds; then the change, unless somebody was faster."""
    if group not in EDITABLE or group not in rights.writable(request.described):
        raise Http404
    if request.method != "POST":
        return _blank(request, str(person), group)
    form = GroupForm(group, request.POST)
    if not form.is_valid():
        return _form(request, str(person), group, form, status=422)
    distinct = namesakes.checked(request)
    shown = [name.removeprefix(f"{group}-") for name in form.fields if name != "version"]
    answer = actions.change(
        request.conversation,
        request.described,
        str(person),
        group,
        form.values().get(group, {}),
        shown=shown,
        version=form.cleaned_data["version"],
        distinct_from=distinct,
        history=_history(request) if group == "situation" else None,
    )
    if isinstance(answer, Refused) and answer.code == "version-conflict":
        return _form(request, str(person), group, form, status=409, more={"conflict": True})
    if isinstance(answer, Refused) and answer.code == "duplicate":
        known = namesakes.known(answer, distinct, by_name=group == rights.IDENTITY)
        return _form(request, str(person), group, form, status=409, more=known)
    if isinstance(answer, Refused) and answer.code == "malformed":
        form.add_error(None, answer.detail)
        return _form(request, str(person), group, form, status=422)
    return kept(request, address(str(person), group), answer)


def _history(request: AgentRequest) -> actions.History:
    """Editing a field of the situation keeps what it said."""

    def keep(before: Mapping[str, Any], after: Mapping[str, Any], shown: Sequence[str]) -> Mapping[str, Any]:
        return {"changes": edited(request.described, before, after, shown)}

    return keep


def _blank(request: AgentRequest, person: str, group: str) -> HttpResponse:
    wanted = list(dict.fromkeys([rights.IDENTITY, group]))
    purpose = rights.purpose_of(request.described, "open")
    opened = request.conversation.ask(calls.open_file(person, purpose, wanted))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    form = GroupForm(group, initial=initial_of(group, opened.fields.get(group, {}), opened.version))
    return _form(request, person, group, form, name=name_of(opened.fields.get(rights.IDENTITY, {})).full)


def _form(
    request: AgentRequest,
    person: str,
    group: str,
    form: GroupForm,
    *,
    status: int = 200,
    name: str = "",
    more: Mapping[str, object] = MappingProxyType({}),
) -> HttpResponse:
    back = address(person, group)
    name = name or known_name(request, person)
    crumbs = below_file(person, str(SECTIONS[group].title), name)
    context = {
        "form": form,
        "section": SECTIONS[group],
        "crumbs": crumbs,
        "name": name,
        "back": back,
        "reload": request.path,
        **more,
    }
    return render(request, "cases/edit.html", context, status=status)


def kept(request: AgentRequest, to: str, answer: Registered | Refused | None, done: str = "") -> HttpResponse:
    """Back to ``to``, saying that it is kept (or ``done``) or what was kept there meanwhile; else the refusal's page.

    Raises Http404 for nothing, which says that what was to change is not there.
    """
    if answer is None:
        raise Http404
    if not isinstance(answer, Refused):
        messages.success(request, done or gettext("C'est enregistré."))
    elif answer.code.startswith(("writing-", "version-")):
        messages.warning(request, answer.detail)
    else:
        return RefusalAnswer(answer)
    return HttpResponseRedirect(to)


def address(person: str, group: str) -> str:
    """A file with this group open."""
    return f"{reverse('cases:file', args=[person])}?rubriques={group}#{group}"
