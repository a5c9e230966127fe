"""I am at the desk: for who holds a person's handle, and nobody else."""

import pytest

from beffroi.core.presence import State
from beffroi.governance.transparency.web import words
from tests.config.console.stack import Stack

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
