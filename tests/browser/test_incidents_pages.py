"""Who was read, in a browser: a question, its figures, its list leafed through and downloaded."""

import csv
from datetime import datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from playwright.sync_api import expect

from beffroi.guard.journal import Entry, append
from tests.browser.office import camille, stack
from tests.browser.pages import Tour, meets
from tests.browser.test_containment_pages import Watch, arrive, watch
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["camille", "stack", "watch"]
pytestmark = pytest.mark.browser

READ = 60


@pytest.fixture(scope="module")
def people(stack: Stack, camille: Member) -> list[str]:
    """Sixty people whom Camille opened today, the first of them three times."""
    guard, drawn = stack.guard, Random(5)
    found = [str(UUID(int=drawn.getrandbits(128), version=4)) for _ in range(READ)]

    async def opened() -> None:
        now: datetime = await guard.world.now()
        for number, person in enumerate([*found, found[0], found[0]]):
            groups = (1, 3, 7, 255)[number % 4]
            entry = Entry(
                now, "released" if number else "found", person, groups if number else 0, camille.account,
                organisation=guard.organisation, application="console", role="adviser", purpose="follow-up",
                explanation="followed" if number else "search",
            )  # fmt: skip
            await append(guard.world.conn, [entry])

    guard.run(opened())
    return found


@meets("readings", "readings-refused", "people-read", "openings")
def test_security_officer_finds_who_was_read_and_who_read_somebody(
    stack: Stack, watch: Watch, camille: Member, people: list[str], tour: Tour, tmp_path: Path
) -> None:
    page, french = tour.page, tour.french
    arrive(stack, page, watch.security, "/consultations/")
    tour.meet("readings")
    address = page.get_by_label("Adresse professionnelle" if french else "Professional address")
    address.fill("personne@ici.fr")
    tour.press("button", "Voir les dossiers", "See the files")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("readings-refused")
    address.fill(camille.persona.email)
    tour.press("button", "Voir les dossiers", "See the files")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{READ} ")
    tour.meet("people-read")
    assert "camille" not in page.url.lower()
    with page.expect_download() as downloading:
        tour.press("button", "Télécharger la liste", "Download the list")
    downloading.value.save_as(tmp_path / "read.csv")
    with (tmp_path / "read.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["person"] for row in rows} == set(people)
    assert sum(int(row["openings"]) for row in rows) == READ + 2
    tour.press("button", "Page suivante", "Next page")
    expect(page.get_by_text("Page 2 sur 3" if french else "Page 2 of 3")).to_be_visible()
    tour.press("link", "Qui a été lu", "Who was read")
    page.get_by_label("Identifiant du dossier" if french else "Id of the file").fill(people[0])
    tour.press("button", "Voir les ouvertures", "See the openings")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 ")
    tour.meet("openings")
    tour.press("link", "Qui a été lu", "Who was read")
    page.get_by_label("Identifiant du dossier" if french else "Id of the file").fill(str(UUID(int=1, version=4)))
    tour.press("button", "Voir les ouvertures", "See the openings")
    expect(page.get_by_role("heading", level=1)).to_contain_text("0 ")
    tour.meet("openings", "empty")
    entries = stack.guard.journal("readings-asked", watch.security.account)  # type: ignore[arg-type]
    assert len(entries) >= 3
