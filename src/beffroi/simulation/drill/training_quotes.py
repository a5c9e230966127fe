"""What goes on while a training organisation is cut off: its files close, its quotes and invoices do not.

A security officer cuts on the console's pages. Then every file of the trainees is asked of the guard, and a quote is
made, sent and accepted, its invoice issued and paid, each on the page where that is done and by whom it is for.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Final, NamedTuple

import asyncpg
import psycopg

from beffroi.simulation import catalogue
from beffroi.simulation.drill import selling
from beffroi.simulation.drill.console_browser import ConsoleBrowser, NoSuchForm
from beffroi.simulation.drill.scratch import ScratchDatabase
from beffroi.simulation.drill.stage import Stage
from beffroi.simulation.drill.training_scene import Targets
from beffroi.simulation.drill.training_thief import Thief
from beffroi.simulation.personas import BY_LOGIN, OFFICE, TRAINING

SELLER, BUYER, OFFICER = "nadia.benali", "odile.renard", "claire.fontaine"
"""Who bills for the organisation, who orders for the office, who cuts."""
FILES, ORGANISATION = "files", "organisation"
"""What is cut: the files of the organisation, or all that it does."""
REFUSED: Final = "files-contained"
BEFORE: Final = 5
"""Trainees whose files are opened before the cut: the questions after it are not blind."""


class Cut(NamedTuple):
    """Files opened before it; after it, trainees by what the guard answered and steps from a quote to a payment."""

    opened_before: int
    answers: Counter[str]
    steps: int


def offer(database: ScratchDatabase, stage: Stage) -> None:
    """Sessions in the catalogue, without which nothing can be quoted."""
    catalogue.load(database.admin, stage.population.world, datetime.now(UTC))


async def cut(conn: "asyncpg.Connection", stage: Stage, url: str, thief: Thief, targets: Targets, what: str) -> Cut:
    """Open some files, cut ``what``, ask for every file, then sell as far as the pages let one."""
    places = stage.population.world.directory.by_code
    school, office = places[TRAINING].id, places[OFFICE].id
    with ConsoleBrowser(url) as seller, ConsoleBrowser(url) as buyer, ConsoleBrowser(url) as officer:
        for browser, login in ((seller, SELLER), (buyer, BUYER), (officer, OFFICER)):
            await browser.sign_in(conn, stage, BY_LOGIN[login])
        selling.say_particulars(seller, sells=True)
        selling.say_particulars(buyer, sells=False)
        before = Counter([await thief.answer_about(one.id) for one in targets.trainees[:BEFORE]])
        cost = officer.submit("/confinement/", {"kind": what, "scope": school})
        officer.submit_on(cost, {"kind": what, "scope": school, "reason": "mass-consultation"})
        answers = Counter([await thief.answer_about(one.id) for one in targets.trainees])
        return Cut(before["opened"], answers, _sold(seller, buyer, office))


def _sold(seller: ConsoleBrowser, buyer: ConsoleBrowser, office: str) -> int:
    steps = 0
    try:
        for _ in selling.sell(seller, buyer, office):
            steps += 1
    except NoSuchForm:
        pass  # what the pages no longer offer is not done
    return steps


def sold(database: ScratchDatabase) -> tuple[int, int]:
    """Quotes accepted and invoices paid, as the console's tables have them."""
    with psycopg.connect(database.admin, autocommit=True) as admin:
        row = admin.execute(
            "SELECT (SELECT count(*) FROM console.billing_quote WHERE state = 'accepted'),"
            " (SELECT count(*) FROM console.billing_invoice WHERE state = 'paid')"
        ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
