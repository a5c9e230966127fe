"""Requests about contracts: new terms, a new partner, the opening of one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from beffroi.client import Refused, partners
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.partners.forms import PartnerForm, TermsForm
from beffroi.governance.partners.web import asking
from beffroi.governance.partners.web.overview import crumbs
from beffroi.ui.components import Crumb

FIELDS = {
    "period-wrong": "until_on", "clauses-missing": "clauses", "siret-wrong": "siret", "already-known": "code",
    "role-not-handed-out": "kind",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def contract(request: AgentRequest, organisation: UUID) -> HttpResponse:
    """Ask for other terms; the form begins with those in force."""
    found = request.conversation.ask(partners.show(str(organisation)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    form = TermsForm(request.POST if request.method == "POST" else None, initial=TermsForm.of(found.contract))
    if form.is_bound and form.is_valid():
        asked = request.conversation.ask(partners.ask_contract(str(organisation), form.terms()))
        if not isinstance(asked, Refused):
            asking.sent(request, asked)
            return HttpResponseRedirect(reverse("partners:show", args=[organisation]))
        if not asking.said(form, asked, FIELDS | {"already-known": ""}):
            return RefusalAnswer(asked)
    title = gettext("Modifier le contrat") if found.contract is not None else gettext("Enregistrer le contrat")
    context = {"form": form, "title": title, "lead": found.organisation.name, "crumbs": crumbs(found, title)}
    return render(request, "partners/contract.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AgentRequest) -> HttpResponse:
    """Ask for a new partner."""
    form = PartnerForm(request.POST if request.method == "POST" else None, initial=TermsForm.of(None))
    if form.is_bound and form.is_valid():
        asked = request.conversation.ask(partners.ask_partner(form.who(), form.terms()))
        if not isinstance(asked, Refused):
            asking.sent(request, asked)
            return HttpResponseRedirect(reverse("partners:list"))
        if not asking.said(form, asked, FIELDS):
            return RefusalAnswer(asked)
    title = gettext("Nouveau partenaire")
    back = (Crumb(gettext("Partenaires"), reverse("partners:list")), Crumb(title))
    context = {"form": form, "title": title, "lead": "", "crumbs": back}
    return render(request, "partners/contract.html", context, status=422 if form.errors else 200)


@require_POST
def opening(request: AgentRequest, organisation: UUID) -> HttpResponse:
    """Ask that a partner be opened."""
    asked = request.conversation.ask(partners.ask_opening(str(organisation)))
    if isinstance(asked, Refused):
        if asked.code not in asking.OBJECTIONS:
            return RefusalAnswer(asked)
        messages.error(request, asked.detail)
    else:
        asking.sent(request, asked)
    return HttpResponseRedirect(reverse("partners:show", args=[organisation]))
