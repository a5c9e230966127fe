"""The situation through time: written once, corrected by another entry, and editing a field keeps what it said."""

import re
from datetime import timedelta

import pytest

from beffroi.core.situations import CODES, Subject
from beffroi.guard.vault.records import Change, Situation
from beffroi.systems.cases.situations import words
from tests.config.console.stack import Page, Stack
from tests.systems.cases.adviser import Adviser, adviser, as_referent
from tests.systems.cases.diary import at

__all__ = ["adviser"]
TODAY = at(0, 9).date()


def whose(stack: Stack, adviser: Adviser, last_name: str, *changes: Change) -> str:
    return stack.person(
        organisation=stack.guard.organisation, referent=as_referent(adviser.member), last_name=last_name,
        situation=Situation(housing="Chez ses parents", changes=changes),
    )  # fmt: skip


def spoken(page: Page) -> str:
    return " ".join(page.text.split())


def housing(adviser: Adviser, code: str, on: str) -> Change:
    return Change(at="2026-02-01T09:00:00Z", author=str(adviser.member.account), on=on, subject="housing", code=code)


def test_adviser_notes_a_change_which_stands_with_her_name(stack: Stack, adviser: Adviser) -> None:
    address = f"/personnes/{whose(stack, adviser, 'Foyer', housing(adviser, 'family', '2026-01-05'))}/situation/"
    fields = {"what": "housing:hostel", "on": (TODAY - timedelta(days=3)).isoformat(), "text": "Place trouvée."}
    page = adviser.visitor.post(address, fields)
    assert page.status == 200, page.text
    assert "C’est enregistré." in page.text
    now = page.text[page.text.index("Aujourd’hui") : page.text.index("Tous les changements")]
    assert "Foyer ou résidence" in now
    assert "Chez ses parents" not in now
    every = page.text[page.text.index("Tous les changements") :]
    assert "Place trouvée." in every
    assert "Chez ses parents ou sa famille" in every
    assert "Ana Adviser" in every


def test_adviser_corrects_a_change_and_the_wrong_one_stays_on_the_list(stack: Stack, adviser: Adviser) -> None:
    address = f"/personnes/{whose(stack, adviser, 'Erreur', housing(adviser, 'alone', '2026-01-05'))}/situation/"
    form = adviser.visitor.get(f"{address}?corrige=0")
    assert 'value="2026-01-05"' in form.html
    fields = form.hidden("Enregistrer le changement") | {"what": "housing:hosted", "on": "2026-01-05"}
    assert fields["corrects"] == "0"
    other = adviser.visitor.post(address, fields | {"what": "work:seeking"}, page=form)
    assert "Une correction porte sur le même sujet" in other.text
    page = adviser.visitor.post(address, fields, page=form)
    assert "Corrigé" in page.text
    assert "Logement à son nom" in page.text[page.text.index("Tous les changements") :]
    assert "Hébergement par un proche" in page.text[: page.text.index("Tous les changements")]


def test_correction_begins_with_what_was_written(stack: Stack, adviser: Adviser) -> None:
    change = Change(
        at="2026-02-01T09:00:00Z", author=str(adviser.member.account), on="2026-01-05", subject="housing",
        code="alone", text="Bail du 5 janvier.",
    )  # fmt: skip
    address = f"/personnes/{whose(stack, adviser, 'Redite', change)}/situation/"
    form = adviser.visitor.get(f"{address}?corrige=0")
    assert re.search(r"<textarea[^>]*>\s*Bail du 5 janvier\.</textarea>", form.html)
    fields = form.hidden("Enregistrer le changement") | {"what": "housing:shared", "on": "2026-01-05", "text": ""}
    page = adviser.visitor.post(address, fields, page=form)
    assert re.search(r"<s>Bail du 5 janvier\.</s>", page.html)
    assert "Bail" not in re.sub(
        r"<li>.*?</li>", "", adviser.visitor.get(f"{address}?corrige=0").html, flags=re.DOTALL
    )


def test_file_says_of_the_situation_what_the_last_change_says(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Accord", housing(adviser, "hostel", "2026-06-01"))
    file = adviser.visitor.get(f"/personnes/{person}/?rubriques=situation")
    assert "Logement Foyer ou résidence depuis le 1er juin 2026 ; au dossier : Chez ses parents" in spoken(file)
    unsaid = whose(stack, adviser, "Silence")
    assert "Logement Chez ses parents" in spoken(adviser.visitor.get(f"/personnes/{unsaid}/?rubriques=situation"))


def test_field_edited_after_the_last_change_was_written_says_more_than_it(stack: Stack, adviser: Adviser) -> None:
    edit = Change(
        at="2026-07-01T09:00:00Z", author=str(adviser.member.account), on="2026-07-01", subject="field",
        code="housing", before="Chez un ami",
    )  # fmt: skip
    person = whose(stack, adviser, "Rentree", housing(adviser, "hostel", "2026-06-01"), edit)
    page = spoken(adviser.visitor.get(f"/personnes/{person}/?rubriques=situation"))
    assert "Logement Chez ses parents" in page
    assert "Foyer" not in page


def test_adviser_reads_what_changed_between_two_days(stack: Stack, adviser: Adviser) -> None:
    changes = housing(adviser, "family", "2026-01-05"), housing(adviser, "shared", "2026-06-01")
    address = f"/personnes/{whose(stack, adviser, 'Compare', *changes)}/situation/"
    page = adviser.visitor.get(f"{address}?du=2026-02-01&au=2026-07-01")
    assert "Chez ses parents ou sa famille → En colocation" in page.text
    assert (
        "Rien n’a changé entre ces deux dates." in adviser.visitor.get(f"{address}?du=2026-02-01&au=2026-03-01").text
    )
    assert adviser.visitor.get(f"{address}?du=hier&au=2026-03-01").status == 422


@pytest.mark.parametrize(
    "fields",
    [{"what": "housing:castle"}, {"what": "star:family"}, {"what": ""}, {"on": "demain"},
     {"on": (TODAY + timedelta(days=1)).isoformat()}, {"on": "1900-01-01"}, {"text": "x" * 501}, {"corrects": "-1"}],
)  # fmt: skip
def test_change_that_cannot_be_is_refused(stack: Stack, adviser: Adviser, fields: dict[str, str]) -> None:
    address = f"/personnes/{whose(stack, adviser, 'Refus')}/situation/"
    good = {"what": "housing:hostel", "on": TODAY.isoformat(), "text": ""}
    assert adviser.visitor.post(address, good | fields).status == 422
    assert adviser.visitor.post(address, good).status == 200


def test_editing_a_field_of_the_situation_keeps_what_it_said(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Edite", housing(adviser, "family", "2026-01-05"))
    address = f"/personnes/{person}/modifier/situation/"
    form = adviser.visitor.get(address)
    saved = adviser.visitor.post(
        address, form.hidden("Enregistrer") | {"situation-housing": "Foyer Les Tilleuls"}, page=form
    )
    assert saved.status == 200, saved.text
    page = adviser.visitor.get(f"/personnes/{person}/situation/")
    assert "Avant : Chez ses parents" in page.text
    assert "Foyer Les Tilleuls" in page.text
    assert "Chez ses parents ou sa famille" in page.text


def test_receptionist_reads_no_situation_and_writes_none(stack: Stack, adviser: Adviser) -> None:
    address = f"/personnes/{whose(stack, adviser, 'Ferme')}/situation/"
    desk = stack.signed_in(stack.guard.member("Rui Accueil", role="receptionist"))
    assert desk.get(address).status == 404
    assert desk.post(address, {"what": "housing:hostel", "on": TODAY.isoformat()}).status == 404


def test_every_code_has_its_words() -> None:
    assert list(words.SUBJECTS) == list(Subject)
    assert {subject: tuple(codes) for subject, codes in words.CODES.items()} == dict(CODES)
