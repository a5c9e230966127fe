"""Whatever can explain an opening is told to its person in words of its own."""

from datetime import UTC, datetime

import pytest

from beffroi.client.personal import Consultation
from beffroi.core.explanations import Explanation
from beffroi.core.policy import Relation
from beffroi.governance.incidents.web import words as incidents
from beffroi.governance.transparency.web import words


@pytest.fixture(autouse=True)
def _french(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages as they are written, whatever the language of a request."""
    monkeypatch.setattr(words, "gettext", str)
    monkeypatch.setattr(incidents, "gettext", str)


def why(explanation: str | None) -> str:
    at = datetime(2026, 11, 27, tzinfo=UTC)
    return words.why(Consultation(1, at, "released", (), None, None, None, None, explanation, None, False))


OF_NO_OPENING = frozenset({Explanation.PRESENCE})
"""What explains that a relation began, of which the person reads elsewhere, and never an opening."""


@pytest.mark.parametrize("explanation", [one for one in Explanation if one not in OF_NO_OPENING])
def test_opening_is_explained_to_its_person_and_to_security_whatever_explained_it(explanation: Explanation) -> None:
    assert why(explanation) != why(None)
    assert incidents.why(explanation) not in ("", explanation)


def test_every_explanation_has_words_that_no_other_has() -> None:
    told = set(Explanation) - OF_NO_OPENING
    assert len({why(explanation) for explanation in told}) == len(told)
    assert len({incidents.why(explanation) for explanation in Explanation}) == len(Explanation)


def test_every_relation_but_a_restriction_explains_an_opening() -> None:
    assert {relation.value for relation in Relation} - {Relation.RESTRICTED.value} < {
        explanation.value for explanation in Explanation
    }
