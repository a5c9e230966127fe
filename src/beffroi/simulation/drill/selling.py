"""From a quote to a paid invoice through the console's pages, each step by whom it is for."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx

from beffroi.simulation.drill.console_browser import ConsoleBrowser, Given, NoSuchForm, taken
from beffroi.simulation.drill.form_filling import Read

STEPS: Final = ("made", "sent", "accepted", "billed", "issued", "agreed", "paid")
"""What becomes of a quote and of its invoice, in order."""
_CHOICE, _NEW, _PARTICULARS = "/devis/nouveau/", "/devis/nouveau/", "/devis/mentions-legales/"


def say_particulars(browser: ConsoleBrowser, *, sells: bool) -> None:
    """What documents say of the organisation, without which none is made."""
    said: dict[str, str] = {"address": "1 place de la République", "postcode": "63000", "town": "Clermont-Ferrand"}
    taken(browser.submit(_PARTICULARS, said | ({"declaration": "83630000000"} if sells else {})))


def sell(seller: ConsoleBrowser, buyer: ConsoleBrowser, office: str) -> Iterator[str]:
    """Each step once it is done, from the form of a quote for ``office``.

    Raises NoSuchForm at the first one that the pages do not offer or do not take.
    """
    quote = quoted(seller, office)
    yield "made"
    taken(seller.submit(quote, {"move": "send"}))
    yield "sent"
    taken(buyer.submit(quote, {"move": "accept"}))
    yield "accepted"
    invoice = _path(taken(seller.submit(quote, {"move": "bill", "units": "10"})))
    yield "billed"
    taken(seller.submit(invoice, {"move": "issue"}))
    yield "issued"
    taken(buyer.submit(invoice, {"move": "agree"}))
    yield "agreed"
    taken(seller.submit(invoice, {"move": "pay"}))
    yield "paid"


def credited(seller: ConsoleBrowser, buyer: ConsoleBrowser, office: str) -> tuple[str, str]:
    """A quote whose invoice is issued, then cancelled by a credit note; the addresses of both."""
    quote = quoted(seller, office)
    taken(seller.submit(quote, {"move": "send"}))
    taken(buyer.submit(quote, {"move": "accept"}))
    invoice = _path(taken(seller.submit(quote, {"move": "bill", "units": "10"})))
    taken(seller.submit(invoice, {"move": "issue"}))
    taken(seller.submit(invoice, {"move": "credit", "reason": None}))
    return quote, invoice


def quoted(seller: ConsoleBrowser, office: str) -> str:
    """The address of a draft, for the first session of the catalogue."""
    links = [link for link in Read(seller.read(_CHOICE).text).links if link.startswith(_NEW) and link != _NEW]
    if not links:
        raise NoSuchForm(f"{_CHOICE}: no session is offered")
    until = date.today() + timedelta(days=30)  # noqa: DTZ011  a form shows the day of here
    terms: Given = {
        "buyer": office, "trainees": "8", "hours": "35", "unit": "hour", "price": "12,50", "vat": "exempt",
        "valid_until": f"{until:%d/%m/%Y}",
    }  # fmt: skip
    return _path(taken(seller.submit(links[0], terms)))


def _path(answer: httpx.Response) -> str:
    return urlsplit(str(answer.url)).path
