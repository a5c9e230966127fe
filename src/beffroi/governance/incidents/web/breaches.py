"""A breach is declared from an answer: its scope, and what happened; a second person agrees. And what is declared."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, approvals, breaches, forensics
from beffroi.client.answers import Label
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.breaches import CAUSES, Cause
from beffroi.governance.directory import api as directory
from beffroi.governance.incidents.web import words
from beffroi.governance.incidents.web.answers import carried
from beffroi.governance.incidents.web.forms import scope_of, sent
from beffroi.ui.components import Crumb

_OF_THE_FORM = frozenset({"already-declared", "period-wrong", "too-few-approvers"})


class What(forms.Form):
    """What happened, as the people concerned will read it."""

    cause = forms.ChoiceField(label=_("Ce que les personnes liront"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        cause = self.fields["cause"]
        assert isinstance(cause, forms.ChoiceField)
        cause.choices = [(one.value, directory.written(Label(*CAUSES[one]))) for one in Cause]


@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: AgentRequest) -> HttpResponse:
    """How many people it concerns and what happened; then the request."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("incidents:breaches"))
    options = request.conversation.ask(forensics.options())
    if isinstance(options, Refused):
        return RefusalAnswer(options)
    form = sent(options, request.POST)
    if not form.is_valid():
        return HttpResponseRedirect(reverse("incidents:home"))
    kind, ids, email = scope_of(form)
    from_at, until_at = form.window()
    what = What(request.POST if "cause" in request.POST or "demander" in request.POST else None)
    if what.is_bound and what.is_valid():
        body = {
            "by": kind, "ids": ids, "email": email, "cause": what.cleaned_data["cause"],
            "from_at": from_at.isoformat(), "until_at": until_at.isoformat(),
        }  # fmt: skip
        made = request.conversation.ask(approvals.make("breach", body))
        if not isinstance(made, Refused):
            return HttpResponseRedirect(reverse("habilitations:request", args=[made.request]))
        if made.code not in _OF_THE_FORM:
            return RefusalAnswer(made)
        what.add_error(None, made.detail)
    found = request.conversation.ask(
        forensics.readers(kind, ids=ids, email=email, from_at=from_at, until_at=until_at, page=1)
    )
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = {
        "what": what,
        "total": found.total,
        "from_on": form.cleaned_data["from_on"],
        "until_on": form.cleaned_data["until_on"],
        "asked": list(carried(request)),
        "crumbs": [
            Crumb(gettext("Qui a été lu"), reverse("incidents:home")),
            Crumb(gettext("Violations déclarées"), reverse("incidents:breaches")),
            Crumb(gettext("Déclarer")),
        ],
    }
    return render(request, "incidents/declare.html", context, status=422 if what.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def declared(request: AgentRequest) -> HttpResponse:
    """What is declared; one of them withdrawn, once a second person agrees."""
    if request.method == "POST":
        made = request.conversation.ask(
            approvals.make("breach-withdrawal", {"breach": request.POST.get("retirer", "")[:36]})
        )
        if isinstance(made, Refused):
            return RefusalAnswer(made)
        return HttpResponseRedirect(reverse("habilitations:request", args=[made.request]))
    found = request.conversation.ask(breaches.declared())
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = {
        "rows": [
            {"breach": one, "sentence": directory.written(one.sentence), "scope": words.scope(one.scope)}
            for one in found.rows
        ],
        "crumbs": [
            Crumb(gettext("Qui a été lu"), reverse("incidents:home")), Crumb(gettext("Violations déclarées"))
        ],
    }  # fmt: skip
    return render(request, "incidents/breaches.html", context)
