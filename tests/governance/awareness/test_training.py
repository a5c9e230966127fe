"""The training through the whole product: replays, other people's exams, and the reminder above every page."""

import re
from datetime import timedelta
from typing import Any

import pytest

from beffroi.core.course_file import load_courses
from tests.config.console.stack import Page, Stack, Visitor
from tests.guard.signin.serving import Member

BANK = {question.code: question for course in load_courses().values() for question in course.bank}
EXAM = "/formation/examen/"


def begun(visitor: Visitor) -> Page:
    page = visitor.post("/formation/examen/commencer/", {})
    assert page.url == EXAM
    return page


def answers(page: Page, *, rightly: bool = True) -> dict[str, Any]:
    """Fields of the exam shown, as the browser would send them."""
    asked = {code for code in re.findall(r'type="(?:radio|checkbox)" name="([^"]+)"', page.html) if code in BANK}
    given = {}
    for code in asked:
        right = BANK[code].right
        wrong = set(range(len(BANK[code].choices))) - right
        places = sorted(right if rightly else wrong)
        given[code] = [str(place) for place in (places if len(right) > 1 else places[:1])]
    return {"examen": page.hidden("examen")["examen"], **given}


def late(stack: Stack, name: str) -> Member:
    return stack.guard.member(name, attested_until=stack.guard.one("SELECT guard.instant()"))


def test_agent_who_renews_sees_why_and_works_again(stack: Stack) -> None:
    visitor = stack.signed_in(late(stack, "Lea Late"))
    refused = visitor.get("/portefeuille/")
    assert "Attestation à renouveler" in refused.text
    assert "/formation/" in refused.links()
    result = visitor.post(EXAM, answers(begun(visitor)))
    assert "10 bonnes réponses sur 10" in result.text.replace("\u00a0", " ")
    assert visitor.get("/portefeuille/").status == 200


def test_exam_shown_says_nothing_of_its_answers(stack: Stack) -> None:
    page = begun(stack.signed_in(late(stack, "Sam Source")))
    asked = [BANK[code] for code in answers(page) if code in BANK]
    assert len(asked) == 10
    assert not [each.code for each in asked if each.explanation.fr[:40] in page.text]
    assert "bonne réponse " not in page.text


def test_agent_who_sends_an_exam_again_is_told_that_it_is_over_and_none_is_drawn(stack: Stack) -> None:
    member = late(stack, "Rachel Replay")
    visitor = stack.signed_in(member)
    sent = answers(begun(visitor), rightly=False)
    assert "Examen à repasser" in visitor.post(EXAM, sent).text
    again = visitor.post(EXAM, sent)
    assert again.url == "/formation/"
    assert "déjà terminé" in again.text
    assert stack.guard.one("SELECT count(*) FROM guard.exam WHERE account = $1", member.account) == 1


def test_agent_who_sends_a_colleague_s_exam_has_nothing_judged(stack: Stack) -> None:
    owner, thief = (stack.signed_in(late(stack, f"{name} Colleague")) for name in ("Olga", "Theo"))
    sent = answers(begun(owner))
    begun(thief)
    assert thief.post(EXAM, sent).url == "/formation/"
    assert "Examen réussi" in owner.post(EXAM, sent).text


def test_agent_who_leaves_a_question_out_keeps_what_was_ticked(stack: Stack) -> None:
    visitor = stack.signed_in(late(stack, "Olive Oubli"))
    sent = answers(begun(visitor))
    left_out = next(code for code in sent if code in BANK)
    page = visitor.post(EXAM, {name: value for name, value in sent.items() if name != left_out})
    assert page.status == 422
    assert len(re.findall(r" checked", page.html)) == sum(
        len(value) for name, value in sent.items() if name in BANK and name != left_out
    )


def test_nobody_reads_the_training_without_a_session(stack: Stack) -> None:
    page = stack.visitor().get("/formation/cours/1/")
    assert page.response.is_redirect
    assert "/sign-in" in page.response.headers["location"]


def test_chapter_that_does_not_exist_is_not_found(stack: Stack) -> None:
    visitor = stack.signed_in(late(stack, "Nils Nulle"))
    assert visitor.get("/formation/cours/99/").status == 404
    assert visitor.get("/formation/cours/0/").status == 404
    assert visitor.get("/formation/cours/1/").status == 200


@pytest.mark.parametrize(("days", "shown"), [(31, False), (30, True), (13, True), (1, True), (0, True)])
def test_agent_is_reminded_on_every_page_within_thirty_days_of_the_end(stack: Stack, days: int, shown: bool) -> None:
    until = stack.guard.one("SELECT guard.instant()") + timedelta(days=days)
    visitor = stack.signed_in(stack.guard.member(f"Rappel A{days}", attested_until=until))
    page = visitor.get("/mon-compte/")
    assert ("Renouveler mon attestation" in page.text) is shown
    assert "Renouveler mon attestation" not in visitor.get("/formation/").text
