"""The roster of an organisation: domains by name, people by number; what is added takes two approvals."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, partners
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.partners.forms import RemovalForm, RosterForm
from beffroi.governance.partners.web import asking
from beffroi.ui.components import Crumb

FIELDS = {"public-domain": "domain", "not-in-roster": "email"}


@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: AgentRequest, organisation: UUID) -> HttpResponse:
    """See it, ask for an addition, take something out."""
    adding, removing = RosterForm(), RemovalForm(prefix="out")
    refused_form: forms.Form | None = None
    if request.method == "POST" and "domain-out" in request.POST:
        done = request.conversation.ask(partners.remove(str(organisation), domain=request.POST["domain-out"][:254]))
        if isinstance(done, Refused):
            return RefusalAnswer(done)
        return _removed(request, organisation)
    if request.method == "POST" and "out-email" in request.POST:
        refused_form = removing = RemovalForm(request.POST, prefix="out")
        if removing.is_valid():
            call = partners.remove(str(organisation), email=removing.cleaned_data["email"])
            done = request.conversation.ask(call)
            if not isinstance(done, Refused):
                return _removed(request, organisation)
            if not asking.said(removing, done, FIELDS):
                return RefusalAnswer(done)
    elif request.method == "POST":
        refused_form = adding = RosterForm(request.POST)
        if adding.is_valid():
            typed = adding.cleaned_data
            call_for = partners.ask_roster(
                str(organisation), domain=typed["domain"] or None, email=typed["email"] or None
            )
            asked = request.conversation.ask(call_for)
            if not isinstance(asked, Refused):
                asking.sent(request, asked)
                return HttpResponseRedirect(reverse("partners:roster", args=[organisation]))
            if not asking.said(adding, asked, FIELDS | {"address-wrong": "email" if typed["email"] else "domain"}):
                return RefusalAnswer(asked)
    found = request.conversation.ask(partners.roster(str(organisation)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    back = reverse("partners:show", args=[organisation])
    since = [person.added_at for person in found.people if person.added_at is not None]
    context = {
        "found": found, "adding": adding, "removing": removing, "refused_form": refused_form,
        "crumbs": (Crumb(found.organisation.name, back), Crumb(gettext("Annuaire"))),
        "latest": max(since, default=None),
    }  # fmt: skip
    return render(request, "partners/roster.html", context, status=422 if refused_form is not None else 200)


def _removed(request: AgentRequest, organisation: UUID) -> HttpResponse:
    messages.success(request, gettext("C'est retiré de l'annuaire."))
    return HttpResponseRedirect(reverse("partners:roster", args=[organisation]))
