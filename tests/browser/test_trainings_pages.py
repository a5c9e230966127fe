"""A training organisation's day in a real browser: who has come, the sheet by keyboard, a departure, the papers."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import Adviser
from tests.systems.prescriptions.school import Books, School, on
from tests.systems.trainings.classroom import Classroom, past

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser
CLASS = ("Ben Youssef", "Delaunay", "Fontaine-Charpentier", "Kowalski", "Şahin")


@pytest.fixture(scope="module")
def books(fresh_for_module: FreshDatabase) -> Books:
    return Books(fresh_for_module)


def a_class(stack: Stack, camille: Member, books: Books, tour: Tour) -> Classroom:
    """A training organisation for one language's tour, with a session that begins today for five people."""
    guard, suffix = stack.guard, "fr" if tour.french else "en"
    place = guard.run(guard.world.organisation(f"Class-{suffix}", kind="training-organisation"))
    guard.amend("organisation", place, name="Atelier des métiers de Valbrume")
    member = guard.member(f"Nadia Classe{suffix}", role="training-staff", organisation=place)
    session = books.session(str(place), "CAP cuisine en un an", starts_on=on(-8), ends_on=on(0), places=12)
    adviser = Adviser(camille, None, "", "", "")  # type: ignore[arg-type]
    return Classroom(stack, adviser, School(str(place), member, None), books, session)  # type: ignore[arg-type]


@meets("trainees", "trainee", "board", "calendar", "sheet", "sent", "sent-one")
def test_trainer_follows_a_class_from_its_first_day_to_its_papers(
    stack: Stack, camille: Member, books: Books, tour: Tour
) -> None:
    page, room = tour.page, a_class(stack, camille, books, tour)
    sign_in(stack, page, room.school.member, "/stagiaires/")
    tour.meet("trainees", "empty")
    page.goto(f"{stack.url}/presences/")
    tour.meet("board", "empty")
    trainees = [room.trainee(name, "accepted")[0] for name in CLASS]
    page.goto(f"{stack.url}/stagiaires/?vue=attendus")
    tour.meet("trainees", "expected")
    choices = page.locator("select[name^='s-']")
    expect(choices).to_have_count(5)
    for place in range(5):
        choices.nth(place).select_option("enter")
    tour.press("button", "Enregistrer", "Save")
    expect(page.get_by_text(re.compile("5 entrées notées|5 entries written"))).to_be_visible()

    tour.press("link", "^Présences$", "^Attendance$")
    tour.meet("board", "unplanned")
    tour.press("link", "Calendrier", "Calendar")
    tour.meet("calendar", "empty")
    page.locator("#id_morning").fill("matin")
    tour.press("button", "Enregistrer", "Save")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("calendar", "refused")
    for weekday in range(7):
        page.locator(f"input[name='weekdays'][value='{weekday}']").check()
    page.locator("#id_morning").fill("3,5")
    tour.press("button", "Enregistrer", "Save")
    expect(page.get_by_role("table")).to_be_visible()
    tour.meet("calendar")

    sheet = room.day(past(0))
    page.goto(f"{stack.url}/presences/")
    tour.meet("board")
    page.goto(f"{stack.url}{sheet}")
    tour.meet("sheet", "blank")
    tour.press("link", "Proposer", "Suggest")
    fields = page.locator("select[name^='m-'], select[name^='a-']")
    expect(fields).to_have_count(10)
    expect(fields.nth(9)).to_have_value("present")
    fields.nth(0).focus()
    page.keyboard.press("A")
    page.keyboard.press("Tab")
    page.keyboard.press("E")
    expect(fields.nth(0)).to_have_value("absent")
    expect(fields.nth(1)).to_have_value("excused")
    tour.press("button", "Enregistrer", "Save")
    expect(page.get_by_text(re.compile("10 demi-journées enregistrées|10 half-days saved"))).to_be_visible()
    tour.meet("sheet")
    with page.expect_download() as download:
        tour.press("button", "Feuille d.émargement", "Sign-in sheet")
    assert download.value.suggested_filename == f"emargement-{on(0)}.pdf"
    page.goto(f"{stack.url}{room.day(past(40))}")
    tour.meet("sheet", "closed")

    late = trainees[3]
    for days in (1, 2):
        room.day(past(days))
        page.goto(f"{stack.url}/presences/{room.session}/{past(days).isoformat()}/")
        page.locator(f"select[name='m-{late}']").select_option("absent")
        page.locator(f"select[name='a-{late}']").select_option("absent")
        tour.press("button", "Enregistrer", "Save")
        expect(page.get_by_text(re.compile("2 demi-journées enregistrées|2 half-days saved"))).to_be_visible()
    page.goto(f"{stack.url}/stagiaires/")
    tour.meet("trainees")
    page.get_by_role("link", name=re.compile("KOWALSKI")).click()
    tour.meet("trainee", "absences")
    page.locator("input[name='said'][value='leave']").check()
    tour.press("button", "Enregistrer", "Save")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("trainee", "refused")
    page.locator("input[name='said'][value='leave']").check()
    page.locator("#id_why").select_option("job")
    tour.press("button", "Enregistrer", "Save")
    expect(page.get_by_text(re.compile("Reprise d.un emploi|Took a job"))).to_be_visible()
    tour.meet("trainee", "left")
    with page.expect_download() as download:
        tour.press("button", "Certificat de réalisation", "Certificate of completion")
    assert download.value.suggested_filename == f"certificat-de-realisation-{on(0)}.pdf"

    page.context.clear_cookies()
    sign_in(stack, page, camille, "/prescriptions/")
    tour.meet("sent", "absences")
    page.goto(f"{stack.url}/prescriptions/{late}/")
    tour.meet("sent-one", "left")
