"""Quotes: the lists of both sides, a new one, a change of a draft, one of them and what is said of it."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client.in_django import AgentRequest
from beffroi.core.invoicing import (
    QUOTES,
    REFUSALS,
    Move,
    Objection,
    QuoteState,
    Reason,
    Side,
    left,
)
from beffroi.systems.invoicing import actions, queries
from beffroi.systems.invoicing.forms import QuoteForm, Units, Why
from beffroi.systems.invoicing.keepers import Biller
from beffroi.systems.invoicing.models import Quote
from beffroi.systems.invoicing.web import documents, words
from beffroi.systems.invoicing.web.desk import billing, objected, version_read
from beffroi.systems.invoicing.web.lines import Line, quote_line, steps
from beffroi.systems.invoicing.web.lists import listed, view_of
from beffroi.systems.prescriptions.api import OfferedSession, session_of, sessions_of
from beffroi.ui.components import Crumb
from beffroi.ui.page_numbers import page_number

_DONE = 303
_SENT: Final = {Move.SEND, Move.ACCEPT, Move.REFUSE}
VIEWS: Final[Mapping[Side, Mapping[str, tuple[Promise, tuple[QuoteState, ...]]]]] = {
    Side.SELLER: {
        "brouillons": (_("Brouillons"), (QuoteState.DRAFT,)),
        "envoyes": (_("Envoyés"), (QuoteState.SENT,)),
        "acceptes": (_("Acceptés"), (QuoteState.ACCEPTED,)),
        "refuses": (_("Refusés"), (QuoteState.REFUSED,)),
    },
    Side.BUYER: {
        "a-repondre": (_("Réponse attendue"), (QuoteState.SENT,)),
        "acceptes": (_("Acceptés"), (QuoteState.ACCEPTED,)),
        "refuses": (_("Refusés"), (QuoteState.REFUSED,)),
    },
}


@require_GET
@billing
def quotes(request: AgentRequest, who: Biller) -> HttpResponse:
    """The list of one's side, by state."""
    views = VIEWS[who.side]
    view = view_of(request, views)
    page = queries.quotes(who, views[view][1], page_number(request.GET.get("page")))
    context = {
        "heading": gettext("Devis"),
        "sells": who.side is Side.SELLER,
        "page": page,
        "lines": [quote_line(each, who.side) for each in page],
        "none": gettext("Aucun devis ici"),
        "hint": gettext("Choisissez « Nouveau devis » pour commencer.")
        if who.side is Side.SELLER
        else gettext("Les devis que des organismes de formation vous envoient apparaissent ici."),
        "other": (gettext("Factures"), reverse("invoicing:invoices")),
    }
    return listed(request, who, views, view, context)


@require_GET
@billing
def choose(request: AgentRequest, who: Biller) -> HttpResponse:
    """The sessions of one's catalogue, to make a quote of one."""
    if who.side is not Side.SELLER:
        raise Http404
    context = {
        "crumbs": [_home(), Crumb(gettext("Nouveau devis"))],
        "organisation": who.name,
        "missing": queries.particulars(who.organisation) is None,
        "lines": [
            Line(
                reverse("invoicing:new", args=[each.id]), each.title, each.reference, each.place,
                gettext("du %(first)s au %(last)s")
                % {"first": words.day(each.starts_on), "last": words.day(each.ends_on)},
            )
            for each in sessions_of(who.organisation)
        ],
    }  # fmt: skip
    return render(request, "invoicing/choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@billing
def new(request: AgentRequest, who: Biller, session: UUID) -> HttpResponse:
    """The form of a quote, then the draft."""
    offered = _session(who, session)
    first = {"trainees": offered.places, "unit": "hour", "vat": "exempt"}
    form = QuoteForm(queries.buyers(), request.POST if request.method == "POST" else None, initial=first)
    if not form.is_bound or not form.is_valid():
        return _form(request, form, offered, None)
    made = actions.draft(who, offered, form.organisation(), form.terms())
    return _written(request, form, offered, None, made)


@require_http_methods(["GET", "HEAD", "POST"])
@billing
def change(request: AgentRequest, who: Biller, quote: UUID) -> HttpResponse:
    """The form of a draft as it is, then the change."""
    found = _quote(who, quote)
    if who.side is not Side.SELLER or found.state != QuoteState.DRAFT.value:
        raise Http404
    offered, buyers = _session(who, found.session), queries.buyers()
    if request.method != "POST":
        return _form(request, QuoteForm(buyers, initial=QuoteForm.of(found)), offered, found)
    form = QuoteForm(buyers, request.POST)
    if not form.is_valid():
        return _form(request, form, offered, found)
    version = form.cleaned_data["version"] or 0
    made = actions.change(who, found.id, offered, form.organisation(), form.terms(), version=version)
    return _written(request, form, offered, found, made)


def _written(
    request: AgentRequest, form: QuoteForm, offered: OfferedSession, before: Quote | None, made: Quote | Objection
) -> HttpResponse:
    if isinstance(made, Objection):
        form.add_error(None, str(words.OBJECTIONS[made]))
        return _form(request, form, offered, before)
    messages.success(request, gettext("Le devis est enregistré. Il n'est pas encore envoyé."))
    return HttpResponseRedirect(reverse("invoicing:quote", args=[made.id]), status=_DONE)


def _form(request: AgentRequest, form: QuoteForm, offered: OfferedSession, before: Quote | None) -> HttpResponse:
    heading = gettext("Nouveau devis") if before is None else gettext("Modifier le devis")
    back = reverse("invoicing:choose") if before is None else reverse("invoicing:quote", args=[before.id])
    context = {
        "crumbs": [_home(), Crumb(heading)], "heading": heading, "lead": offered.title, "form": form, "back": back,
    }  # fmt: skip
    return render(request, "invoicing/form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@billing
def quote(request: AgentRequest, who: Biller, quote: UUID) -> HttpResponse:
    """One of them; a POST says something of it."""
    found = _quote(who, quote)
    if request.method != "POST":
        return _shown(request, who, found)
    said = request.POST.get("move", "")
    if said == "bill":
        return _bill(request, who, found)
    move = Move(said) if said in {each.value for each in _SENT} else None
    reason: Reason | None = None
    if move is Move.REFUSE:
        form = Why(REFUSALS, request.POST)
        if not form.is_valid():
            return _shown(request, who, found, why=form)
        reason = form.said()
    if move is None:
        done: Quote | Objection = Objection.NOT_NOW
    else:
        done = actions.move_quote(who, found.id, move, version=version_read(request), reason=reason)
    if isinstance(done, Objection):
        objected(request, done)
    else:
        messages.success(request, f"{words.QUOTE_STATES[QuoteState(done.state)][0]}.")
    return HttpResponseRedirect(reverse("invoicing:quote", args=[found.id]), status=_DONE)


def _bill(request: AgentRequest, who: Biller, found: Quote) -> HttpResponse:
    form = Units(left(found.terms.units, queries.billed(found)), request.POST)
    if not form.is_valid():
        return _shown(request, who, found, units=form)
    made = actions.bill(who, found.id, form.cleaned_data["units"])
    if isinstance(made, Objection):
        objected(request, made)
        return HttpResponseRedirect(reverse("invoicing:quote", args=[found.id]), status=_DONE)
    messages.success(request, gettext("La facture est préparée. Elle n'est pas encore émise."))
    return HttpResponseRedirect(reverse("invoicing:invoice", args=[made.id]), status=_DONE)


def _shown(
    request: AgentRequest, who: Biller, found: Quote, *, why: Why | None = None, units: Units | None = None
) -> HttpResponse:
    state = QuoteState(found.state)
    over = timezone.localdate() > found.valid_until
    moves = {move for of, at, move in QUOTES if (of, at) == (who.side, state)}
    remains = left(found.terms.units, queries.billed(found)) if state is QuoteState.ACCEPTED else 0
    bills = who.side is Side.SELLER and remains > 0
    context = {
        "crumbs": [_home(), Crumb(found.number or gettext("Brouillon"))],
        "quote": found,
        "heading": gettext("Devis %(number)s") % {"number": found.number}
        if found.number
        else gettext("Devis en brouillon"),
        "state": words.QUOTE_STATES[state],
        "terms": words.terms(found),
        "sums": words.sums(found, found.terms.vat),
        "over": over and state is QuoteState.SENT,
        "reason": words.REASONS[Reason(found.reason)] if found.reason else "",
        "moves": {move.value for move in moves if move is not Move.ACCEPT or not over},
        "why": why or (Why(REFUSALS) if Move.REFUSE in moves else None),
        "units": units or (Units(remains, initial={"units": remains}) if bills else None),
        "remains": words.counted(remains, found.terms.unit) if bills else "",
        "invoices": documents.of_quote(found, who),
        "steps": steps(found.id),
        "sells": who.side is Side.SELLER,
    }
    return render(request, "invoicing/quote.html", context, status=422 if why or units else 200)


@require_GET
@billing
def pdf(request: AgentRequest, who: Biller, quote: UUID) -> HttpResponse:
    """A quote as a document, in French."""
    found = _quote(who, quote)
    return documents.answer(documents.quote(found), found.number or "brouillon")


def _quote(who: Biller, id: UUID) -> Quote:
    found = queries.quote(who, id)
    if found is None:
        raise Http404
    return found


def _session(who: Biller, id: UUID) -> OfferedSession:
    found = session_of(who.organisation, id) if who.side is Side.SELLER else None
    if found is None:
        raise Http404
    return found


def _home() -> Crumb:
    return Crumb(gettext("Devis"), reverse("invoicing:quotes"))
