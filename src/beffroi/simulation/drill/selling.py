"""From a quote to a paid invoice through the console's pages, each step by whom it is for."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx

from beffroi.simulation.drill.console_browser import ConsoleBrowser, Given, NoSuchForm
from beffroi.simulation.drill.form_filling import Read

STEPS: Final = ("made", "sent", "accepted", "billed", "issued", "agreed", "paid")
"""What becomes of a quote and of its invoice, in order."""
_CHOICE, _NEW, _PARTICULARS = "/devis/nouveau/", "/devis/nouveau/", "/devis/mentions-legales/"


def say_particulars(browser: ConsoleBrowser, *, sells: bool) -> None:
    """What documents say of the organisation, without which none is made."""
    said: dict[str, str] = {"address": "1 place de la République", "postcode": "63000", "town": "Clermont-Ferrand"}
    _done(browser.submit(_PARTICULARS, said | ({"declaration": "83630000000"} if sells else {})))


def sell(seller: ConsoleBrowser, buyer: ConsoleBrowser, office: str) -> Iterator[str]:
    """Each step once it is done, from the form of a quote for ``office``.

    Raises NoSuchForm at the first one that the pages do not offer or do not take.
    """
    quote = quoted(seller, office)
    yield "made"
    _done(seller.submit(quote, {"move": "send"}))
    yield "sent"
    _done(buyer.submit(quote, {"move": "accept"}))
    yield "accepted"
    invoice = _path(_done(seller.submit(quote, {"move": "bill", "units": "10"})))
    yield "billed"
    _done(seller.submit(invoice, {"move": "issue"}))
    yield "issued"
    _done(buyer.submit(invoice, {"move": "agree"}))
    yield "agreed"
    _done(seller.submit(invoice, {"move": "pay"}))
    yield "paid"


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
    return _path(_done(seller.submit(links[0], terms)))


def _done(answer: httpx.Response) -> httpx.Response:
    if answer.status_code != 200:
        raise NoSuchForm(f"{urlsplit(str(answer.url)).path.split('/')[1]}: answered {answer.status_code}")
    return answer


def _path(answer: httpx.Response) -> str:
    return urlsplit(str(answer.url)).path
