"""Identity providers that an organisation accepts: seen, asked for, withdrawn."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, providers
from beffroi.client.approvals import Quarantined
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.providers import Providers
from beffroi.governance.habilitations.api import CONTAIN, REQUEST
from beffroi.governance.habilitations.forms import ProviderForm
from beffroi.governance.habilitations.web.requests import sent
from beffroi.ui.components import Crumb

LONGEST = 64


@require_GET
def accepted(request: AgentRequest) -> HttpResponse:
    """What an organisation accepts, and what it accepts no longer."""
    found = _of(request)
    if isinstance(found, HttpResponse):
        return found
    duties = request.described.duties
    context = {
        "found": found, "requester": REQUEST in duties, "security": CONTAIN in duties,
        "new_url": _named("provider-new", found),
        "live": [(row, _named("provider-out", found, row.provider)) for row in found.rows if not row.withdrawn_at],
        "ended": [row for row in found.rows if row.withdrawn_at],
    }  # fmt: skip
    return render(request, "habilitations/providers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: AgentRequest) -> HttpResponse:
    """Ask that a provider be accepted: the one of a quarantine, or one that people name."""
    found = _of(request)
    if isinstance(found, HttpResponse):
        return found
    named = request.GET.get("fournisseur", "")[:LONGEST]
    form = ProviderForm(request.POST if request.method == "POST" else None, initial={"provider": named})
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        made = request.conversation.ask(providers.ask(found.organisation.id, typed["provider"], typed["name"]))
        if not isinstance(made, Refused):
            messages.success(request, sent(made.needed))
            return HttpResponseRedirect(reverse("habilitations:request", args=[made.request]))
        if made.code == "step-up-required" or made.status in (401, 503):
            return RefusalAnswer(made)
        form.add_error("provider" if made.code == "provider-state" else None, made.detail)
    crumbs = _crumbs(found, gettext("Demander un fournisseur d'identité"))
    context = {"form": form, "found": found, "crumbs": crumbs, "back": _named("providers", found)}
    return render(request, "habilitations/provider_new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: AgentRequest) -> HttpResponse:
    """Withdraw a provider, after what it stops was shown."""
    found = _of(request)
    if isinstance(found, HttpResponse):
        return found
    named = request.GET.get("fournisseur", "")[:LONGEST]
    row = next((one for one in found.rows if one.provider == named and one.withdrawn_at is None), None)
    if row is None:
        return HttpResponseRedirect(_named("providers", found))
    if request.method == "POST":
        done = request.conversation.ask(providers.withdraw(found.organisation.id, row.provider))
        if isinstance(done, Refused):
            return RefusalAnswer(done)
        said = ngettext(
            "Ce fournisseur n'est plus accepté. %(count)s session a été fermée.",
            "Ce fournisseur n'est plus accepté. %(count)s sessions ont été fermées.",
            done.sessions,
        )
        messages.success(request, said % {"count": done.sessions})
        return HttpResponseRedirect(_named("providers", found))
    crumbs = _crumbs(found, gettext("Retirer un fournisseur d'identité"))
    context = {
        "found": found, "row": row, "network": found.organisation.kind == "network", "crumbs": crumbs,
        "back": _named("providers", found),
    }  # fmt: skip
    return render(request, "habilitations/provider_out.html", context)


def url_to_ask(row: Quarantined) -> str:
    """Where the provider of a quarantine is asked for; nothing where it is not the reader's, or cannot be named."""
    place = row.organisation
    if row.provider is None or place is None or not place.within_reach:
        return ""
    query = urlencode({"organisme": place.id, "fournisseur": row.provider})
    return f"{reverse('habilitations:provider-new')}?{query}"


def _of(request: AgentRequest) -> Providers | HttpResponse:
    """The providers of the organisation that the address names, or of one's own."""
    found = request.conversation.ask(providers.listed(request.GET.get("organisme", "")[:36] or None))
    return RefusalAnswer(found) if isinstance(found, Refused) else found


def _named(page: str, found: Providers, provider: str = "") -> str:
    """The address of one of these pages, for this organisation and this provider."""
    query = {"organisme": found.organisation.id} | ({"fournisseur": provider} if provider else {})
    return f"{reverse(f'habilitations:{page}')}?{urlencode(query)}"


def _crumbs(found: Providers, here: str) -> tuple[Crumb, ...]:
    return (Crumb(gettext("Fournisseurs d'identité"), _named("providers", found)), Crumb(here))
