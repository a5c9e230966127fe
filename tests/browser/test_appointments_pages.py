"""Appointments in a real browser: given from a file, seen by week and day, spoken of, moved; the office's day."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import DESK, Tour, meets
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.governance.leavers.staff import promote
from tests.guard.signin.serving import Member
from tests.systems.cases.diary import Diary, at

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser
LONG = "Ben Youssef de Montmorency-Laval"


@pytest.fixture(scope="module")
def diary(fresh_for_module: FreshDatabase) -> Diary:
    return Diary(fresh_for_module)


def _fill(stack: Stack, diary: Diary, member: Member) -> None:
    """A week with something on each of its days: every state, a long name, somebody who left."""
    guard = stack.guard
    rows = guard.run(
        guard.world.conn.fetch(
            "SELECT person FROM guard.relation WHERE referent = $1 ORDER BY person LIMIT 10", member.account
        )
    )
    people = [str(row["person"]) for row in rows]
    long = stack.person(organisation=guard.organisation, last_name=LONG, first_names="Marie-Antoinette, Joséphine")
    gone = stack.person(organisation=guard.world.offices["South"], last_name="Partie")
    monday = -at(0, 12).weekday()
    states = ("present", "absent", "excused", "cancelled", "postponed", "planned", "planned")
    for number, state in enumerate(states):
        day = monday + number // 2
        whom = people[number % len(people)]
        diary.give(whom, guard.organisation, member.account, at(day, 9 + number), state=state)
    diary.give(long, guard.organisation, member.account, at(monday + 4, 10), kind="contract", place="video")
    diary.give(gone, guard.organisation, member.account, at(monday + 4, 14), kind="first", place="telephone")
    diary.give(people[0], guard.organisation, member.account, at(0, 8), kind="workshop")
    diary.give(people[1], guard.organisation, member.account, at(0, 7, 30), state="present")


@meets(
    "file", "appointments", "appointments-day", "appointment", "appointment-postpone", "appointments-person",
    "guard-down",
)  # fmt: skip
def test_adviser_keeps_her_appointments_without_meeting_a_barrier(
    stack: Stack, camille: Member, diary: Diary, tour: Tour, width: int
) -> None:
    page = tour.page
    sign_in(stack, page, camille, "/rendez-vous/?semaine=2035-01-01")
    tour.meet("appointments", "empty")
    if width == DESK:
        _fill(stack, diary, camille)
    tour.press("link", "Cette semaine", "This week")
    expect(page.locator(".slot").first).to_be_visible()
    tour.meet("appointments")
    page.goto(f"{stack.url}/rendez-vous/jour/?jour=2035-01-01")
    tour.meet("appointments-day", "empty")
    page.goto(f"{stack.url}/rendez-vous/jour/")
    tour.meet("appointments-day")
    tour.press("link", "voir le rendez-vous", "see the appointment")
    tour.meet("appointment", "done")

    page.goto(f"{stack.url}/portefeuille/")
    tour.press("link", "DELAUNAY", "DELAUNAY")
    tour.meet("file", "appointments")
    tour.press("link", "Prendre un rendez-vous", "Make an appointment")
    tour.meet("appointments-person")
    tour.press("button", "Prendre le rendez-vous", "Make the appointment")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("appointments-person", "refused")
    day = 30 if tour.french else 40
    page.locator("#id_day").fill(str(at(day, 9).date()))
    page.locator("#id_hour").fill("09:00")
    page.locator("#id_hour").press("Enter")
    expect(
        page.get_by_text("Le rendez-vous est pris." if tour.french else "The appointment is made.")
    ).to_be_visible()
    page.locator("#id_day").fill(str(at(day, 9).date()))
    page.locator("#id_hour").fill("09:15")
    page.locator("#id_hour").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    tour.meet("appointments-person", "taken")
    tour.press("link", "9 h", "09:00")
    tour.meet("appointment")
    page.locator("#id_day").fill(str(at(day + 1, 9).date()))
    page.locator("#id_hour").fill("05:00")
    tour.press("button", "Reporter le rendez-vous", "Postpone the appointment")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("appointment-postpone", "refused")
    page.locator("#id_hour").fill("11:00")
    tour.press("button", "Reporter le rendez-vous", "Postpone the appointment")
    expect(page.get_by_text("Remplace celui du" if tour.french else "Replaces the one of")).to_be_visible()
    tour.meet("appointment", "postponed")
    page.get_by_text("Annuler le rendez-vous" if tour.french else "Cancel the appointment").click()
    tour.meet("appointment", "cancelling")
    tour.press("button", "Confirmer l.annulation", "Confirm the cancellation")
    expect(page.locator("dd .badge")).to_have_text(re.compile("Annulé" if tour.french else "Cancelled"))

    stack.down.set()
    try:
        page.goto(f"{stack.url}/rendez-vous/")
        tour.meet("guard-down", "appointments")
    finally:
        stack.down.clear()


@meets("appointments-office", "appointments-person")
def test_receptionist_says_who_came_without_meeting_a_barrier(
    stack: Stack, camille: Member, diary: Diary, tour: Tour, width: int
) -> None:
    page, member = tour.page, stack.guard.member(f"Sandrine Accueil{width}", role="receptionist")
    person = stack.person(organisation=stack.guard.organisation, last_name=f"Guichet{'ab'[tour.french]}")
    sign_in(stack, page, member, f"/personnes/{person}/rendez-vous/")
    tour.meet("appointments-person", "reception")
    found = diary.give(person, stack.guard.organisation, camille.account, at(0, 7, 15))
    tour.press("link", "^Rendez-vous$", "^Appointments$")
    tour.meet("appointments-office")
    came = page.get_by_role("button", name=re.compile(f"{'Venu' if tour.french else 'Came'} : .*Guichet"))
    came.focus()
    came.press("Enter")
    expect(page.get_by_text("C’est enregistré." if tour.french else "Saved.")).to_be_visible()
    assert diary.one(found)["state"] == "present"


@meets("filtered", "progress")
def test_adviser_narrows_her_list_by_what_she_wrote_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page = tour.page
    sign_in(stack, page, camille, "/portefeuille/")
    tour.press("link", "BERTIN", "BERTIN")
    tour.press("link", "Statut et dispositifs", "Status and programmes")
    page.locator("#id_status").select_option("followed")
    tour.press("button", "^Enregistrer$", "^Save$")
    expect(page.get_by_text("C’est enregistré." if tour.french else "Saved.")).to_be_visible()
    if tour.french:
        page.locator("#id_programme-code").select_option("cej")
        tour.press("button", "Enregistrer le dispositif", "Save the programme")
        expect(page.get_by_text("Depuis le")).to_be_visible()
    page.get_by_text("Retirer" if tour.french else "Remove").first.click()
    tour.meet("progress")
    tour.press("button", "Enregistrer le dispositif", "Save the programme")
    page.locator("#id_programme-starts_on").fill("")
    tour.press("button", "Enregistrer le dispositif", "Save the programme")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("progress", "refused")
    page.goto(f"{stack.url}/portefeuille/")
    tour.press("link", "Filtrer par", "Filter by")
    expect(page.locator("tbody tr").first).to_be_visible()
    tour.meet("filtered")
    page.locator("#id_statut").select_option("followed")
    page.locator("#id_statut").press("Tab")
    tour.press("button", "^Filtrer$", "^Filter$")
    expect(page.locator("tbody tr")).to_have_count(1)
    tour.meet("filtered", "narrowed")
    page.locator("#id_venir").select_option("some")
    page.locator("#id_statut").select_option("left")
    tour.press("button", "^Filtrer$", "^Filter$")
    expect(page.locator(".empty-state")).to_be_visible()
    tour.meet("filtered", "empty")


@meets("statistics")
def test_adviser_reads_counts_of_her_office_without_meeting_a_barrier(
    stack: Stack, camille: Member, diary: Diary, tour: Tour, width: int
) -> None:
    guard, monday = stack.guard, -at(0, 12).weekday()
    person = stack.person(organisation=guard.organisation, last_name="Comptée")
    for week in range(1, 8):
        for number in range(week if width == DESK else 0):
            starts_at = at(monday - 7 * week, 8 + number)
            diary.give(person, guard.organisation, camille.account, starts_at, state="present")
    sign_in(stack, tour.page, camille, "/portefeuille/")
    tour.press("link", "^Statistiques$", "^Statistics$")
    expect(tour.page.locator(".chart svg")).to_be_visible()
    tour.page.locator(".chart summary").click()
    tour.meet("statistics")


@meets("statistics-network")
def test_who_acts_for_the_network_reads_counts_of_every_office_without_meeting_a_barrier(
    stack: Stack, tour: Tour
) -> None:
    guard = stack.guard
    root = guard.world.offices.get("Network") or guard.run(guard.world.organisation("Network", kind="network"))
    for office, count in (("North", 6), ("South", 2)):
        for _ in range(count):
            stack.person(organisation=guard.world.offices[office])
    member = guard.member(f"Nelly N{uuid4().hex[:8]}")
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    guard.amend("habilitation", held, organisation=root)
    sign_in(stack, tour.page, member, "/mon-compte/")
    promote(stack, member, "network-administrator")
    tour.page.goto(f"{stack.url}/accueil/")
    tour.press("link", "^Statistiques$", "^Statistics$")
    expect(tour.page.locator(".chart svg")).to_be_visible()
    tour.meet("statistics-network")
