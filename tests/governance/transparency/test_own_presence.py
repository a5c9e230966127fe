"""I am at the desk: for who holds a person's handle, and nobody else."""

import pytest

from beffroi.core.presence import State
from beffroi.governance.transparency.web import words
from tests.config.console.stack import Page, Stack, Visitor
from tests.governance.transparency.test_own_documents import of

ADDRESS = "/mon-espace/accueil/"


def test_visitor_and_agent_prove_nobody_s_presence(stack: Stack) -> None:
    for visitor in (stack.visitor(), stack.signed_in(stack.guard.member("Ana Presente"))):
        for page in (visitor.get(ADDRESS), visitor.post(ADDRESS, {"nom": "South"})):
            assert page.url == "/mon-espace/"
    assert not stack.guard.journal("presence-code-made")


def test_foreign_form_makes_no_code(stack: Stack) -> None:
    assert stack.visitor().http.post(f"{stack.url}{ADDRESS}").status_code == 403


def test_every_state_of_a_code_has_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "gettext", str)
    assert not {state.value for state in State} & {words.presence_state(state) for state in State}


def made(visitor: Visitor, place: str) -> Page:
    """What choosing that organisation, found by a word of its name, answers."""
    return visitor.post(ADDRESS, {"nom": "South", "choix": "1", "organisme": place})


def test_code_sent_for_again_is_not_drawn_twice_but_shown_as_waiting_until_it_is_taken_back(stack: Stack) -> None:
    visitor, person = of(stack, "Rechargee")
    place = str(stack.guard.world.offices["South"])

    def drawn() -> int:
        return len([entry for entry in stack.guard.journal("presence-code-made") if str(entry["person"]) == person])

    first = made(visitor, place)
    assert first.status == 200
    assert 'class="shown-code"' in first.html
    assert 'name="language"' not in first.html, "another language would lose the code"
    assert "Il sert une seule fois, jusqu’à" in first.text
    again = made(visitor, place)
    assert again.status == 422
    assert "Vous avez déjà un code pour cet organisme" in again.text
    assert "Utilisable jusqu’à" in again.text
    assert "Retirer ce code de South, fait à" in again.text.replace("\N{NO-BREAK SPACE}", " ")
    assert 'class="shown-code"' not in again.html
    assert drawn() == 1
    visitor.post(ADDRESS, first.hidden(), page=first)
    assert made(visitor, place).status == 200
    assert drawn() == 2


def test_place_is_searched_by_a_word_of_its_name_and_what_is_not_found_says_so(stack: Stack) -> None:
    visitor, _ = of(stack, "Cherchee")
    assert "Un mot du nom suffit" in visitor.get(ADDRESS).text
    assert "Vous êtes à l’accueil de" in visitor.post(ADDRESS, {"nom": "South"}).text
    lost = visitor.post(ADDRESS, {"nom": "Lille-sur-Rien"})
    assert lost.status == 422
    assert "Aucun organisme trouvé. Essayez un seul mot de son nom." in lost.text
