"""Notes and steps through the console: outlines, sensitive notes, corrections that stay visible, what is due."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from beffroi.guard.vault.records import FollowedAction, Followup, Note, SensitiveFollowup
from beffroi.systems.cases.notes.outlines import OUTLINES, read
from tests.config.console.stack import Page, Stack
from tests.systems.cases.adviser import Adviser, adviser, as_referent
from tests.systems.cases.diary import at

__all__ = ["adviser"]


def whose(stack: Stack, adviser: Adviser, last_name: str, **records: object) -> str:
    return stack.person(
        organisation=stack.guard.organisation, referent=as_referent(adviser.member), last_name=last_name, **records
    )


def opened(adviser: Adviser, person: str, groups: str = "followup") -> Page:
    return adviser.visitor.get(f"/personnes/{person}/?rubriques={groups}")


def test_outline_fills_the_form_and_is_named_above_the_note(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Modele")
    form = adviser.visitor.get(f"/personnes/{person}/suivi/?modele=assessment")
    assert "Objectifs fixés au départ" in form.html
    fields = form.hidden("Enregistrer la note")
    empty = adviser.visitor.post(
        f"/personnes/{person}/suivi/", fields | {"text": OUTLINES["assessment"].text}, page=form
    )
    assert empty.status == 422
    assert "Le modèle est encore vide" in empty.text
    page = adviser.visitor.post(
        f"/personnes/{person}/suivi/", fields | {"text": "Période : 2026\nAtteint : permis"}, page=form
    )
    assert page.status == 200, page.text
    assert re.search(r"Ana Adviser – Bilan", page.text)


def test_sensitive_note_goes_to_its_own_group_and_not_to_the_follow_up(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Sensible")
    page = adviser.visitor.post(
        f"/personnes/{person}/suivi/", {"text": "Suivie par le CMP.", "group": "sensitive_followup"}
    )
    assert page.status == 200, page.text
    assert "Suivie par le CMP." in page.text
    assert "CMP" not in opened(adviser, person).text
    kinds = stack.guard.run(
        stack.guard.world.conn.fetch(
            "SELECT groups FROM guard.journal WHERE person = $1 AND kind = 'updated'", person
        )
    )
    assert [row["groups"] for row in kinds] == [512]


def test_author_corrects_her_note_and_what_was_written_stays_beside(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Corrigee")
    page = adviser.visitor.post(f"/personnes/{person}/suivi/", {"text": "Permis en mai."})
    address = f"/personnes/{person}/notes/followup/0/"
    assert address in page.links()
    form = adviser.visitor.get(address)
    assert "Permis en mai." in form.html
    saved = adviser.visitor.post(address, {"text": "Permis en juin."}, page=form)
    assert saved.status == 200, saved.text
    assert "Permis en juin." in saved.text
    assert "Corrigée une fois" in saved.text
    assert "Permis en mai." in saved.text


def test_adviser_is_offered_no_correction_of_a_colleagues_note_nor_of_an_old_one(
    stack: Stack, adviser: Adviser
) -> None:
    colleague = stack.guard.member("Karim Colle")
    old = (datetime.now(UTC) - timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fresh = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    notes = (
        Note(at=old, text="Ancienne.", author=str(adviser.member.account)),
        Note(at=fresh, text="De Karim.", author=str(colleague.account)),
    )
    person = whose(stack, adviser, "Autrui", followup=Followup(notes=notes))
    page = opened(adviser, person)
    assert "De Karim." in page.text
    for number in (0, 1):
        address = f"/personnes/{person}/notes/followup/{number}/"
        assert address not in page.links()
        assert adviser.visitor.get(address).status == 404
        refused = adviser.visitor.post(address, {"text": "Autre chose."}, page=page)
        assert "Autre chose." not in refused.text
    assert adviser.visitor.get(f"/personnes/{person}/notes/situation/0/").status == 404


def test_step_goes_through_its_states_and_its_day_to_the_agents_list(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Demarche")
    day = at(0, 9).date() + timedelta(days=5)
    fields = {"label": "Refaire le CV", "by": "agent", "due_on": day.isoformat()}
    page = adviser.visitor.post(f"/personnes/{person}/demarches/", fields)
    assert page.status == 200, page.text
    assert "Refaire le CV" in page.text
    assert "À faire" in page.text
    due = adviser.visitor.get("/demarches/")
    assert "Camille Demarche" in due.text
    assert "Refaire" not in due.text
    done = adviser.visitor.post(f"/personnes/{person}/demarches/0/", {"etat": "done"}, page=page)
    assert "Accomplie" in done.text
    assert "Camille Demarche" not in adviser.visitor.get("/demarches/").text
    again = adviser.visitor.post(f"/personnes/{person}/demarches/0/", {"etat": "dropped"}, page=done)
    assert again.status == 404
    adviser.visitor.post(f"/personnes/{person}/demarches/0/", {"etat": "to-do"}, page=done)
    assert "Camille Demarche" in adviser.visitor.get("/demarches/").text


def test_step_of_yesterday_is_refused_and_kept_on_the_form(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Hier")
    day = at(0, 9).date() - timedelta(days=1)
    page = adviser.visitor.post(
        f"/personnes/{person}/demarches/", {"label": "Refaire le CV", "by": "agent", "due_on": day.isoformat()}
    )
    assert page.status == 422
    assert "Refaire le CV" in page.html
    assert page.text.count("Camille Hier") == 2  # below the title and in the breadcrumb


def test_person_is_named_on_every_form_of_the_file_that_comes_back(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Nommee")
    adviser.visitor.post(f"/personnes/{person}/suivi/", {"text": "Permis en mai."})
    correction = f"/personnes/{person}/notes/followup/0/"
    note = adviser.visitor.post(f"/personnes/{person}/suivi/", {"text": ""})
    edited = f"/personnes/{person}/modifier/contact/"
    form = adviser.visitor.get(edited)
    wrong = form.hidden("Enregistrer") | {"contact-email": "nulle part"}
    pages = (
        note, adviser.visitor.get(correction), adviser.visitor.post(correction, {"text": ""}),
        adviser.visitor.post(edited, wrong, page=form),
    )  # fmt: skip
    assert [page.status for page in pages] == [422, 200, 422, 422]
    for page in pages:
        assert page.text.count("Camille Nommee") == 2


def test_step_of_an_import_keeps_its_words(stack: Stack, adviser: Adviser) -> None:
    step = FollowedAction(label="Bilan de santé", status="en cours", at="2026-01-05")
    page = opened(adviser, whose(stack, adviser, "Reprise", followup=Followup(actions=(step,))))
    assert "Bilan de santé" in page.text
    assert "en cours" in page.text


def test_quality_officer_is_offered_neither_sensitive_notes_nor_a_form(stack: Stack, adviser: Adviser) -> None:
    note = Note(at="2026-01-05T10:00:00Z", text="Suivie par le CMP.")
    person = whose(
        stack, adviser, "Qualite", followup=Followup(notes=(note,)),
        sensitive_followup=SensitiveFollowup(notes=(note,)),
    )  # fmt: skip
    officer = stack.signed_in(stack.guard.member("Quentin Qualite", role="receptionist"))
    for address in (f"/personnes/{person}/suivi/", f"/personnes/{person}/demarches/"):
        assert officer.get(address).status == 404
    page = officer.get(f"/personnes/{person}/?rubriques=followup.sensitive_followup")
    assert "CMP" not in page.text
    assert "Notes sensibles" not in page.text


@pytest.mark.parametrize(
    "text",
    ["", "[x]\nfr = 'a'", "[x]\nfr = 'a'\nen = 'b'\ntext = ' '", "[x]\nfr = 'a'\nen = 'b'\ntext = 'c'\nmore = 1",
     f"[x]\nfr = 'a'\nen = 'b'\ntext = '{'c' * 4_001}'"],
)  # fmt: skip
def test_outlines_that_are_not_whole_are_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match=r"outline|fr, en|text|long"):
        read(text)
