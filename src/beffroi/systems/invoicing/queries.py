"""Reading quotes and invoices; each function is one statement, a page of a list two. Nobody reads another's."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Q, Subquery, Sum

from beffroi.core.invoicing import BILLED, InvoiceState, QuoteState, Side
from beffroi.systems.invoicing.keepers import Biller
from beffroi.systems.invoicing.models import Invoice, Particulars, Quote, Step

PAGE_SIZE: Final = 20
MOST_PAGES: Final = 10_000
MOST_BUYERS: Final = 5_000


def quotes(biller: Biller, states: Sequence[QuoteState], page: int) -> Page[Quote]:
    """A page of one's own side's quotes in these states, the last changed first; a buyer sees no draft."""
    found = Quote.objects.filter(_mine(biller), state__in=[each.value for each in states])
    found = found.select_related("seller_as", "buyer_as").order_by("-changed_at", "id")
    return Paginator(found, PAGE_SIZE).get_page(min(page, MOST_PAGES))


def invoices(biller: Biller, states: Sequence[InvoiceState], page: int) -> Page[Invoice]:
    """The same of invoices."""
    found = Invoice.objects.filter(_mine(biller), state__in=[each.value for each in states])
    found = found.select_related("quote", "seller_as", "buyer_as").order_by("-changed_at", "id")
    return Paginator(found, PAGE_SIZE).get_page(min(page, MOST_PAGES))


def quote(biller: Biller, id: UUID) -> Quote | None:
    """A quote of one's own."""
    return Quote.objects.filter(_mine(biller), id=id).select_related("seller_as", "buyer_as").first()


def invoice(biller: Biller, id: UUID) -> Invoice | None:
    """An invoice of one's own, with its quote and its credit note."""
    found = Invoice.objects.filter(_mine(biller), id=id)
    return found.select_related("quote", "seller_as", "buyer_as", "credit").first()


def invoices_of(quote: Quote, biller: Biller) -> Sequence[Invoice]:
    """Those of a quote that this side may see, in the order of their making."""
    return list(Invoice.objects.filter(_mine(biller), quote=quote).order_by("year", "rank", "id"))


def steps(document: UUID) -> Sequence[Step]:
    """What was said of a document, the first first."""
    return list(Step.objects.filter(document=document).order_by("at", "id"))


def billed(quote: Quote) -> int:
    """Units of a quote that issued invoices count."""
    states = [each.value for each in BILLED]
    return Invoice.objects.filter(quote=quote, state__in=states).aggregate(sum=Sum("units"))["sum"] or 0


def particulars(organisation: UUID) -> Particulars | None:
    """What an organisation says of itself today."""
    return Particulars.objects.filter(organisation=organisation).order_by("-made_at", "id").first()


def buyers() -> Sequence[Particulars]:
    """The organisations that may be sent a quote: those that said what a document must say of them, by name."""
    newest = Particulars.objects.filter(organisation=OuterRef("organisation")).order_by("-made_at", "id")
    found = Particulars.objects.filter(side=Side.BUYER.value, id=Subquery(newest.values("id")[:1]))
    return list(found.order_by("name", "organisation")[:MOST_BUYERS])


def to_do(organisation: UUID, side: Side) -> int:
    """How many documents wait for this side's word: a buyer's quotes to answer and invoices to check."""
    if side is Side.SELLER:
        return 0
    return (
        Quote.objects.filter(buyer=organisation, state=QuoteState.SENT.value).count()
        + Invoice.objects.filter(buyer=organisation, state=InvoiceState.ISSUED.value).count()
    )


def _mine(biller: Biller) -> Q:
    if biller.side is Side.SELLER:
        return Q(seller=biller.organisation)
    return Q(buyer=biller.organisation) & ~Q(state="draft")
