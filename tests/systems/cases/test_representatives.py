"""Legal representatives: asked for a minor, closed for an adult, and one of them receives the letters."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.guard.vault.records import LegalRepresentative
from beffroi.systems.cases.representatives.reading import FIELDS, Representative, group_of, representatives_of
from tests.config.console.stack import Page, Stack
from tests.systems.cases.adviser import Adviser, adviser, as_referent
from tests.systems.cases.diary import at

__all__ = ["adviser"]
MINOR = at(-365 * 16, 9).date().isoformat()
ADULT = at(-365 * 20, 9).date().isoformat()
MOTHER = {
    "last_name": "Le Gall", "first_names": "Anne", "relationship": "mother", "phone": "06 39 98 00 02",
    "letters": "on",
}  # fmt: skip
FATHER = MOTHER | {"first_names": "Yves", "relationship": "father", "phone": "06 39 98 00 03"}


def whose(stack: Stack, adviser: Adviser, last_name: str, born: str = MINOR, **records: object) -> str:
    return stack.person(
        organisation=stack.guard.organisation, referent=as_referent(adviser.member), last_name=last_name,
        birth_date=born, **records,
    )  # fmt: skip


def put(adviser: Adviser, person: str, fields: dict[str, str], query: str = "") -> Page:
    address = f"/personnes/{person}/representants/"
    form = adviser.visitor.get(address + query)
    return adviser.visitor.post(address, form.hidden("Enregistrer le représentant") | fields, page=form)


def receiving(page: Page) -> list[str]:
    """Who is shown to receive the letters: the badge stands in the card of one of them."""
    marked = [card for card in re.split(r"<h2", page.html) if 'class="badge' in card]
    return [name for name in ("Anne", "Yves") if any(f">{name} Le Gall<" in card for card in marked)]


def test_minor_has_representatives_of_whom_one_receives_the_letters(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Mineure")
    file = adviser.visitor.get(f"/personnes/{person}/")
    assert "Personne mineure" in file.text
    address = f"/personnes/{person}/representants/"
    assert address in file.links()
    assert "Cette personne est mineure" in adviser.visitor.get(address).text
    page = put(adviser, person, MOTHER)
    assert "Anne Le Gall" in page.text
    assert "Mère" in page.text
    assert receiving(page) == ["Anne"]
    page = put(adviser, person, FATHER)
    assert receiving(page) == ["Yves"]
    page = put(adviser, person, MOTHER, "?modifier=0")
    assert receiving(page) == ["Anne"]
    opened = adviser.visitor.get(f"/personnes/{person}/?rubriques=legal_representative")
    assert "Yves Le Gall" in opened.text
    assert page.text.count("Les courriers iront à Yves Le Gall.") == 1, "who is asked to take Anne away reads it"
    assert "Les courriers iront à Anne" not in page.text
    page = adviser.visitor.post(
        address, {"quoi": "retirer", "number": "0", "version": page.hidden("Retirer")["version"]}, page=page
    )
    assert receiving(page) == ["Yves"]
    assert "Le représentant est retiré." in page.text
    assert "plus personne à qui adresser les courriers" in page.text
    page = adviser.visitor.post(
        address, {"quoi": "retirer", "number": "0", "version": page.hidden("Retirer")["version"]}, page=page
    )
    assert "Aucun représentant légal." in page.text


def test_adult_is_given_no_representative_and_keeps_none_against_their_will(stack: Stack, adviser: Adviser) -> None:
    kept = LegalRepresentative(last_name="Le Gall", first_names="Anne")
    person = whose(stack, adviser, "Majeure", ADULT, legal_representative=kept)
    assert "Personne mineure" not in adviser.visitor.get(f"/personnes/{person}/").text
    address = f"/personnes/{person}/representants/"
    page = adviser.visitor.get(address)
    assert "Cette personne est majeure" in page.text
    assert "Ajouter un représentant" not in page.text
    version = page.hidden("Retirer")["version"]
    refused = adviser.visitor.post(address, MOTHER | {"number": "1", "version": version}, page=page)
    assert refused.status == 404
    removed = adviser.visitor.post(address, {"quoi": "retirer", "number": "0", "version": version}, page=page)
    assert "Aucun représentant légal." in removed.text


@pytest.mark.parametrize(
    "fields",
    [{"last_name": ""}, {"relationship": ""}, {"relationship": "chef"}, {"phone": "12"}, {"phone": ""},
     {"phone": "", "city": "Lille"}, {"email": "anne"}],
)  # fmt: skip
def test_representative_that_cannot_be_is_refused_and_kept_on_the_form(
    stack: Stack, adviser: Adviser, fields: dict[str, str]
) -> None:
    page = put(adviser, whose(stack, adviser, "Refusee"), MOTHER | fields)
    assert page.status == 422
    assert 'value="Anne"' in page.html


def test_page_that_is_no_longer_the_file_changes_nobody_else(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Course")
    put(adviser, person, MOTHER)
    address = f"/personnes/{person}/representants/"
    stale = adviser.visitor.get(address)
    put(adviser, person, FATHER)
    version = stale.hidden("Retirer")["version"]
    page = adviser.visitor.post(address, {"quoi": "retirer", "number": "0", "version": version}, page=stale)
    assert "Dossier modifié entre-temps" in page.text or "Quelqu’un a modifié" in page.text
    assert "Anne Le Gall" in page.text
    for number in ("7", "-1", "x"):
        fields = {"quoi": "retirer", "number": number, "version": "1"}
        assert adviser.visitor.post(address, fields, page=page).status == 404


def test_receptionist_has_no_page_of_representatives(stack: Stack, adviser: Adviser) -> None:
    person = whose(stack, adviser, "Guichet")
    desk = stack.signed_in(stack.guard.member("Rui Guichet", role="receptionist"))
    page = desk.get(f"/personnes/{person}/")
    assert f"/personnes/{person}/representants/" not in page.links()
    assert desk.get(f"/personnes/{person}/representants/").status == 404


TEXTS = st.sampled_from(["", "Le Gall", "Anne", "mother"])


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(FIELDS, TEXTS)), max_size=4), st.integers(0, 3))
def test_what_is_written_is_read_again(values: list[dict[str, str]], chosen: int) -> None:
    chosen = min(chosen, len(values) - 1)
    each = tuple(Representative(number, one, number == chosen) for number, one in enumerate(values))
    assert representatives_of(group_of(each)) == each
