"""A prescription through the whole product: sent, answered, waited for, withdrawn; and what each side may read."""

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core.fields import Group
from tests.config.console.stack import Page, Stack
from tests.databases import FreshDatabase
from tests.systems.cases.adviser import Adviser, adviser, as_referent
from tests.systems.cases.diary import questions
from tests.systems.prescriptions.school import Books, School, academy, books, on, school, written

__all__ = ["academy", "adviser", "books"]


@dataclass
class Sent:
    """A prescription as both sides reach it."""

    person: str
    session: str
    id: str

    @property
    def received(self) -> str:
        """Its page at the training organisation."""
        return f"/prescriptions/recues/{self.id}/"

    @property
    def sent(self) -> str:
        """Its page at the office."""
        return f"/prescriptions/{self.id}/"


@dataclass
class Table:
    """An office and a training organisation, and what passes between them."""

    stack: Stack
    adviser: Adviser
    academy: School
    books: Books

    def person(self, name: str) -> str:
        return self.stack.person(
            organisation=self.stack.guard.organisation, referent=as_referent(self.adviser.member), last_name=name
        )

    def send(self, name: str, session: str) -> Sent:
        person = self.person(name)
        page = self.adviser.visitor.post(f"/catalogue/{session}/prescrire/{person}/", {})
        assert page.status == 200, page.text
        assert "La prescription est envoyée." in page.text
        return Sent(person, session, page.url.split("/")[2])

    def answer(self, sent: Sent, said: str, why: str = "") -> Page:
        page = self.academy.visitor.get(sent.received)
        return self.academy.visitor.post(sent.received, {"said": said, "why": why}, page=page)

    def state(self, sent: Sent) -> str:
        return str(self.books.run("SELECT state FROM prescription WHERE id = %s", sent.id)[0]["state"])

    def knows(self, person: str) -> bool:
        """Whether the guard holds a live relation of the training organisation with the person."""
        return bool(
            self.stack.guard.one(
                "SELECT count(*) FROM guard.relation WHERE person = $1 AND organisation = $2 AND until_at > now()",
                person, self.academy.organisation,
            )
        )  # fmt: skip


@pytest.fixture(scope="module")
def table(stack: Stack, adviser: Adviser, academy: School, books: Books) -> Table:
    return Table(stack, adviser, academy, books)


@pytest.fixture(scope="module")
def other_table(stack: Stack, adviser: Adviser, academy: School, books: Books) -> Table:
    """With a colleague of the adviser's: an account prescribes to fifteen people a day."""
    member = stack.guard.member("Bea Collegue")
    colleague = Adviser(member, stack.signed_in(member), adviser.own, adviser.nir, adviser.agency_id)
    return Table(stack, colleague, academy, books)


def test_adviser_prescribes_from_the_file_and_the_school_reads_two_groups_alone(table: Table) -> None:
    person = table.person("Delorme")
    session = table.books.session(table.academy.organisation, "CAP boulanger")
    visitor = table.adviser.visitor
    file = visitor.get(f"/personnes/{person}/")
    search = f"/catalogue/?personne={person}"
    assert search in file.links()
    found = visitor.get(f"{search}&mots=boulanger")
    link = next(link for link in found.links() if session in link)
    shown = visitor.get(link)
    confirm = f"/catalogue/{session}/prescrire/{person}/"
    assert confirm in shown.links()
    assert not table.knows(person)
    page = visitor.get(confirm)
    assert "Delorme" in page.text
    assert "la rubrique Formation du dossier" in page.text
    assert not table.knows(person), "seen is not sent"
    sent = visitor.post(confirm, {}, page=page)
    assert "La prescription est envoyée." in sent.text
    assert table.knows(person)
    assert "Delorme" not in " ".join(visitor.went)
    school = table.academy.visitor
    queue = school.get("/prescriptions/recues/")
    assert "DELORME" in queue.text
    one = school.get(
        next(link for link in queue.links() if re.fullmatch(r"/prescriptions/recues/[0-9a-f-]{36}/", link))
    )
    assert one.status == 200
    office = table.stack.guard.one(
        "SELECT name FROM guard.organisation WHERE id = $1::uuid", table.stack.guard.organisation
    )
    assert f"Prescrite par {office}" in queue.text
    assert f"Prescrite par {office}" in one.text
    released = table.stack.guard.journal("released", table.academy.member.account)
    assert {entry["groups"] for entry in released if str(entry["person"]) == person} <= {1, 1 | 64}
    assert school.get(f"/personnes/{person}/?rubriques=contact.situation").text.count("Coordonnées") == 0


def test_school_accepts_and_the_adviser_sees_what_is_new_once(table: Table) -> None:
    session = table.books.session(table.academy.organisation, places=2)
    sent = table.send("Accueillie", session)
    before = table.adviser.visitor.get("/mon-compte/")
    done = table.answer(sent, "accept")
    assert "La prescription est acceptée." in done.text
    assert (table.state(sent), table.books.one(session)["taken"]) == ("accepted", 1)
    after = table.adviser.visitor.get("/mon-compte/")
    assert "Prescriptions 1 " in after.text
    assert "Prescriptions 1 " not in before.text
    new = table.adviser.visitor.get("/prescriptions/")
    assert "ACCUEILLIE" in new.text
    assert "Du nouveau" in new.text
    assert "Acceptée" in table.adviser.visitor.get(sent.sent).text
    assert "Prescriptions 1 " not in table.adviser.visitor.get("/mon-compte/").text


def test_school_refuses_with_a_reason_and_knows_the_person_no_more(table: Table) -> None:
    session = table.books.session(table.academy.organisation)
    sent = table.send("Refusee", session)
    bare = table.answer(sent, "refuse")
    assert bare.status == 422
    assert "Choisissez un motif" in bare.text
    assert table.state(sent) == "sent"
    done = table.answer(sent, "refuse", "prerequisites")
    assert "vous ne voyez plus la personne" in done.text
    assert not table.knows(sent.person)
    gone = table.academy.visitor.get(sent.received)
    assert gone.status == 200
    assert "Refusee" not in gone.text
    assert "Votre réponse" not in gone.text
    seen = table.adviser.visitor.get(sent.sent)
    assert "Prérequis non atteints" in seen.text
    assert "Refusee" in seen.text


def test_waiting_list_moves_up_when_a_place_is_freed_and_both_sides_see_it(table: Table) -> None:
    session = table.books.session(table.academy.organisation, places=1)
    first, second, third = (table.send(name, session) for name in ("Prime", "Deuxio", "Tertio"))
    assert "Il reste une place" in table.answer(second, "wait").text or table.state(second) == "sent"
    assert table.state(second) == "sent"
    table.answer(first, "accept")
    full = table.answer(second, "accept")
    assert full.status == 422
    table.answer(third, "wait")
    table.answer(second, "wait")
    assert "1 personne attend avant elle" in table.adviser.visitor.get(second.sent).text
    withdrawn = table.adviser.visitor.post(first.sent, {}, page=table.adviser.visitor.get(first.sent))
    assert "La prescription est retirée" in withdrawn.text
    assert not table.knows(first.person)
    assert [table.state(each) for each in (first, second, third)] == ["withdrawn", "waiting", "offered"]
    assert table.books.one(session)["taken"] == 1
    news = table.academy.visitor.get("/prescriptions/recues/?vue=a-voir")
    assert "Retirée" in news.text
    assert "PRIME" not in news.text, "whoever was withdrawn is no longer known"
    assert "Du nouveau" in news.text
    table.academy.visitor.get(first.received)
    assert "Du nouveau" not in table.academy.visitor.get("/prescriptions/recues/?vue=a-voir").text
    assert "Place libérée" in table.academy.visitor.get(third.received).text
    assert "Place libérée" in table.adviser.visitor.get("/prescriptions/?vue=a-voir").text
    table.answer(third, "accept")
    assert table.state(third) == "accepted"
    form = table.academy.visitor.get(f"/sessions/{session}/modifier/")
    names = ("title", "reference", "commune", "address", "starts_on", "ends_on", "rome")
    fields = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', form.html) for name in names}
    typed = {name: found[1] if found else "" for name, found in fields.items()} | {"places": "2", "prerequisites": ""}
    saved = table.academy.visitor.post(
        f"/sessions/{session}/modifier/", typed | form.hidden("Enregistrer"), page=form
    )
    assert "C’est enregistré." in saved.text, saved.text
    assert (table.state(second), table.books.one(session)["taken"]) == ("offered", 2)


def test_trainee_enters_drops_out_or_ends_on_its_days(table: Table) -> None:
    begun = table.books.session(table.academy.organisation, starts_on=on(-10), ends_on=on(0))
    one, other, third = (table.send(name, begun) for name in ("Entre", "Quitte", "Absente"))
    for sent in (one, other, third):
        table.answer(sent, "accept")
    table.answer(one, "enter")
    table.answer(other, "enter")
    assert table.answer(other, "leave").status == 422, "said on the trainee's own page"
    assert f"/stagiaires/{other.id}/" in table.academy.visitor.get(other.received).links()
    table.academy.visitor.post(f"/stagiaires/{other.id}/", {"said": "leave", "why": "moved"})
    table.answer(third, "miss")
    table.academy.visitor.post(f"/stagiaires/{one.id}/", {"said": "complete"})
    assert [table.state(each) for each in (one, other, third)] == ["ended", "left", "absent"]
    assert [table.knows(each.person) for each in (one, other, third)] == [True, True, False]
    assert table.books.one(begun)["taken"] == 1
    early = table.send("Trop", table.books.session(table.academy.organisation, starts_on=on(5), ends_on=on(9)))
    table.answer(early, "accept")
    assert table.answer(early, "enter").status == 422
    assert "Formation terminée" in table.adviser.visitor.get(one.sent).text


def test_session_called_off_cancels_its_prescriptions_and_forgets_its_people(table: Table) -> None:
    session = table.books.session(table.academy.organisation)
    one, other = table.send("Annulee", session), table.send("Avec", session)
    table.answer(one, "accept")
    done = table.academy.visitor.post(f"/sessions/{session}/annulation/", {})
    assert "La session est annulée." in done.text
    assert [table.state(each) for each in (one, other)] == ["cancelled", "cancelled"]
    assert not table.knows(one.person)
    assert not table.knows(other.person)
    assert table.adviser.visitor.get(f"/catalogue/{session}/prescrire/").status == 404
    begun = table.books.session(table.academy.organisation, starts_on=on(-1))
    third = table.send("Restee", begun)
    table.answer(third, "accept")
    table.answer(third, "enter")
    kept = table.academy.visitor.post(f"/sessions/{begun}/annulation/", {})
    assert "ne peut plus être annulée" in kept.text
    assert table.books.one(begun)["cancelled_at"] is None


def test_person_of_two_prescriptions_is_known_until_the_last_of_them_ends(table: Table) -> None:
    session, other = (table.books.session(table.academy.organisation, ends_on=on(days)) for days in (200, 60))
    sent = table.send("Double", session)
    page = table.adviser.visitor.post(f"/catalogue/{other}/prescrire/{sent.person}/", {})
    second = Sent(sent.person, other, page.url.split("/")[2])
    until = table.stack.guard.one(
        "SELECT until_at::date FROM guard.relation WHERE person = $1 AND organisation = $2",
        sent.person, table.academy.organisation,
    )  # fmt: skip
    assert until >= on(229), "the longer one counts"
    table.answer(second, "refuse", "other-course")
    assert table.knows(sent.person)
    table.adviser.visitor.post(sent.sent, {})
    assert not table.knows(sent.person)


def test_same_prescription_twice_is_refused_and_again_after_its_end_is_not(table: Table) -> None:
    session = table.books.session(table.academy.organisation)
    sent = table.send("Encore", session)
    address = f"/catalogue/{session}/prescrire/{sent.person}/"
    twice = table.adviser.visitor.post(address, {})
    assert twice.status == 409
    assert "déjà une prescription en cours" in twice.text
    assert "Envoyer la prescription" not in twice.text
    assert f"/personnes/{sent.person}/prescriptions/" in twice.links()
    assert len(table.books.run("SELECT * FROM prescription WHERE session = %s", session)) == 1
    table.answer(sent, "refuse", "declined")
    replayed = table.answer(sent, "accept")
    assert replayed.status == 422
    assert table.state(sent) == "refused"
    assert table.adviser.visitor.post(address, {}).status == 200


def test_office_that_was_renamed_is_called_so_from_its_next_prescription(other_table: Table) -> None:
    table, school = other_table, other_table.academy
    sent = table.send("Renommee", table.books.session(school.organisation))
    table.books.run("UPDATE prescribing_office SET name = 'Ancien nom'")
    assert "Prescrite par Ancien nom" in school.visitor.get(sent.received).text
    again = table.books.session(school.organisation)
    assert table.adviser.visitor.post(f"/catalogue/{again}/prescrire/{sent.person}/", {}).status == 200
    page = school.visitor.get(sent.received)
    assert "Prescrite par" in page.text
    assert "Ancien nom" not in page.text


def test_adviser_prescribes_nobody_whom_the_office_does_not_follow(table: Table) -> None:
    world = table.stack.guard.world
    session = table.books.session(table.academy.organisation)
    elsewhere = table.stack.person(organisation=world.offices["South"], last_name="Ailleurs")
    count = len(table.books.run("SELECT * FROM prescription"))
    for person in (elsewhere, str(uuid4())):
        address = f"/catalogue/{session}/prescrire/{person}/"
        assert table.adviser.visitor.get(address).status == 404
        assert table.adviser.visitor.post(address, {}).status == 404
    assert len(table.books.run("SELECT * FROM prescription")) == count
    assert table.adviser.visitor.get(f"/personnes/{elsewhere}/prescriptions/").status == 404


def test_other_office_and_other_school_meet_a_prescription_as_one_that_does_not_exist(other_table: Table) -> None:
    guard = other_table.stack.guard
    sent = other_table.send("Privee", other_table.books.session(other_table.academy.organisation))
    other = school(other_table.stack, "Elsewhere", "Odile Autre")
    south = other_table.stack.signed_in(guard.member("Sophie Sud", organisation=guard.world.offices["South"]))
    for visitor, path in ((other.visitor, sent.received), (south, sent.sent)):
        unknown = path.replace(sent.id, str(uuid4()))
        assert visitor.get(path).status == visitor.get(unknown).status == 404
        assert visitor.post(path, {"said": "accept"}).status == 404
    assert "Privee".upper() not in other.visitor.get("/prescriptions/recues/").text
    assert other.visitor.get(sent.sent).status == other_table.adviser.visitor.get(sent.received).status == 404
    assert other_table.state(sent) == "sent"


def test_school_says_only_what_the_state_allows(other_table: Table) -> None:
    sent = other_table.send("Dite", other_table.books.session(other_table.academy.organisation))
    for said in ("withdraw", "offer", "cancel", "enter", "", "x" * 5_000, "accept\x00"):
        assert other_table.answer(sent, said).status == 422, said
    assert other_table.state(sent) == "sent"


def test_guard_that_refuses_or_fails_leaves_no_prescription(other_table: Table) -> None:
    guard = other_table.stack.guard
    session = other_table.books.session(other_table.academy.organisation)
    person = other_table.person("Sansgarde")
    token = other_table.adviser.visitor.get("/accessibilite/")
    closed = other_table.books.session(str(uuid4()), "Organisme inconnu")
    refused = other_table.adviser.visitor.post(f"/catalogue/{closed}/prescrire/{person}/", {}, page=token)
    assert refused.status == 409
    other_table.stack.down.set()
    try:
        failed = other_table.adviser.visitor.post(f"/catalogue/{session}/prescrire/{person}/", {}, page=token)
        assert failed.status >= 500 or "garde ne répond pas" in failed.text
    finally:
        other_table.stack.down.clear()
    assert other_table.books.run("SELECT * FROM prescription WHERE person = %s", person) == []
    assert guard.one("SELECT count(*) FROM guard.relation WHERE person = $1", person) == 1


def test_queue_costs_three_questions_of_the_database_and_one_list_of_the_guard(
    other_table: Table, postgres: EmbeddedPostgres, fresh_for_module: FreshDatabase
) -> None:
    other_table.stack.asked.clear()
    with questions(postgres, fresh_for_module) as cost:
        page = other_table.academy.visitor.get("/prescriptions/recues/")
    assert page.status == 200
    calls = [call for call in other_table.stack.asked if call != "POST /v1/token"]
    assert calls == ["GET /v1/session", "POST /v1/list"]
    assert len(cost.asked) == 4, cost.asked  # page, its count, the tab's count, the navigation's


def test_school_keeps_its_catalogue_while_the_files_are_contained(other_table: Table) -> None:
    guard, school = other_table.stack.guard, other_table.academy.visitor
    sent = other_table.send("Confinee", other_table.books.session(other_table.academy.organisation))
    assert "CONFINEE" in school.get("/prescriptions/recues/").text
    cut = guard.run(guard.world.contain("groups", groups=int(Group.IDENTITY | Group.TRAINING)))
    try:
        fields = {
            "title": "CAP fleuriste", "reference": "FLE-1", "commune": "Riom (63200)", "places": "8", "rome": "D1209",
            "starts_on": written(on(40)), "ends_on": written(on(200)),
        }  # fmt: skip
        assert "La session est au catalogue." in school.post("/sessions/nouvelle/", fields).text
        assert school.get("/sessions/export.csv").status == 200
        assert school.get("/catalogue/?mots=fleuriste").text.count("CAP fleuriste") == 1
        queue = school.get("/prescriptions/recues/")
        assert queue.status == 200
        assert "CONFINEE" not in queue.text
        assert "Confinee" not in school.get(sent.received).text
    finally:
        guard.amend("containment", cut, lifted_at=guard.run(guard.world.now()))
    assert "CONFINEE" in school.get("/prescriptions/recues/").text


def test_console_s_tables_and_log_hold_no_name_of_anybody_prescribed(other_table: Table) -> None:
    rows = repr(other_table.books.run("SELECT * FROM prescription")) + repr(
        other_table.books.run("SELECT * FROM prescription_step")
    )
    for name in ("Delorme", "Accueillie", "Refusee", "Deuxio", "Privee", "Encore"):
        assert name not in rows
        assert name not in other_table.stack.log()
