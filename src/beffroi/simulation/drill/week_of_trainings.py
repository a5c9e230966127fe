"""Duties of a week at a training organisation: a session from its first day to a certificate, quotes and invoices."""

import re
from datetime import date

import httpx

from beffroi.simulation.drill import selling
from beffroi.simulation.drill.console_browser import NoSuchForm, taken
from beffroi.simulation.drill.form_filling import Read
from beffroi.simulation.drill.week_cast import ADVISER, CLERK, TRAINER, Cast, link, links, today, token
from beffroi.simulation.personas import OFFICE

_REFERENCE = "SEMAINE-1"


async def training(cast: Cast) -> None:
    """A session that begins today: prescribed, accepted, entered, attended; one leaves, with a certificate."""
    trainer, adviser = await cast.at(TRAINER), await cast.at(ADVISER)
    offer = {
        "reference": _REFERENCE, "title": "Remise à niveau", "commune": "Riom 63200", "places": "6",
        "starts_on": today(), "ends_on": today(45),
        "address": "2 rue des Ateliers", "prerequisites": "Lire et compter", "rome": "G1602",
    }  # fmt: skip
    session = _id_of(taken(trainer.submit("/sessions/nouvelle/", offer)), trainer.read("/sessions/"))
    hours = {"morning": "3,5", "afternoon": "3,5"}
    taken(trainer.submit(f"/presences/{session}/", {"weekdays": [str(day) for day in range(7)], **hours}))
    for person in [await cast.one_of(ADVISER) for _ in range(2)]:
        taken(adviser.submit(f"/catalogue/{session}/prescrire/{person.id}/", {}, about=person))
    for each in links(trainer.read("/prescriptions/recues/"), "/prescriptions/recues/"):
        trainer.submit(each, {"said": "accept"})
    expected = trainer.read(f"/stagiaires/?vue=attendus&session={session}")
    taken(trainer.submit_on(expected, dict.fromkeys(_controls(expected, "s-"), "enter")))
    sheet = f"/presences/{session}/{date.today().isoformat()}/"  # noqa: DTZ011  as the page's address has it
    page = trainer.read(f"{sheet}?tous=present")
    taken(trainer.submit_on(page, dict.fromkeys(_controls(page, "m"), "present")))
    cast.keep("an attendance sheet", trainer.post(f"{sheet}emargement/", token(page)))
    trainee = link(trainer.read(f"/stagiaires/?session={session}"), "/stagiaires/")
    taken(trainer.submit(trainee, {"said": "leave", "why": "job"}))
    paper = trainer.post(f"{trainee}certificat/", token(trainer.read(trainee)))
    cast.keep("a certificate", paper)


def _controls(page: httpx.Response, begins: str) -> list[str]:
    """Names of lists of choices that begin so."""
    fields = [one for form in Read(page.text).forms for one in form.fields]
    return [one.name for one in fields if one.type == "select" and one.name.startswith(begins)]


def _id_of(*pages: httpx.Response) -> str:
    """The session of our reference, from the first page whose row of it leads there."""
    for page in pages:
        for row in page.text.split("<tr "):
            found = re.search(r"/([0-9a-f-]{36})/", row)
            if _REFERENCE in row and found is not None:
                return found[1]
    raise NoSuchForm("/sessions/: the session is not shown")


async def billing(cast: Cast) -> None:
    """A quote to its payment, a second one whose invoice a credit note cancels, and their papers."""
    seller, buyer = await cast.at(TRAINER), await cast.at(CLERK)
    office = cast.stage.population.world.directory.by_code[OFFICE].id
    selling.say_particulars(seller, sells=True)
    selling.say_particulars(buyer, sells=False)
    for _ in selling.sell(seller, buyer, office):
        pass
    quote, invoice = selling.credited(seller, buyer, office)
    cast.keep("a quote", seller.get(f"{quote}devis.pdf"))
    cast.keep("an invoice", seller.get(f"{invoice}facture.pdf"))
    cast.keep("a credit note", seller.get(f"{invoice}avoir.pdf"))
