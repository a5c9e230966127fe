"""A young person's appointments, trainings and documents, at whichever organisation, and nobody else's."""

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.office import camille, stack
from tests.browser.pages import Tour, meets
from tests.browser.test_personal_space import enter, file_of
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.guard.personal.space import Space, joined
from tests.guard.signin.serving import Member
from tests.person_data_schema import held
from tests.systems.cases.diary import Diary, at
from tests.systems.prescriptions.school import Books

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


@meets("own-dates", "own-documents", "own-document-gone", "own-file")
def test_person_reads_the_own_appointments_trainings_and_documents_and_nobody_elses(
    stack: Stack, camille: Member, fresh_for_module: FreshDatabase, tour: Tour
) -> None:
    page, french, guard = tour.page, tour.french, stack.guard
    last_name = "Agenda-Francais" if french else "Agenda-Anglais"
    person, other = file_of(stack, last_name), stack.person(organisation=guard.organisation)
    enter(stack, page, last_name, french=french)
    tour.press("link", "^Rendez-vous$", "^Appointments$")
    tour.meet("own-dates", "empty")
    diary, books = Diary(fresh_for_module), Books(fresh_for_module)
    south = guard.world.offices["South"]
    diary.give(person, guard.organisation, camille.account, at(3, 9), place="telephone")
    diary.give(person, guard.organisation, camille.account, at(1, 14), kind="contract")
    diary.give(person, south, camille.account, at(-30, 10), state="absent")
    diary.give(other, guard.organisation, camille.account, at(2, 11), kind="workshop")
    for whom, title in ((person, "CAP cuisine"), (other, "CAP plomberie")):
        session = books.session(str(uuid4()), title)
        books.run(
            "INSERT INTO prescription (id, person, session, organisation, office, account, state, new_to_office,"
            " new_to_training, sent_at, changed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, 'accepted', false, false, now(), now())",
            uuid4(), whom, session, uuid4(), guard.organisation, camille.account,
        )  # fmt: skip
    page.reload()
    tour.meet("own-dates")
    kinds = page.locator("main h3 + p")
    expect(kinds).to_have_count(4)
    words = (
        ("Contrat", "Entretien", "CAP cuisine", "Entretien") if french else ("contract", "Follow", "CAP", "Follow")
    )
    for number, word in enumerate(words):
        expect(kinds.nth(number)).to_contain_text(word)
    assert "plomberie" not in page.content()
    assert "Moreau" not in page.content(), "agents are never named"
    former = "Un organisme qui ne vous suit plus" if french else "An organisation that supports you no longer"
    expect(page.get_by_text(former)).to_have_count(1)

    space = Space(guard, person)
    tour.press("link", "^Documents$", "^Documents$")
    tour.meet("own-documents", "empty")
    joined(space, other, "contract")
    for _ in range(5):
        joined(space, person, "proof-of-address")
        joined(space, person, "certificate")
    kept = joined(space, person, "identity-document")
    page.reload()
    expect(page.locator(".closed li")).to_have_count(11)
    expect(page.get_by_text("Contrat" if french else "Contract")).to_have_count(0)
    tour.meet("own-documents")
    with page.expect_download() as saved:
        first = page.get_by_role("button", name=re.compile("^Télécharger" if french else "^Download")).first
        first.focus()
        first.press("Enter")
    slug = "piece-d-identite" if tour.french else "identity-document"
    assert re.fullmatch(slug + r"-\d{4}-\d\d-\d\d\.pdf", saved.value.suggested_filename)
    guard.execute("DELETE FROM guard.attachment WHERE id = $1", kept)
    tour.press("button", "^Télécharger", "^Download")
    tour.meet("own-document-gone")
    tour.press("link", "Revenir à mes documents", "Back to my documents")
    expect(page.locator(".closed li")).to_have_count(10)

    tour.press("link", "^Mon dossier$", "^My file$")
    tour.meet("own-file", "to-take")
    with page.expect_download() as taken:
        tour.press("button", "Télécharger mes données", "Download my data")
    whole = held(json.loads(Path(taken.value.path()).read_text("utf-8")))
    assert [one["kind"] for one in whole["appointments"]] == ["follow-up", "contract", "follow-up"]
    assert [one["organisation"] for one in whole["appointments"]].count(None) == 1, "South follows nobody here"
    assert [one["title"] for one in whole["trainings"]] == ["CAP cuisine"]
    assert {one["kind"] for one in whole["attachments"]} == {"certificate", "proof-of-address"}
