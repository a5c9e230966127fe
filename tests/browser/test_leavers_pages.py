"""Departures, met on a desk and on a telephone in both languages: list, confirmation, file, those who wait."""

import re

import pytest
from playwright.sync_api import Page, expect

from beffroi.core.ids import ApplicationId
from beffroi.guard.sweeping.leavers import Source
from tests.browser.office import sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.governance.leavers.staff import idle, promote, status, waits
from tests.guard.signin.serving import CONSOLE

__all__ = ["stack"]
pytestmark = pytest.mark.browser


@meets("leavers", "leave", "leavers-waiting", "leavers-file")
def test_manager_says_who_has_left_without_meeting_a_barrier(stack: Stack, tour: Tour, width: int) -> None:
    guard, page = stack.guard, tour.page
    guard.amend("organisation", guard.organisation, name="Mission Locale de Valbrume")
    manager = guard.member(f"Philippe Garnier{width}")
    away, unsure = (
        guard.member(f"Lucie Lointaine{width}"),
        guard.member(f"Marie-Dominique de La Rochefoucauld{width}"),
    )
    idle(stack, away, 61)
    guard.member(f"Helene Marchand{width}", role="approver")
    guard.execute("UPDATE guard.leaver SET status = 'dismissed' WHERE status = 'waiting'")  # the other language's
    sign_in(stack, page, manager, "/mon-compte/")
    promote(stack, manager)
    page.goto(f"{stack.url}/departs/attente/")
    tour.meet("leavers-waiting", "empty")
    waits(stack, unsure)
    waits(stack, manager, Source.HR, days=9)
    page.goto(f"{stack.url}/departs/")
    tour.meet("leavers")
    tour.press("link", f"structure : Lucie Lointaine{width}", f"organisation : Lucie Lointaine{width}")
    tour.meet("leave")
    tour.press("button", "Oui, fermer ses accès", "Yes, close their access")
    expect(
        page.get_by_text("accès à votre structure sont fermés" if tour.french else "Done: their access")
    ).to_be_visible()
    tour.meet("leavers", "done")
    assert status(stack, away) == "suspended"
    tour.press("link", "En attente de réponse", "Waiting for an answer")
    tour.meet("leavers-waiting")
    tour.press("button", "Toujours en poste", "Still here")
    expect(page.get_by_text("Le compte reste ouvert" if tour.french else "The account stays open")).to_be_visible()
    tour.press("link", "Fichier du personnel", "Personnel file")
    tour.meet("leavers-file")
    tour.press("button", "Lire le fichier", "Read the file")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("leavers-file", "none")
    text = f"email;dernier jour\n{unsure.persona.email};31/01/2026\npersonne;31/01/2026\nx@y.example;hier\n"
    page.locator("#id_file").set_input_files({"name": "departs.csv", "mimeType": "text/csv", "buffer": text.encode()})
    tour.press("button", "Lire le fichier", "Read the file")
    tour.meet("leavers-file", "read")
    tour.press("button", "Appliquer", "Apply")
    expect(page.get_by_text("1 départ fait" if tour.french else "1 departure done")).to_be_visible()
    assert status(stack, unsure) == "suspended"


def test_manager_takes_one_application_away_and_the_colleague_keeps_the_other(stack: Stack, page: Page) -> None:
    guard = stack.guard
    guard.run(guard.world.open_application(guard.organisation, id="trainings", name="Suivi des formations"))
    both = (CONSOLE, ApplicationId("trainings"))
    south = guard.world.offices["South"]  # where nobody was suspended today: a manager's day has its limit
    manager = guard.member("Pascal Retrait", organisation=south)
    agent = guard.member("Agnes Gardeuse", organisation=south, applications=both)
    sign_in(stack, page, manager, "/mon-compte/")
    promote(stack, manager)
    page.goto(f"{stack.url}/comptes/{agent.account}/")
    offered = page.get_by_role("link", name=re.compile("^Retirer"))
    expect(offered).to_have_count(2)
    page.get_by_role("link", name="Retirer Suivi des formations").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Retirer Suivi des formations à Agnes Gardeuse")
    page.get_by_role("button", name="Oui, retirer cette application").click()
    expect(page.get_by_text("Suivi des formations lui est fermée")).to_be_visible()
    expect(offered).to_have_count(1)
    served = "SELECT e.application FROM guard.habilitation_application e JOIN guard.habilitation h"
    mine = f"{served} ON h.id = e.habilitation WHERE h.account = $1 AND e.ended_at IS NOT NULL"
    assert guard.one(mine, agent.account) == "trainings"
    offered.first.click()
    page.get_by_role("button", name="Oui, retirer cette application").click()
    expect(page.get_by_text("sa dernière application")).to_be_visible()
    expect(offered).to_have_count(0)
    page.goto(f"{stack.url}/comptes/{manager.account}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pascal Retrait")
    expect(offered).to_have_count(0)
