"""Files to erase, met on a desk and on a telephone in both languages: lists, one list, a file held back, a return."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from beffroi.core.ids import PersonId
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.erasing import archiving, carrying, lists
from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.governance.leavers.staff import promote
from tests.guard.signin.serving import Member
from tests.guard.world import POLICY

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser
RULES = POLICY.retention


def left(stack: Stack, days: int, name: str = "Ancien") -> str:
    """Somebody whom the office has not followed for so many days."""
    guard = stack.guard

    async def make() -> PersonId:
        person = await guard.world.person(last_name=name)
        until = await guard.world.now() - timedelta(days=days)
        await guard.world.relation(person, guard.organisation, days=days + 100, until_at=until)
        return person

    return str(guard.run(make()))


def work(stack: Stack, a_day: int = RULES.erased_a_day) -> None:
    """One run of the worker's task."""
    services = stack.guard.services
    policy = replace(POLICY, retention=replace(RULES, erased_a_day=a_day))
    for part in (archiving.archive, lists.prepare, carrying.carry_out):
        stack.guard.run(part(services.pool, services.keys, policy))


@meets("erasures", "erasure-list", "erasure-hold")
def test_correspondent_checks_a_list_and_asks_for_two_signatures_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour, width: int
) -> None:
    guard, page = stack.guard, tour.page
    guard.execute("DELETE FROM guard.erasure_line")
    guard.execute("DELETE FROM guard.erasure_hold")
    for approver in ("Helene", "Thomas"):
        guard.member(f"{approver} Signe{width}", role="approver")
    member = guard.member(f"Dora Protection{width}")
    sign_in(stack, page, member, "/mon-compte/")
    promote(stack, member, "data-protection-correspondent")
    page.goto(f"{stack.url}/effacements/")
    tour.meet("erasures", "empty")
    for number in range(12):
        left(stack, RULES.erase_days + 10 + number)
    left(stack, RULES.archive_days + 2)
    work(stack)
    page.goto(f"{stack.url}/effacements/")
    tour.meet("erasures")
    tour.press("link", "Voir la liste : Mission Locale de Valbrume", "See the list : Mission Locale de Valbrume")
    tour.meet("erasure-list")
    page.get_by_role("link", name="Retenir" if tour.french else "Hold back").first.click()
    tour.meet("erasure-hold")
    tour.press("button", "Retenir ce dossier", "Hold this file back")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("erasure-hold", "refused")
    page.get_by_label("Personne mineure" if tour.french else "Person under 18").check()
    tour.press("button", "Retenir ce dossier", "Hold this file back")
    expect(page.get_by_text("Le dossier est retenu" if tour.french else "The file is held back")).to_be_visible()
    tour.meet("erasure-list", "held")
    tour.press("button", "Demander deux signatures", "Ask for two signatures")
    made = "La demande est faite" if tour.french else "The request is made"
    expect(page.get_by_text(made)).to_be_visible()
    tour.meet("erasure-list", "waiting")
    list_ = page.url.rstrip("/").rpartition("/")[2]
    guard.amend("erasure_list", list_, status="signed", signed_at=guard.run(guard.world.now()))
    work(stack, guard.one("SELECT count(*) FROM guard.erased") + 4)
    page.reload()
    tour.meet("erasure-list", "under-way")
    waiting = page.get_by_role("link", name="Retenir" if tour.french else "Hold back")
    left_before = waiting.count()
    waiting.first.click()
    page.get_by_label("Personne mineure" if tour.french else "Person under 18").check()
    tour.press("button", "Retenir ce dossier", "Hold this file back")
    kept = "il sera gardé quand son tour viendra" if tour.french else "it will be kept when its turn comes"
    expect(page.get_by_text(kept)).to_be_visible()
    expect(waiting).to_have_count(left_before - 1)
    work(stack)
    page.reload()
    tour.meet("erasure-list", "done")
    page.goto(f"{stack.url}/effacements/")
    tour.meet("erasures", "done")
    request = guard.one("SELECT id FROM guard.request WHERE status = 'pending' AND kind = 'erasure'")
    guard.amend("request", request, status="withdrawn")  # the other language asks its own


@meets("elsewhere")
def test_adviser_follows_somebody_archived_again_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page = tour.page
    person = left(stack, RULES.archive_days + 2, f"Revenu {'Un' if tour.french else 'Deux'}")
    work(stack)
    sign_in(stack, page, camille, "/recherche/")
    guard = stack.guard
    day = guard.run(guard.world.now()).astimezone(PARIS).toordinal()
    guard.run(guard.world.insert("reach", account=camille.account, person=person, day=0, marks=[], found_day=day))
    page.goto(f"{stack.url}/personnes/{person}/")
    tour.meet("elsewhere", "archived")
    expect(page.locator("textarea")).to_have_count(0)
    tour.press("button", "Reprendre le suivi", "Follow again")
    expect(page.get_by_text("suit de nouveau" if tour.french else "follows this person again")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Revenu")
