"""Files of several people, in a browser: a short list at once, a long one once somebody agreed, and a mark traced."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.browser.test_containment_pages import Watch, arrive, watch
from tests.config.console.stack import Stack
from tests.guard.approvals.office import Seat, approve, seat
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import as_referent

__all__ = ["camille", "stack", "watch"]
pytestmark = pytest.mark.browser
MANY = 30


@pytest.fixture(scope="module")
def helene(stack: Stack) -> Seat:
    """An approver; another one is there, or nothing could be asked."""
    seat(stack.guard, "Marc Accord", "approver")
    return seat(stack.guard, "Paule Accord", "approver")


def lines(page: Page, tour: Tour, folder: Path) -> list[list[str]]:
    """What the file holds, its heading included."""
    with page.expect_download() as downloading:
        tour.press("button", "Télécharger le fichier", "Download the file")
    assert "Delaunay" not in downloading.value.suggested_filename
    downloading.value.save_as(folder / "list.csv")
    with (folder / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


@meets("portfolio", "filtered", "export", "exports", "copy", "copy-unknown")
def test_adviser_exports_people_and_security_officer_traces_a_copy_without_meeting_a_barrier(
    stack: Stack, camille: Member, helene: Seat, watch: Watch, tour: Tour, tmp_path: Path
) -> None:
    page, french, guard = tour.page, tour.french, stack.guard
    name = "Exportable" if french else "Exported"
    many = [
        stack.person(
            organisation=guard.organisation, referent=as_referent(camille), last_name=f"{name}-{number}", days=20
        )
        for number in range(MANY)
    ]  # fmt: skip
    sign_in(stack, page, camille)
    page.goto(f"{stack.url}/portefeuille/?ordre=recent")
    for person in many[-2:]:
        page.locator(f'input[value="{person}"]').check()
    tour.meet("portfolio", "exporting")
    tour.press("button", "Exporter la sélection", "Export the selection")
    tour.meet("export")
    tour.press("button", "Télécharger le fichier", "Download the file")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("export", "refused")
    page.get_by_label("Coordonnées" if french else "Contact details").check()
    page.get_by_label("Atelier" if french else "Workshop").check()
    heading, *rows = lines(page, tour, tmp_path)
    assert sorted(row[0] for row in rows) == sorted(f"{name}-{number}" for number in range(MANY - 2, MANY))
    mark = rows[0][-1]
    assert {row[-1] for row in rows} == {mark}, heading

    page.goto(f"{stack.url}/portefeuille/fichiers/")
    tour.meet("exports", "empty") if french else None
    page.goto(f"{stack.url}/portefeuille/filtre/?portee=mes")
    tour.meet("filtered", "exporting")
    tour.press("link", "Exporter cette liste", "Export this list")
    tour.meet("export", "long")
    page.get_by_label("Atelier" if french else "Workshop").check()
    tour.press("button", "Demander l.accord", "Ask for agreement")
    tour.meet("exports", "waiting")
    [request, *_others] = guard.run(
        guard.world.conn.fetch(
            "SELECT id FROM guard.request WHERE kind = 'export' AND status = 'pending' ORDER BY created_at DESC"
        )
    )
    approve(guard, helene, str(request["id"]))
    page.reload()
    tour.meet("exports", "agreed")
    _heading, *rows = lines(page, tour, tmp_path)
    assert {f"{name}-{number}" for number in range(MANY)} <= {row[0] for row in rows}

    page.context.clear_cookies()
    arrive(stack, page, watch.security, "/consultations/")
    page.get_by_label("Marque de la copie" if french else "Mark of the copy").fill("0000-0000-0000")
    page.locator("form[action$='/copie/']").get_by_role("button").click()
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("copy-unknown")
    page.get_by_label("Marque de la copie" if french else "Mark of the copy").fill(mark.lower())
    page.locator("form[action$='/copie/']").get_by_role("button").click()
    expect(page.get_by_text("Camille Moreau")).to_be_visible()
    tour.meet("copy")
