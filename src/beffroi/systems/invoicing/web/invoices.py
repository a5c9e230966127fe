"""Invoices: the lists of both sides, one of them and what is said of it, its documents."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client.in_django import AgentRequest
from beffroi.core.invoicing import CREDITS, INVOICES, InvoiceState, Move, Objection, Reason, Side
from beffroi.systems.invoicing import actions, queries
from beffroi.systems.invoicing.forms import Why
from beffroi.systems.invoicing.keepers import Biller
from beffroi.systems.invoicing.models import Invoice
from beffroi.systems.invoicing.web import documents, words
from beffroi.systems.invoicing.web.desk import billing, objected, version_read
from beffroi.systems.invoicing.web.lines import invoice_line, steps
from beffroi.systems.invoicing.web.lists import listed, view_of
from beffroi.ui.components import Crumb, Entry
from beffroi.ui.page_numbers import page_number

_DONE = 303
_SAID: Final = {Move.ISSUE, Move.AGREE, Move.PAY, Move.CREDIT}
VIEWS: Final[Mapping[Side, Mapping[str, tuple[Promise, tuple[InvoiceState, ...]]]]] = {
    Side.SELLER: {
        "emises": (_("Émises"), (InvoiceState.ISSUED, InvoiceState.AGREED)),
        "brouillons": (_("Brouillons"), (InvoiceState.DRAFT,)),
        "payees": (_("Payées"), (InvoiceState.PAID,)),
        "annulees": (_("Annulées"), (InvoiceState.CANCELLED,)),
    },
    Side.BUYER: {
        "a-verifier": (_("À vérifier"), (InvoiceState.ISSUED,)),
        "a-payer": (_("Bonnes à payer"), (InvoiceState.AGREED,)),
        "payees": (_("Payées"), (InvoiceState.PAID,)),
        "annulees": (_("Annulées"), (InvoiceState.CANCELLED,)),
    },
}


@require_GET
@billing
def invoices(request: AgentRequest, who: Biller) -> HttpResponse:
    """The list of one's side, by state."""
    views = VIEWS[who.side]
    view = view_of(request, views)
    page = queries.invoices(who, views[view][1], page_number(request.GET.get("page")))
    context = {
        "heading": gettext("Factures"),
        "sells": False,
        "page": page,
        "lines": [invoice_line(each, who.side) for each in page],
        "none": gettext("Aucune facture ici"),
        "hint": gettext("Une facture se prépare depuis un devis accepté.")
        if who.side is Side.SELLER
        else gettext("Les factures que des organismes de formation vous envoient apparaissent ici."),
        "other": (gettext("Devis"), reverse("invoicing:quotes")),
    }
    return listed(request, who, views, view, context)


@require_http_methods(["GET", "HEAD", "POST"])
@billing
def invoice(request: AgentRequest, who: Biller, invoice: UUID) -> HttpResponse:
    """One of them; a POST says something of it."""
    found = _invoice(who, invoice)
    if request.method != "POST":
        return _shown(request, who, found)
    said = request.POST.get("move", "")
    move = Move(said) if said in {each.value for each in _SAID} else None
    reason: Reason | None = None
    if move is Move.CREDIT:
        form = Why(CREDITS, request.POST)
        if not form.is_valid():
            return _shown(request, who, found, why=form)
        reason = form.said()
    if move is None:
        done: Invoice | Objection = Objection.NOT_NOW
    else:
        done = actions.move_invoice(who, found.id, move, version=version_read(request), reason=reason)
    if isinstance(done, Objection):
        objected(request, done)
    else:
        messages.success(request, f"{words.INVOICE_STATES[InvoiceState(done.state)][0]}.")
    return HttpResponseRedirect(reverse("invoicing:invoice", args=[found.id]), status=_DONE)


def _shown(request: AgentRequest, who: Biller, found: Invoice, *, why: Why | None = None) -> HttpResponse:
    state, quote = InvoiceState(found.state), found.quote
    moves = {move for of, at, move in INVOICES if (of, at) == (who.side, state)}
    credit = getattr(found, "credit", None)
    context = {
        "crumbs": [
            Crumb(gettext("Factures"), reverse("invoicing:invoices")), Crumb(found.number or gettext("Brouillon"))
        ],
        "invoice": found,
        "heading": gettext("Facture %(number)s") % {"number": found.number}
        if found.number
        else gettext("Facture en brouillon"),
        "state": words.INVOICE_STATES[state],
        "terms": [
            Entry(gettext("Formation"), quote.title, note=quote.reference),
            Entry(gettext("Dates"), words.days(quote)),
            Entry(gettext("Organisme de formation"), found.seller_as.name),
            Entry(gettext("Organisme qui commande"), found.buyer_as.name),
            Entry(gettext("Quantité"), words.counted(found.units, quote.terms.unit)),
            Entry(gettext("Prix unitaire hors taxe"), words.money(quote.cents)),
            *words.term(found),
        ],
        "sums": words.sums(found, quote.terms.vat),
        "moves": {move.value for move in moves},
        "why": why or (Why(CREDITS) if Move.CREDIT in moves else None),
        "credit": credit,
        "reason": "" if credit is None else words.REASONS[Reason(credit.reason)],
        "steps": steps(found.id),
        "quote_url": reverse("invoicing:quote", args=[quote.id]),
    }  # fmt: skip
    return render(request, "invoicing/invoice.html", context, status=422 if why else 200)


@require_GET
@billing
def pdf(request: AgentRequest, who: Biller, invoice: UUID) -> HttpResponse:
    """An invoice as a document, in French."""
    found = _invoice(who, invoice)
    return documents.answer(documents.invoice(found), found.number or "brouillon")


@require_GET
@billing
def credit_pdf(request: AgentRequest, who: Biller, invoice: UUID) -> HttpResponse:
    """The credit note that cancelled an invoice."""
    found = _invoice(who, invoice)
    credit = getattr(found, "credit", None)
    if credit is None:
        raise Http404
    return documents.answer(documents.credit_note(found, credit), credit.number)


def _invoice(who: Biller, id: UUID) -> Invoice:
    found = queries.invoice(who, id)
    if found is None:
        raise Http404
    return found
