"""People who pass from one organisation to another: asked from a file, or for somebody found, then answered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from beffroi.client import Refused, relations
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.relations import Transfer
from beffroi.systems.cases.following import ASKED, BECAUSE, Because, Give
from beffroi.systems.cases.web.entitled import purpose_to_relate
from beffroi.systems.cases.web.trail import below_file
from beffroi.systems.cases.web.whose import known_name
from beffroi.ui.components import Crumb

_ON_THE_FORM = frozenset({"already-followed", "organisation-unavailable", "transfer-exists", "not-followed-there"})


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: AgentRequest, person: UUID) -> HttpResponse:
    """Ask another organisation to take over a person of one's office."""
    purpose = purpose_to_relate(request)
    others = request.conversation.ask(relations.organisations(purpose, "following"))
    if isinstance(others, Refused):
        return RefusalAnswer(others)
    places = [(place.id, place.name) for place in others.rows]
    form = Give(places, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        asked = request.conversation.ask(
            relations.ask_transfer(purpose, str(person), typed["organisation"], side="giving", reason=typed["reason"])
        )
        if not isinstance(asked, Refused):
            messages.success(request, gettext("La demande de transfert est envoyée. Le suivi continue chez vous."))
            return HttpResponseRedirect(reverse("cases:transfers"))
        if asked.code not in _ON_THE_FORM:
            return RefusalAnswer(asked)
        form.add_error("organisation", asked.detail)
    name, file_url = known_name(request, person), reverse("cases:file", args=[person])
    crumbs = below_file(person, gettext("Transférer ailleurs"), name)
    context = {"form": form, "name": name, "crumbs": crumbs, "back": file_url, "nowhere": not places}
    return render(request, "cases/give.html", context, status=422 if form.is_bound else 200)


@require_POST
def request_for(request: AgentRequest, person: UUID) -> HttpResponse:
    """Ask the organisation that follows somebody found today to hand them over."""
    purpose = purpose_to_relate(request)
    organisation, reason = request.POST.get("organisation", "")[:36], request.POST.get("reason", "")[:48]
    if reason not in dict(ASKED):
        messages.error(request, gettext("Choisissez un motif pour demander le transfert."))
        return HttpResponseRedirect(reverse("cases:file", args=[person]))
    asked = request.conversation.ask(
        relations.ask_transfer(purpose, str(person), organisation, side="receiving", reason=reason)
    )
    if isinstance(asked, Refused):
        if asked.code not in _ON_THE_FORM:
            return RefusalAnswer(asked)
        messages.error(request, asked.detail)
        return HttpResponseRedirect(reverse("cases:file", args=[person]))
    messages.success(request, gettext("La demande de transfert est envoyée."))
    return HttpResponseRedirect(reverse("cases:transfers"))


@require_safe
def transfers(request: AgentRequest) -> HttpResponse:
    """What waits for one's own answer, what one's organisation asked, what became of the others."""
    found = request.conversation.ask(relations.transfers(purpose_to_relate(request)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    mine = [row for row in found.rows if row.status == "asked" and not row.asked_here]
    asked = [row for row in found.rows if row.status == "asked" and row.asked_here]
    context = {
        "to_answer": [(row, _sentence(row), _reason(row)) for row in mine],
        "asked": [(row, _sentence(row), _reason(row)) for row in asked],
        "closed": [(row, _sentence(row), _outcome(row)) for row in found.rows if row.status != "asked"],
        "organisation": request.described.membership.organisation.name if request.described.membership else "",
    }
    return render(request, "cases/transfers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: AgentRequest, transfer: UUID) -> HttpResponse:
    """Agree, refuse or withdraw, after what it does was shown."""
    purpose = purpose_to_relate(request)
    found = request.conversation.ask(relations.transfers(purpose))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    row = next((each for each in found.rows if each.transfer == str(transfer)), None)
    if row is None or not (row.answerable or row.withdrawable):
        messages.error(request, gettext("Ce transfert n'attend plus rien de vous."))
        return HttpResponseRedirect(reverse("cases:transfers"))
    declining = request.method == "POST" and "accord" not in request.POST
    form = Because(request.POST if declining else None)
    if request.method == "POST" and (not declining or form.is_valid()):
        return _decided(request, purpose, row, form.cleaned_data["because"] if declining else "")
    here = gettext("Répondre") if row.answerable else gettext("Retirer la demande")
    context = {
        "row": row, "sentence": _sentence(row), "reason": _reason(row), "form": form,
        "crumbs": (Crumb(gettext("Transferts"), reverse("cases:transfers")), Crumb(here)),
    }  # fmt: skip
    return render(request, "cases/transfer.html", context, status=422 if form.is_bound else 200)


def _decided(request: AgentRequest, purpose: str, row: Transfer, because: str) -> HttpResponse:
    if not because:
        agreed = request.conversation.ask(relations.agree_transfer(purpose, row.transfer))
        if isinstance(agreed, Refused):
            return RefusalAnswer(agreed)
        messages.success(request, gettext("Le transfert est fait."))
        if agreed.person is not None:
            return HttpResponseRedirect(reverse("cases:file", args=[agreed.person]))
        return HttpResponseRedirect(reverse("cases:transfers"))
    call = relations.refuse_transfer if row.answerable else relations.withdraw_transfer
    closed = request.conversation.ask(call(purpose, row.transfer, because))
    if isinstance(closed, Refused):
        return RefusalAnswer(closed)
    refused = closed.status == "refused"
    messages.success(request, gettext("Le transfert est refusé.") if refused else gettext("La demande est retirée."))
    return HttpResponseRedirect(reverse("cases:transfers"))


def _sentence(row: Transfer) -> str:
    """Who would follow, or followed, the person."""
    named = {"other": row.other.name}
    if row.side == "giving":
        return gettext("Transfert vers : %(other)s") % named
    return gettext("Transfert depuis : %(other)s") % named


def _reason(row: Transfer) -> str:
    return str(dict(ASKED).get(row.reason, ""))


def _outcome(row: Transfer) -> str:
    known = {
        "agreed": gettext("Accepté"), "refused": gettext("Refusé"), "withdrawn": gettext("Retiré"),
        "expired": gettext("Sans réponse à temps"),
    }  # fmt: skip
    why = str(dict(BECAUSE).get(row.answer or "", ""))
    said = known.get(row.status, "")
    return gettext("%(outcome)s : %(why)s") % {"outcome": said, "why": f"{why[:1].lower()}{why[1:]}"} if why else said
