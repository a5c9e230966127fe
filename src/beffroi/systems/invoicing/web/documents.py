"""Quotes, invoices and credit notes on paper, in French, with what the law wants on them.

Particulars: CGI, annexe II, article 242 nonies A (parties with SIREN and address, VAT number, date, number, dates of
the service, description, quantity, price, rate or the text that exempts); code de commerce, L441-9 and D441-5 (term,
late interest, recovery charge); code du travail, L6352-12 (activity declaration).
"""

from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.translation import override

from beffroi.core.invoicing import Side, Vat, vat_number
from beffroi.systems.invoicing import queries
from beffroi.systems.invoicing.keepers import Biller
from beffroi.systems.invoicing.models import CreditNote, Invoice, Particulars, Quote
from beffroi.systems.invoicing.web import words
from beffroi.systems.invoicing.web.lines import Line, invoice_line
from beffroi.ui.paper import Paper

_COLUMNS = ("Désignation", "Quantité", "Prix unitaire HT", "Total HT")
_WIDTHS = (46, 22, 16, 16)
_EXEMPT = "TVA non applicable : formation professionnelle continue, exonérée par l'article 261-4-4° a du CGI."
_SERVICE = "Prestation de services."


def of_quote(quote: Quote, who: Biller) -> list[Line]:
    """The invoices of a quote, as lines."""
    found = queries.invoices_of(quote, who)
    for each in found:
        each.quote, each.seller_as, each.buyer_as = quote, quote.seller_as, quote.buyer_as
    return [invoice_line(each, who.side) for each in found]


def answer(document: bytes, name: str) -> HttpResponse:
    """A document that the browser keeps under its number."""
    response = HttpResponse(document, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def quote(found: Quote) -> bytes:
    """A quote."""
    with override("fr"):
        paper = _begun(
            f"Devis {found.number}" if found.number else "Devis (brouillon)", found.seller_as, found.buyer_as
        )
        if found.sent_on is not None:
            paper.paragraph(f"Émis le {words.day(found.sent_on)}, valable jusqu'au {words.day(found.valid_until)}.")
        _lines(paper, found, found.terms.units, (found.net, found.tax, found.total))
        paper.paragraph("Bon pour accord : par l'organisme qui commande, dans l'application.", small=True)
        return paper.bytes()


def invoice(found: Invoice) -> bytes:
    """An invoice."""
    with override("fr"):
        title = f"Facture {found.number}" if found.number else "Facture (brouillon, sans valeur)"
        paper = _begun(title, found.seller_as, found.buyer_as)
        if found.issued_on is not None:
            paper.paragraph(
                f"Émise le {words.day(found.issued_on)}, à payer au plus tard le {words.day(found.due_on)}."
            )
        paper.paragraph(f"Selon le devis {found.quote.number}, accepté.")
        _lines(paper, found.quote, found.units, (found.net, found.tax, found.total))
        paper.paragraph(
            "En cas de retard : pénalités au taux de la Banque centrale européenne majoré de dix points, et indemnité"
            " forfaitaire pour frais de recouvrement de 40 euros (code de commerce, articles L441-10 et D441-5). Pas"
            " d'escompte pour paiement anticipé.",
            small=True,
        )
        return paper.bytes()


def credit_note(found: Invoice, credit: CreditNote) -> bytes:
    """What cancels an invoice, whole."""
    with override("fr"):
        paper = _begun(f"Avoir {credit.number}", found.seller_as, found.buyer_as)
        paper.paragraph(f"Émis le {words.day(credit.issued_on)}.")
        paper.paragraph(f"Annule en totalité la facture {found.number} du {words.day(found.issued_on)}.", bold=True)
        _lines(paper, found.quote, found.units, (-found.net, -found.tax, -found.total))
        return paper.bytes()


def _begun(title: str, seller: Particulars, buyer: Particulars) -> Paper:
    paper = Paper(title, language="fr")
    paper.heading(title)
    for label, party, side in (("Organisme de formation", seller, Side.SELLER), ("Client", buyer, Side.BUYER)):
        paper.heading(label, level=2)
        paper.paragraph("\n".join(_party(party, side)))
    return paper


def _party(party: Particulars, side: Side) -> Sequence[str]:
    told = [party.name, words.address(party), f"SIRET {party.siret}, TVA {vat_number(party.siret)}"]
    if side is Side.SELLER:
        told.append(
            f"Déclaration d'activité enregistrée sous le numéro {party.declaration}. Cet enregistrement ne vaut pas"
            " agrément de l'État."
        )
    return told


def _lines(paper: Paper, found: Quote, units: int, sums: tuple[int, int, int]) -> None:
    terms, (net, tax, total) = found.terms, sums
    paper.paragraph(f"{found.title} ({found.reference}), {words.days(found)}, {found.place}.", bold=True)
    paper.paragraph(f"{terms.trainees} places, {terms.hours} heures par stagiaire. {_SERVICE}")
    row = (found.title, words.counted(units, terms.unit), _money(terms.cents), _money(net))
    paper.table(_COLUMNS, _WIDTHS, [row], height=9)
    paper.paragraph(f"Total hors taxe : {_money(net)}")
    paper.paragraph(f"{words.rate(terms.vat)} : {_money(tax)}")
    paper.paragraph(f"Total TTC : {_money(total)}", bold=True)
    if terms.vat is Vat.EXEMPT:
        paper.paragraph(_EXEMPT, small=True)


def _money(cents: int) -> str:
    return words.money(cents) if cents >= 0 else f"-{words.money(-cents)}"
