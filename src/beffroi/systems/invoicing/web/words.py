"""Sentences the pages and the documents of billing share, in the language of the page."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from beffroi.core.invoicing import RATE, TERM, InvoiceState, Move, Objection, QuoteState, Reason, Unit, Vat
from beffroi.systems.invoicing.models import Invoice, Particulars, Quote
from beffroi.ui import formatting
from beffroi.ui.components import Entry

UNITS: Final[Mapping[Unit, Promise]] = {
    Unit.HOUR: _("À l'heure et par stagiaire"),
    Unit.TRAINEE: _("Forfait par stagiaire"),
}
VATS: Final[Mapping[Vat, Promise]] = {
    Vat.EXEMPT: _("Exonérée (formation professionnelle continue, article 261-4-4° du CGI)"),
    Vat.STANDARD: _("20 %"),
}
QUOTE_STATES: Final[Mapping[QuoteState, tuple[Promise, str]]] = {
    QuoteState.DRAFT: (_("Brouillon"), "neutral"),
    QuoteState.SENT: (_("Devis envoyé"), "info"),
    QuoteState.ACCEPTED: (_("Devis accepté"), "success"),
    QuoteState.REFUSED: (_("Devis refusé"), "danger"),
}
INVOICE_STATES: Final[Mapping[InvoiceState, tuple[Promise, str]]] = {
    InvoiceState.DRAFT: (_("Brouillon"), "neutral"),
    InvoiceState.ISSUED: (_("Facture émise"), "info"),
    InvoiceState.AGREED: (_("Bonne à payer"), "accent"),
    InvoiceState.PAID: (_("Payée"), "success"),
    InvoiceState.CANCELLED: (_("Annulée par un avoir"), "danger"),
}
REASONS: Final[Mapping[Reason, Promise]] = {
    Reason.PRICE: _("Le prix"),
    Reason.DATES: _("Les dates"),
    Reason.NO_NEED: _("Plus de besoin"),
    Reason.WRONG_COUNT: _("Quantité erronée"),
    Reason.WRONG_PRICE: _("Prix erroné"),
    Reason.NOT_HELD: _("Formation non réalisée"),
}
MOVES: Final[Mapping[Move, Promise]] = {
    Move.SEND: _("Devis envoyé"),
    Move.ACCEPT: _("Devis accepté"),
    Move.REFUSE: _("Devis refusé"),
    Move.ISSUE: _("Facture émise"),
    Move.AGREE: _("Bonne à payer"),
    Move.PAY: _("Payée"),
    Move.CREDIT: _("Annulée par un avoir"),
}
OBJECTIONS: Final[Mapping[Objection, Promise]] = {
    Objection.NOT_NOW: _("Ce n'est plus possible : l'état a changé. Voyez ce qu'il est devenu."),
    Objection.EXPIRED: _("Ce devis n'est plus valable : sa date est passée."),
    Objection.TOO_MUCH: _("C'est plus que ce que le devis laisse à facturer."),
    Objection.CHANGED: _("Quelqu'un l'a modifié entre-temps : relisez avant de continuer."),
    Objection.NO_PARTICULARS: _("Il manque les mentions légales d'un des deux organismes."),
    Objection.UNKNOWN: _("Ce document n'existe pas ici."),
}


def _language() -> str:
    return formatting.language_of(get_language())


def number(value: int) -> str:
    """« 1 600 »."""
    return formatting.number(value, _language())


def money(cents: int) -> str:
    """« 1 234,50 € », or « €1,234.50 »."""
    euros, rest = divmod(cents, 100)
    if _language() == "en":
        return f"€{formatting.number(euros, 'en')}.{rest:02d}"
    return f"{formatting.number(euros, 'fr')},{rest:02d}\N{NO-BREAK SPACE}€"


def typed(cents: int) -> str:
    """A price as it is typed."""
    return f"{cents // 100}{'.' if _language() == 'en' else ','}{cents % 100:02d}"


def day(value: date | None) -> str:
    """« 01/12/2026 »."""
    return "" if value is None else formatting.short_date(value, _language())


def days(quote: Quote) -> str:
    """« du 01/12/2026 au 31/03/2027 »."""
    first, last = day(quote.starts_on), day(quote.ends_on)
    if first == last:
        return gettext("le %(day)s") % {"day": first}
    return gettext("du %(first)s au %(last)s") % {"first": first, "last": last}


def counted(units: int, unit: Unit) -> str:
    """« 480 heures-stagiaires »."""
    if unit is Unit.HOUR:
        said = ngettext("%(count)s heure-stagiaire", "%(count)s heures-stagiaires", units)
    else:
        said = ngettext("%(count)s stagiaire", "%(count)s stagiaires", units)
    return said % {"count": number(units)}


def rate(vat: Vat) -> str:
    """The rate of the tax, or that there is none."""
    if vat is Vat.EXEMPT:
        return gettext("TVA (exonérée)")
    return gettext("TVA à %(rate)s %%") % {"rate": RATE[vat]}


def terms(quote: Quote) -> list[Entry]:
    """What a quote says, line by line."""
    told = quote.terms
    return [
        Entry(gettext("Formation"), quote.title, note=quote.reference),
        Entry(gettext("Dates"), days(quote)),
        Entry(gettext("Lieu"), quote.place),
        Entry(gettext("Organisme de formation"), quote.seller_as.name),
        Entry(gettext("Organisme qui commande"), quote.buyer_as.name),
        Entry(gettext("Places"), number(told.trainees)),
        Entry(gettext("Heures par stagiaire"), number(told.hours)),
        Entry(gettext("Quantité"), counted(told.units, told.unit)),
        Entry(gettext("Prix unitaire hors taxe"), money(told.cents)),
        Entry(gettext("Valable jusqu'au"), day(told.valid_until)),
    ]


PAYABLE = frozenset({InvoiceState.ISSUED, InvoiceState.AGREED})


def term(invoice: Invoice) -> list[Entry]:
    """Until when an invoice is to be paid: of a draft how long, of one that is paid or cancelled nothing."""
    state = InvoiceState(invoice.state)
    if state is InvoiceState.DRAFT:
        said = gettext("%(days)s jours après l'émission") % {"days": TERM.days}
        return [Entry(gettext("Échéance"), said)]
    if state in PAYABLE:
        return [Entry(gettext("À payer au plus tard le"), day(invoice.due_on))]
    return []


def sums(document: Quote | Invoice, vat: Vat) -> list[Entry]:
    """What it comes to."""
    return [
        Entry(gettext("Total hors taxe"), money(document.net)),
        Entry(rate(vat), money(document.tax)),
        Entry(gettext("Total TTC"), money(document.total)),
    ]


def siret(number: str) -> str:
    """« 732 829 320 00074 »."""
    return "\N{NO-BREAK SPACE}".join((number[:3], number[3:6], number[6:9], number[9:])).strip()


def address(of: Particulars) -> str:
    """« 2 rue des Ateliers, 63000 Clermont-Ferrand »."""
    return f"{of.address}, {of.postcode} {of.town}"
