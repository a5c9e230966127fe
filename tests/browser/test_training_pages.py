"""Pages of the training, met by those who need them: a newcomer, somebody reminded, somebody too late."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from beffroi.core.awareness import ATTEMPTS
from beffroi.core.course_file import load_courses
from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser
BANK = {question.code: question for course in load_courses().values() for question in course.bank}


def newcomer(stack: Stack, name: str) -> Member:
    """Somebody enrolled, who has neither an attestation nor a membership in force."""
    guard = stack.guard
    member = guard.member(name, attested_until=guard.one("SELECT guard.instant()"))
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    guard.amend("habilitation", held, status="enrolled")
    return member


def answer(page: Page, *, rightly: bool) -> None:
    """Tick the answers of the exam shown, with the keyboard's own events, without a script of the page."""
    expect(page.get_by_role("button", name=re.compile("Envoyer mes réponses|Send my answers"))).to_be_visible()
    for code in {
        each.get_attribute("name") for each in page.locator("input[type=radio], input[type=checkbox]").all()
    }:
        if code not in BANK:
            continue
        right = BANK[code].right
        places = right if rightly else set(range(len(BANK[code].choices))) - right
        several = len(right) > 1
        for place in sorted(places) if several else sorted(places)[:1]:
            page.locator(f"input[name={code}][value='{place}']").check()


@meets("not-open", "training", "chapter", "exam", "exam-failed", "exam-passed", "portfolio")
def test_newcomer_reads_fails_passes_and_begins_to_work(
    stack: Stack, camille: Member, tour: Tour, width: int
) -> None:
    page = tour.page
    sign_in(stack, page, newcomer(stack, f"Nora Nouvelle{width}"))
    tour.meet("not-open")
    tour.press("link", "Suivre ma formation", "Take my course")
    tour.meet("training", "newcomer")
    tour.press("link", "Lire la formation", "Read the course")
    tour.meet("chapter")
    for number in range(2, len(load_courses()["adviser"].chapters) + 1):
        tour.press("link", "Chapitre suivant", "Next chapter")
        page.wait_for_url(f"{stack.url}/formation/cours/{number}/")
    tour.press("link", "Passer à l.examen", "Go to the exam")
    tour.press("button", "Commencer l.examen", "Begin the exam")
    tour.meet("exam")
    tour.press("button", "Envoyer mes réponses", "Send my answers")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("exam", "refused")
    page.goto(f"{stack.url}/formation/")
    tour.meet("training", "begun")
    tour.press("link", "Reprendre l.examen", "Go on with the exam")
    answer(page, rightly=False)
    tour.press("button", "Envoyer mes réponses", "Send my answers")
    tour.meet("exam-failed")
    tour.press("link", "Revenir à ma formation", "Back to my training")
    tour.press("button", "Commencer l.examen", "Begin the exam")
    answer(page, rightly=True)
    tour.press("button", "Envoyer mes réponses", "Send my answers")
    tour.meet("exam-passed")
    tour.press("link", "Commencer à travailler", "Start working")
    tour.meet("portfolio", "newcomer")


@meets("attestation-ended", "training", "portfolio")
def test_adviser_is_reminded_then_refused_then_renews(stack: Stack, tour: Tour, width: int) -> None:
    page, guard = tour.page, stack.guard
    member = guard.member(f"Rene Rappel{width}")
    now = guard.one("SELECT guard.instant()")
    guard.amend("account", member.account, attested_until=now + timedelta(days=12))
    sign_in(stack, page, member)
    expect(page.get_by_text("12 jours" if tour.french else "12 days")).to_be_visible()
    tour.meet("portfolio", "reminded")
    guard.amend("account", member.account, attested_until=now)
    page.reload()
    tour.meet("attestation-ended")
    page.locator("main").get_by_role("link", name=re.compile("Renouveler|Renew")).last.click()
    tour.meet("training", "ended")
    for _ in range(ATTEMPTS):
        tour.press("button", "Commencer l.examen", "Begin the exam")
        answer(page, rightly=False)
        tour.press("button", "Envoyer mes réponses", "Send my answers")
        tour.press("link", "Revenir à ma formation", "Back to my training")
    tour.meet("training", "no-attempt")


@meets("no-habilitation", "training")
def test_former_agent_is_told_that_nothing_waits(stack: Stack, tour: Tour, width: int) -> None:
    guard = stack.guard
    member = guard.member(f"Anna Ancienne{width}")
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    sign_in(stack, tour.page, member)
    guard.amend("habilitation", held, status="closed")
    tour.page.reload()
    tour.meet("no-habilitation")
    tour.page.goto(f"{stack.url}/formation/")
    tour.meet("training", "none")


@meets("not-here")
def test_colleague_whose_habilitation_serves_elsewhere_is_told_so(
    stack: Stack, camille: Member, tour: Tour, width: int
) -> None:
    guard, member = stack.guard, stack.guard.member(f"Zoe Ailleurs{'ab'[width > 400]}{'ef'[tour.french]}")
    row = guard.one(
        "SELECT e.id FROM guard.habilitation_application e JOIN guard.habilitation h ON h.id = e.habilitation"
        " WHERE h.account = $1 AND e.application = 'console'",
        member.account,
    )
    guard.amend("habilitation_application", row, ended_at=guard.one("SELECT guard.instant()"))
    sign_in(stack, tour.page, member)
    tour.meet("not-here")
