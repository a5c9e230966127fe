"""Registering somebody: a person already known is never registered twice, whoever follows them."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import actions, rights
from beffroi.systems.cases.forms import Registration
from beffroi.systems.cases.sections import SECTIONS
from beffroi.systems.cases.web import namesakes

_BEGUN = "commencer"
"""Field of a form that only begins a registration, with what a search was made for."""
_SEARCHED = ("identity-last_name", "identity-first_names", "identity-birth_date")
_LATER = _(
    "Le dossier n'est pas créé : la limite des inscriptions ou des recherches est atteinte. Ce que vous avez saisi"
    " est encore sur cette page : réessayez plus tard, ou demandez à un collègue."
)


@require_http_methods(["GET", "HEAD", "POST"])
def registration(request: AgentRequest) -> HttpResponse:
    """The form, blank or begun by a search; then the new file, or whom the guard already knows."""
    session = request.described
    if not rights.may(session, "create"):
        return render(request, "cases/no_file.html")
    purpose = session.purpose("create")
    groups = () if purpose is None else purpose.write
    if _BEGUN in request.POST:
        form = Registration(groups, initial={name: request.POST.get(name, "") for name in _SEARCHED})
    else:
        form = Registration(groups, request.POST if request.method == "POST" else None)
    receives = rights.receives(session)
    context: dict[str, object] = {
        "form": form,
        "groups": _groups(form),
        "receives": receives,
        "unread": purpose is not None and not set(purpose.write) <= set(rights.readable(session)),
        "back": reverse("cases:reception" if receives else "cases:portfolio"),
    }
    if not form.is_bound:
        return render(request, "cases/registration.html", context)
    if not form.is_valid():
        return render(request, "cases/registration.html", context, status=422)
    distinct = namesakes.checked(request)
    answer = actions.register(request.conversation, session, form.values(), distinct_from=distinct)
    if not isinstance(answer, Refused):
        if answer.referent:
            messages.success(request, gettext("Le dossier est créé. Vous en êtes le référent."))
        else:
            messages.success(request, gettext("Le dossier est créé. Il attend un conseiller référent."))
        return HttpResponseRedirect(reverse("cases:walk_in" if receives else "cases:file", args=[answer.person]))
    if answer.code == "duplicate":
        context |= namesakes.known(answer, distinct)
        return render(request, "cases/registration.html", context, status=409)
    if answer.code == "malformed":
        form.add_error(None, answer.detail)
        return render(request, "cases/registration.html", context, status=422)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        form.add_error(None, _LATER)
        return render(request, "cases/registration.html", context, status=answer.status)
    return RefusalAnswer(answer)


def _groups(form: Registration) -> list[tuple[object, list[object]]]:
    """Fields by section, in the order of the file."""
    return [
        (section.title, [form[name] for name in form.fields if name.startswith(f"{group}-")])
        for group, section in SECTIONS.items()
        if any(name.startswith(f"{group}-") for name in form.fields)
    ]
