"""The live view and the journal in a browser: an hour of work, one entry and its proof, a filter that is wrong."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from beffroi.guard.sealing import proving
from beffroi.guard.sealing.verifying import Trust
from tests.browser.keys import sign_in
from tests.browser.office import camille, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.guard.sealing.place import Place as Journal
from tests.guard.signin.serving import Member

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def security(stack: Stack) -> Member:
    """A security officer of the office."""
    return stack.guard.member("Claire Fontaine", role="security-officer", with_totp=False, with_passkey=True)


def work(stack: Stack, member: Member, people: int) -> None:
    """So many people of the member's portfolio, each opened once."""
    _, handle = stack.guard.signed_in(member)
    office = stack.guard.one("SELECT organisation FROM guard.habilitation WHERE account = $1", member.account)
    for _ in range(people):
        person = stack.person(organisation=office, referent=member)
        body = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
        assert stack.guard.call("POST", "/v1/open", handle, json=body).status_code == 200


def seal(stack: Stack, fresh: FreshDatabase) -> None:
    """What the worker does with the entries that wait."""
    log = stack.guard.services.settings.log
    assert log is not None

    async def work() -> None:
        journal = await Journal(log.store.parent, fresh, stack.guard.world.keys).open()
        await journal.seal()
        await journal.close()

    stack.guard.run(work())


@meets("live", "journal", "journal-entry")
def test_security_officer_follows_an_hour_then_reads_one_entry(
    stack: Stack, camille: Member, security: Member, tour: Tour, fresh_for_module: FreshDatabase, tmp_path: Path
) -> None:
    page = tour.page
    sign_in(stack, page, security, "/direct/")
    if tour.french:
        tour.meet("live", "empty")
    work(stack, camille, 4)
    page.goto(f"{stack.url}/direct/?par=account")
    expect(page.get_by_role("rowheader", name=re.compile("Camille Moreau"))).to_be_visible()
    tour.meet("live", "account")
    tour.press("link", "Suivre en direct", "Follow live")
    expect(page.get_by_text("15 secondes" if tour.french else "15 seconds")).to_be_visible()
    tour.meet("live", "followed")
    tour.press("link", "Arrêter de suivre", "Stop following")
    tour.press("link", "Camille Moreau", "Camille Moreau")
    tour.meet("journal", "filtered")
    tour.press("link", "Dossier consulté", "File consulted")
    expect(page.get_by_text("Camille Moreau")).to_be_visible()
    expect(page.get_by_text("pas encore scellée" if tour.french else "not sealed yet")).to_be_visible()
    tour.meet("journal-entry", "waiting")
    seal(stack, fresh_for_module)
    page.reload()
    tour.meet("journal-entry")
    number = re.fullmatch(r"/journal/(\d+)/", urlsplit(page.url).path)
    assert number is not None
    with page.expect_download() as waiting:
        tour.press("link", "Télécharger la preuve", "Download the proof")
    kept = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(kept)
    assert kept.name == f"{number[1]}.tlog-proof"
    log = stack.guard.services.settings.log
    assert log is not None
    proven = proving.read(kept.read_bytes(), Trust([log.key]))
    assert not isinstance(proven, str)
    assert (proven.row.entry, str(proven.row.account)) == (int(number[1]), str(camille.account))
    tile = (log.store / "tile").rename(log.store / "gone")
    page.reload()
    expect(page.get_by_text("ne peut pas être lu" if tour.french else "cannot be read")).to_be_visible()
    tour.meet("journal-entry", "unreadable")
    tile.rename(log.store / "tile")
    page.goto(f"{stack.url}/journal/")
    tour.meet("journal")
    page.goto(f"{stack.url}/journal/?quoi=erased")
    tour.meet("journal", "none")
    page.goto(f"{stack.url}/journal/?compte=moi&du=2026-11-27&au=2026-11-01")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("journal", "refused")
