"""A file held back from a list: the reason, then the deed."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, erasing
from beffroi.client.in_django import AgentRequest
from beffroi.governance.erasing.forms import Hold
from beffroi.governance.erasing.web import words
from beffroi.governance.erasing.web.lists import gone
from beffroi.ui.components import Crumb
from beffroi.ui.templatetags.formats import long_date


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: AgentRequest, list_: UUID, person: UUID) -> HttpResponse:
    """Why, out of the guard's own reasons."""
    found = request.conversation.ask(erasing.erasure_list(str(list_)))
    if isinstance(found, Refused):
        return gone(request, found)
    here = reverse("erasing:list", args=[list_])
    reasons = [(reason.code, words.written(reason.label)) for reason in found.reasons]
    form = Hold(reasons, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        held = request.conversation.ask(erasing.hold(str(list_), str(person), form.cleaned_data["reason"]))
        if isinstance(held, Refused):
            return gone(request, held)
        messages.success(request, _held(found.list.status, held.until_at))
        return HttpResponseRedirect(here)
    context = {
        "form": form,
        "back": here,
        "short": words.short(str(person)),
        "crumbs": (
            Crumb(gettext("Effacements"), reverse("erasing:lists")),
            Crumb(found.list.organisation.name, here),
            Crumb(gettext("Retenir un dossier")),
        ),
    }
    return render(request, "erasing/hold.html", context, status=422 if form.is_bound else 200)


def _held(status: str, until_at: datetime) -> str:
    """Until when, and what becomes of the list: one that is signed stays so, and keeps the file."""
    if status == "signed":
        told = gettext("Le dossier est retenu jusqu'au %(day)s : il sera gardé quand son tour viendra.")
    else:
        told = gettext("Le dossier est retenu jusqu'au %(day)s. La liste a changé : elle reste à signer.")
    return told % {"day": long_date(until_at)}
