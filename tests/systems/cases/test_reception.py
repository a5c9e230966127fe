"""The reception desk: today's people by name alone, who is here, who comes without an appointment."""

import re
from uuid import uuid4

import pytest

from beffroi.guard.vault.records import Followup, Note
from tests.config.console.stack import Stack, Visitor
from tests.databases import FreshDatabase
from tests.systems.cases.adviser import Adviser, adviser, as_referent
from tests.systems.cases.diary import Diary, at

__all__ = ["adviser"]


@pytest.fixture(scope="module")
def diary(fresh_for_module: FreshDatabase) -> Diary:
    return Diary(fresh_for_module)


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Visitor:
    return stack.signed_in(stack.guard.member("Sandrine Accueil", role="receptionist"))


def expected(stack: Stack, adviser: Adviser, diary: Diary, name: str, *, days: int = 0) -> tuple[str, str]:
    """Somebody with an appointment: the person and the appointment."""
    note = Note(at="2026-01-05T10:00:00Z", text="Rien pour l’accueil.")
    person = stack.person(
        organisation=stack.guard.organisation, referent=as_referent(adviser.member), last_name=name,
        followup=Followup(notes=(note,)),
    )  # fmt: skip
    hour = at(days, 0)
    return person, diary.give(person, stack.guard.organisation, adviser.member.account, hour)


def test_receptionist_sees_who_is_expected_and_says_who_is_here(
    stack: Stack, adviser: Adviser, diary: Diary, desk: Visitor
) -> None:
    _, given = expected(stack, adviser, diary, "Attendue")
    expected(stack, adviser, diary, "Demain", days=1)
    page = desk.get("/reception/")
    assert "Camille Attendue" in page.text
    assert "Ana Adviser" in page.text
    assert "Demain" not in page.text
    arrived = desk.post(f"/reception/{given}/", {"move": "attend"}, page=page)
    assert "L’arrivée est notée." in arrived.text
    assert "Arrivée à" in arrived.text
    row = diary.one(given)
    assert row["state"] == "present"
    assert row["arrived_at"] is not None
    assert "Camille Attendue" in desk.get("/reception/?voir=arrives").text
    assert "Camille Attendue" not in desk.get("/reception/?voir=attendus").text
    assert "Arrivée à" in adviser.visitor.get("/rendez-vous/jour/").text
    again = desk.post(f"/reception/{given}/", {"move": "miss"}, page=page)
    assert "Cela ne peut plus être dit" in again.text


def test_arrival_taken_back_leaves_no_hour_of_arrival(
    stack: Stack, adviser: Adviser, diary: Diary, desk: Visitor
) -> None:
    _, given = expected(stack, adviser, diary, "Reprise")
    page = desk.get("/reception/")
    desk.post(f"/reception/{given}/", {"move": "attend"}, page=page)
    desk.post(f"/rendez-vous/{given}/etat/", {"move": "correct"}, page=page)
    assert (diary.one(given)["state"], diary.one(given)["arrived_at"]) == ("planned", None)


@pytest.mark.parametrize(("move", "state"), [("miss", "absent"), ("excuse", "excused")])
def test_receptionist_says_who_did_not_come(
    stack: Stack, adviser: Adviser, diary: Diary, desk: Visitor, move: str, state: str
) -> None:
    _, given = expected(stack, adviser, diary, f"Venue{move}")
    said = desk.post(f"/reception/{given}/", {"move": move}, page=desk.get("/reception/"))
    assert "L’absence est notée." in said.text
    assert (diary.one(given)["state"], diary.one(given)["arrived_at"]) == (state, None)


def test_nobody_arrives_for_an_appointment_of_another_day_or_of_another_office(
    stack: Stack, adviser: Adviser, diary: Diary, desk: Visitor
) -> None:
    _, yesterday = expected(stack, adviser, diary, "Passee", days=-1)
    south = stack.guard.world.offices["South"]
    person = stack.person(organisation=south, last_name="Sud")
    elsewhere = diary.give(person, south, adviser.member.account, at(0, 0))
    page = desk.get("/reception/")
    desk.post(f"/reception/{yesterday}/", {"move": "attend"}, page=page)
    assert diary.one(yesterday)["state"] == "planned"
    for unknown in (elsewhere, str(uuid4())):
        assert desk.post(f"/reception/{unknown}/", {"move": "attend"}, page=page).status == 404
    assert diary.one(elsewhere)["state"] == "planned"
    for move in ("cancel", "correct", "postpone", ""):
        assert desk.post(f"/reception/{yesterday}/", {"move": move}, page=page).status == 404


def test_adviser_has_no_desk(stack: Stack, adviser: Adviser, diary: Diary) -> None:
    person, given = expected(stack, adviser, diary, "Guichet")
    page = adviser.visitor.get(f"/personnes/{person}/")
    assert "/reception/" not in page.links()
    assert adviser.visitor.get("/reception/").url == "/rendez-vous/", "they have hours of their own"
    member = stack.guard.member("Max Comptes")
    manager = stack.signed_in(member)
    held = stack.guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    stack.guard.amend("habilitation", held, role="account-manager")
    assert "n’est pas ouverte à votre rôle" in manager.get("/reception/").text
    assert adviser.visitor.post(f"/reception/{given}/", {"move": "attend"}, page=page).status == 404
    assert adviser.visitor.get(f"/reception/sans-rendez-vous/{person}/").status == 404
    assert diary.one(given)["state"] == "planned"


def test_walk_in_is_found_exactly_and_received_by_an_adviser(
    stack: Stack, adviser: Adviser, diary: Diary, desk: Visitor
) -> None:
    expected(stack, adviser, diary, "Habituee")
    person = stack.person(organisation=stack.guard.organisation, last_name="Imprevue", birth_date="2004-02-03")
    wanted = {"recherche": "identite", "last_name": "Imprevue", "first_name": "Camille", "birth_date": "03/02/2004"}
    found = desk.post("/recherche/", wanted)
    address = f"/reception/sans-rendez-vous/{person}/"
    assert address in found.links()
    form = desk.get(address)
    assert "Camille Imprevue" in form.text
    assert '<option value="first" selected>' in form.html
    assert "Ana Adviser" in form.text
    fields = {"account": str(adviser.member.account), "kind": "first", "minutes": "30"}
    first = re.search(r'<select name="account".*?<option value="([^"]*)"[^>]*>([^<]*)<', form.html, re.DOTALL)
    assert first is not None
    assert first.groups() == ("", "Choisissez un conseiller")
    for chosen in (str(uuid4()), ""):
        assert desk.post(address, fields | {"account": chosen}, page=form).status == 422
    assert not diary.of(person)
    page = desk.post(address, fields, page=form)
    assert "L’arrivée est notée." in page.text
    [row] = diary.of(person)
    assert (row["state"], row["kind"], str(row["account"])) == ("present", "first", str(adviser.member.account))
    assert row["arrived_at"] is not None
    assert "Camille Imprevue" in adviser.visitor.get("/rendez-vous/jour/").text


def test_receptionist_reads_an_identity_and_nothing_else_of_whom_she_receives(
    stack: Stack, adviser: Adviser, diary: Diary, desk: Visitor
) -> None:
    person, _ = expected(stack, adviser, diary, "Discrete")
    walk_in = desk.get(f"/reception/sans-rendez-vous/{person}/")
    assert "avec Ana Adviser" in walk_in.text
    assert '<option value="follow-up" selected>' in walk_in.html
    own = f"/reception/sans-rendez-vous/{person}/", f"/personnes/{person}/?rubriques=followup"
    for address in ("/reception/", *own):
        page = desk.get(address)
        assert page.status == 200
        assert "Rien pour l’accueil" not in page.text
    masks = stack.guard.run(
        stack.guard.world.conn.fetch(
            "SELECT DISTINCT groups FROM guard.journal WHERE person = $1 AND kind = 'released'", person
        )
    )
    assert [row["groups"] for row in masks] == [1]


def test_receptionist_receives_nobody_who_is_followed_elsewhere(stack: Stack, desk: Visitor) -> None:
    person = stack.person(organisation=stack.guard.world.offices["South"], last_name="Lointaine")
    for unknown in (person, str(uuid4())):
        assert desk.get(f"/reception/sans-rendez-vous/{unknown}/").status == 404
