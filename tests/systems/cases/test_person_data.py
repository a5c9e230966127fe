"""Everything held about a person, handed out: for a request that is worked on, whole, journaled, kept nowhere."""

import os
import re
from dataclasses import dataclass
from random import choices
from string import ascii_lowercase
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.guard.vault.records import FollowedAction, Followup, Note, Payment, SensitiveFollowup
from tests.config.console.stack import Stack, Visitor
from tests.databases import FreshDatabase
from tests.governance.leavers.staff import promote
from tests.guard.signin.serving import Member
from tests.person_data_schema import held
from tests.systems.cases.adviser import Adviser, adviser
from tests.systems.cases.diary import Diary, at
from tests.systems.prescriptions.school import Books, books, on

__all__ = ["adviser", "books"]
CORRESPONDENT = "data-protection-correspondent"
NOTE = "Parle d'un projet de boulangerie <script>alert(1)</script>"


@dataclass
class Desk:
    """A correspondent, signed in."""

    stack: Stack
    member: Member
    visitor: Visitor

    def register(self, person: str, article: str = "access") -> str:
        """A request that was just received; its address."""
        fields = {"article": article, "received_on": f"{on(0):%d/%m/%Y}"}
        page = self.visitor.post(f"/personnes/{person}/droits/", fields)
        assert "/demandes-des-personnes/" in page.url, page.text
        return page.url

    def works_on(self, person: str, article: str = "access") -> str:
        """A request whose identity is checked, and on which work began."""
        address = self.register(person, article)
        for step in ("identified", "in-progress"):
            assert self.visitor.post(address, {"suite": step}).status == 200
        return address

    def take(self, address: str, form: str = "json") -> httpx.Response:
        """The file, or whatever came instead."""
        return self.visitor.post(f"{address}donnees/", {"forme": form}).response


def correspondent(stack: Stack, name: str, office: str = "North") -> Desk:
    """One of an office."""
    member = stack.guard.member(name)
    if office != "North":
        held = stack.guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
        stack.guard.amend("habilitation", held, organisation=stack.guard.world.offices[office])
    visitor = stack.signed_in(member)
    promote(stack, member, CORRESPONDENT)
    return Desk(stack, member, visitor)


@pytest.fixture
def nora(stack: Stack) -> Desk:
    """One for each test: the caps of these tests are met in four people."""
    return correspondent(stack, f"Nora {''.join(choices(ascii_lowercase, k=12))}")


@pytest.fixture
def diary(fresh_for_module: FreshDatabase) -> Diary:
    return Diary(fresh_for_module)


def openings(stack: Stack, person: str) -> list[Any]:
    return [row for row in stack.guard.journal("released") if str(row["person"]) == person]


def somebody(stack: Stack, author: str = "", **options: Any) -> str:
    written = Followup(
        notes=(Note(at="2026-01-01T10:00:00Z", text=NOTE, author=author or None),),
        actions=(FollowedAction(label="Visiter l'atelier", status="to-do", by="agent", account=author or None),),
        payments=(Payment(at="2026-02-01T10:00:00Z", author=author, programme="cej", month="2026-01", cents=55246),)
        if author else (),
    )  # fmt: skip
    secret = SensitiveFollowup(notes=(Note(at="2026-01-02T10:00:00Z", text="Suivi médical"),))
    return stack.person(organisation=stack.guard.organisation, followup=written, sensitive_followup=secret, **options)


def test_adviser_is_handed_nothing_though_the_request_is_worked_on(
    stack: Stack, adviser: Adviser, nora: Desk
) -> None:
    address = nora.works_on(adviser.own)
    before = len(openings(stack, adviser.own))
    for form in ("json", "html"):
        assert adviser.visitor.post(f"{address}donnees/", {"forme": form}).status == 404
    assert len(openings(stack, adviser.own)) == before


def test_correspondent_of_another_office_learns_nothing_of_a_request(stack: Stack, nora: Desk) -> None:
    person = somebody(stack)
    address = nora.works_on(person)
    sami = correspondent(stack, "Sami Correspondant", "South")
    before = len(openings(stack, person))
    theirs, none = sami.take(address), sami.take(f"/demandes-des-personnes/{uuid4()}/")
    assert theirs.status_code == none.status_code == 404
    assert len(openings(stack, person)) == before


@pytest.mark.parametrize(
    ("article", "until"), [("access", "received"), ("access", "identified"), ("erasure", "work")]
)
def test_request_that_is_not_answered_with_data_now_opens_nobody(
    stack: Stack, nora: Desk, article: str, until: str
) -> None:
    person = somebody(stack)
    address = nora.works_on(person, article) if until == "work" else nora.register(person, article)
    if until == "identified":
        nora.visitor.post(address, {"suite": "identified"})
    assert "Remettre les données" not in nora.visitor.get(address).text
    before = len(openings(stack, person))
    answer = nora.take(address)
    assert "content-disposition" not in answer.headers
    assert "pendant le traitement" in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert len(openings(stack, person)) == before


def test_answered_request_hands_out_nothing_more(stack: Stack, nora: Desk) -> None:
    person = somebody(stack)
    address = nora.works_on(person)
    nora.visitor.post(address, {"suite": "answered"})
    assert "content-disposition" not in nora.take(address).headers


def test_link_and_unknown_form_hand_out_nothing(stack: Stack, nora: Desk) -> None:
    person = somebody(stack)
    address = nora.works_on(person)
    assert nora.visitor.get(f"{address}donnees/").status == 405
    assert nora.take(address, "csv").status_code == nora.take(address, "").status_code == 404
    bare = nora.visitor.http.post(f"{stack.url}{address}donnees/", data={"forme": "json"})
    assert bare.status_code == 403, "no form of ours"
    assert not openings(stack, person)


def test_correspondent_hands_out_everything_and_the_opening_is_in_the_journal(
    stack: Stack, nora: Desk, diary: Diary, books: Books
) -> None:
    colleague = stack.guard.member("Ana Auteure").account
    person = somebody(stack, colleague, last_name="Delaunay", first_names="Inès")
    office = stack.guard.organisation
    diary.give(person, office, colleague, at(-3, 10), state="present")
    diary.give(person, stack.guard.world.offices["South"], colleague, at(-2, 10))
    session, sent = books.session(str(uuid4())), str(uuid4())
    books.run(
        "INSERT INTO prescription (id, person, session, organisation, office, account, state, new_to_office,"
        " new_to_training, sent_at, changed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, 'entered', false, false, now(), now())",
        sent, person, session, str(uuid4()), office, colleague,
    )  # fmt: skip
    books.run(
        "INSERT INTO prescription_step (id, prescription, state, account, at) VALUES (%s, %s, 'sent', %s, now())",
        str(uuid4()), sent, colleague,
    )  # fmt: skip
    books.run(
        "INSERT INTO training_day (id, session, day, morning, afternoon, changed_by, changed_at)"
        " VALUES (%s, %s, %s, 180, 0, %s, now())",
        str(uuid4()), session, on(-1), colleague,
    )  # fmt: skip
    books.run(
        "INSERT INTO attendance (id, prescription, session, day, half, mark, changed_by, changed_at)"
        " VALUES (%s, %s, %s, %s, 'morning', 'late', %s, now())",
        str(uuid4()), sent, session, on(-1), colleague,
    )  # fmt: skip
    address = nora.works_on(person, "portability")
    assert not openings(stack, person)
    answer = nora.take(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch(r'attachment; filename="donnees-[0-9-]{10}\.json"', answer.headers["content-disposition"])
    assert answer.headers["cache-control"] == "no-store"
    whole = held(answer.json())
    assert (whole["format"], whole["version"], whole["source"]) == ("beffroi-person-data", 4, "organisation")
    assert whole["groups"]["identity"]["last_name"] == "Delaunay"
    assert whole["groups"]["followup"]["notes"] == [{"at": "2026-01-01T10:00:00Z", "text": NOTE}]
    assert whole["groups"]["sensitive_followup"]["notes"][0]["text"] == "Suivi médical"
    assert whole["withheld"] == []
    assert [one["state"] for one in whole["appointments"]] == ["present"], (
        "another office's are that office's to give"
    )
    [training] = whole["trainings"]
    assert training["title"] == "CAP cuisine"
    assert training["attendance"] == [{"day": on(-1).isoformat(), "half": "morning", "mark": "late"}]
    assert [step["state"] for step in training["steps"]] == ["sent"]
    assert whole["attachments"] == []
    assert [one["article"] for one in whole["requests"]] == ["portability"]
    assert {one["what"] for one in whole["not_included"]} == {
        "consultations", "other-organisations", "messages", "attachment-contents", "corrections", "request-texts",
        "dates-of-other-organisations",
    }  # fmt: skip
    for agent in (colleague, nora.member.account, "Auteure", "Nora"):
        assert agent not in answer.text
    released = openings(stack, person)
    assert {(str(row["account"]), row["purpose"]) for row in released} == {(nora.member.account, "person-rights")}


def test_access_is_answered_with_who_consulted_and_who_follows_and_portability_is_not(
    stack: Stack, nora: Desk
) -> None:
    person = somebody(stack)
    papers = nora.take(nora.works_on(person, "portability")).json()
    assert not {"consultations", "followed_by", "messages"} & papers.keys()
    before = len(openings(stack, person))
    whole = held(nora.take(nora.works_on(person)).json())
    assert {one["what"] for one in whole["not_included"]} == {
        "attachment-contents", "corrections", "request-texts", "dates-of-other-organisations",
    }  # fmt: skip
    told = whole["consultations"]
    assert len(told["rows"]) == before + 3, "with those of this handing out: the file, the papers, this very list"
    assert (told["shown_later_days"], told["left_out"], told["lost_until"]) == (60, 0, None)
    assert told["rows"][0] | {"at": ""} == {
        "at": "", "kind": "answering", "groups": [], "organisation": "North", "job": None,
        "purpose": "Demande de la personne concernée", "explanation": "followed", "reason": None,
    } | {"job": told["rows"][0]["job"]}  # fmt: skip
    assert [(one["organisation"], one["kind"]) for one in whole["followed_by"]] == [("North", "followed")]
    assert whole["messages"] == []
    for agent in (nora.member.account, "Nora"):
        assert agent not in str(whole)


def test_sheet_of_access_says_who_consulted_in_the_words_of_the_personal_space(stack: Stack, nora: Desk) -> None:
    person = somebody(stack)
    text = nora.take(nora.works_on(person), "html").text.replace("\N{NO-BREAK SPACE}", " ")
    for said in (
        "Qui a consulté votre dossier", "soixante jours au plus", "Cet organisme vous accompagne",
        "Organismes qui vous connaissent", "vous accompagne – depuis le",
    ):  # fmt: skip
        assert said in text, said
    assert "votre espace personnel les montre" not in text
    papers = nora.take(nora.works_on(person, "portability"), "html").text
    assert "Qui a consulté votre dossier</h2>" not in papers


def test_sheet_to_read_holds_the_same_and_nothing_that_runs(stack: Stack, nora: Desk) -> None:
    colleague = stack.guard.member("Ana Ecrivaine").account
    person = somebody(stack, colleague, last_name="Le Gall", first_names="Yann")
    answer = nora.take(nora.works_on(person), "html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="donnees-[0-9-]{10}\.html"', answer.headers["content-disposition"])
    assert "sandbox" in answer.headers["content-security-policy"]
    for said in ("Le Gall", "boulangerie", "Suivi médical", "Visiter l&#x27;atelier", "CEJ", "552,46"):
        assert said in answer.text, said
    assert "<script" not in answer.text
    assert not re.search(r"""\s(?:src|href)\s*=|url\(""", answer.text), "it loads nothing"
    assert colleague not in answer.text
    for file in stack.state.rglob("*"):
        if file.is_file() and os.access(file, os.R_OK):
            assert b"projet de boulangerie" not in file.read_bytes(), file
