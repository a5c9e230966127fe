"""Whom the organisation's directory asks for: the queue, taking one up as a request, dismissing one."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, admissions
from beffroi.client.admissions import Admission
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.habilitations.forms import AccessForm, DismissForm
from beffroi.governance.habilitations.web import tabs
from beffroi.governance.habilitations.web.requests import FIELD_OF, page_of, sent

FROM_DIRECTORY = {"admission-of-another": "email"}


@require_GET
def waiting(request: AgentRequest) -> HttpResponse:
    """Those who wait, the oldest first."""
    found = request.conversation.ask(admissions.waiting(page_of(request)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = {
        "found": found,
        "rows": [(row, _name(row), row.email.reveal(), row.job.reveal() if row.job else "") for row in found.rows],
        "tabs": tabs.of_requests(tabs.FROM_DIRECTORY, found.total),
        "previous": f"?page={found.page - 1}" if found.page > 1 else "",
        "next": f"?page={found.page + 1}" if found.page < found.pages else "",
    }
    return render(request, "habilitations/admissions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def take_up(request: AgentRequest, identifier: object) -> HttpResponse:
    """The form of a request, filled with what the directory told; what was typed stays when the guard objects."""
    shown = request.conversation.ask(admissions.show(str(identifier)))
    if isinstance(shown, Refused):
        return _gone(request, shown)
    form = AccessForm(
        shown, request.POST if request.method == "POST" else None, prefilled=_prefilled(shown.admission)
    )
    if form.is_bound and form.is_valid():
        made = request.conversation.ask(admissions.take_up(str(identifier), form.body()))
        if not isinstance(made, Refused):
            messages.success(request, sent(made.needed))
            return HttpResponseRedirect(reverse("habilitations:request", args=[made.request]))
        if made.code in ("step-up-required", "admission-closed", "unknown-admission") or made.status in (401, 503):
            return _gone(request, made)
        form.add_error((FIELD_OF | FROM_DIRECTORY).get(made.code), made.detail)
    context = {"form": form, "admission": shown.admission, "name": _name(shown.admission)}
    return render(request, "habilitations/take_up.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def dismiss(request: AgentRequest, identifier: object) -> HttpResponse:
    """Why no request comes of it, then so be it."""
    shown = request.conversation.ask(admissions.show(str(identifier)))
    if isinstance(shown, Refused):
        return _gone(request, shown)
    form = DismissForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = request.conversation.ask(admissions.dismiss(str(identifier), form.cleaned_data["reason"]))
        if isinstance(answer, Refused):
            return _gone(request, answer)
        messages.success(request, gettext("C'est noté : aucun accès n'est demandé pour cette personne."))
        return HttpResponseRedirect(reverse("habilitations:admissions"))
    context = {"form": form, "admission": shown.admission, "name": _name(shown.admission)}
    return render(request, "habilitations/dismiss.html", context, status=422 if form.is_bound else 200)


def _gone(request: AgentRequest, refused: Refused) -> HttpResponse:
    """Somebody else answered meanwhile: say so on the list; any other refusal is a page of its own."""
    if refused.code != "admission-closed":
        return RefusalAnswer(refused)
    messages.warning(request, refused.detail)
    return HttpResponseRedirect(reverse("habilitations:admissions"))


def _name(admission: Admission) -> str:
    parts = [part.reveal() for part in (admission.first_name, admission.last_name) if part]
    return " ".join(parts)


def _prefilled(admission: Admission) -> dict[str, str]:
    told = {
        "first_name": admission.first_name, "last_name": admission.last_name, "email": admission.email,
        "job": admission.job,
    }  # fmt: skip
    return {name: value.reveal() for name, value in told.items() if value}
