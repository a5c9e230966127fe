"""The correspondent's register: who has the pages, who meets none, and what a correspondent writes to people."""

from uuid import uuid4

import pytest

from beffroi.core.answering import KEPT
from tests.config.console.stack import Stack
from tests.systems.cases.adviser import Adviser, adviser
from tests.systems.cases.test_person_data import Desk, correspondent, nora, somebody

__all__ = ["adviser", "nora"]
TEXT = "Votre adresse est maintenant : rue des Écoles, Hellemmes."


def written(stack: Stack, address: str) -> int:
    """How many texts the person was given with this request."""
    request = address.rstrip("/").rpartition("/")[2]
    return int(stack.guard.one("SELECT count(*) FROM guard.person_request_answer WHERE id = $1", request))


def test_adviser_has_no_register_and_no_form_for_a_request(adviser: Adviser) -> None:
    page = adviser.visitor.get(f"/personnes/{adviser.own}/")
    assert f"/personnes/{adviser.own}/droits/" not in page.links()
    assert "/demandes-des-personnes/" not in page.links()
    for path in (
        "/demandes-des-personnes/", f"/demandes-des-personnes/{uuid4()}/", f"/personnes/{adviser.own}/droits/"
    ):  # fmt: skip
        assert adviser.visitor.get(path).status == 404, path


@pytest.mark.parametrize("text", [TEXT, ""])
def test_correspondent_is_told_who_reads_until_when_and_answers_in_one_click(
    stack: Stack, nora: Desk, text: str
) -> None:
    address = nora.works_on(somebody(stack))
    page = nora.visitor.get(address)
    assert "Seule la personne lira ce texte" in page.text
    assert f"pendant {KEPT.days} jours" in page.text
    assert "Vous ne pourrez ni le modifier ni le relire" in page.text
    assert "Si elle n’y va pas, écrivez-lui." in page.text
    assert "Close le" not in page.text
    assert page.text.count("La demande sera close, sans retour.") == 2, "to answer and to refuse alike"
    page = nora.visitor.post(address, {"suite": "answered", "text": text})
    assert (page.status, "Réponse donnée" in page.text, "Hellemmes" in page.html) == (200, True, False)
    assert "Close le" in page.text
    assert written(stack, address) == bool(text)


def test_refusal_goes_with_words_of_its_own(stack: Stack, nora: Desk) -> None:
    address = nora.register(somebody(stack))
    page = nora.visitor.post(address, {"suite": "refused", "reason": "unfounded", "explanation": TEXT})
    assert (page.status, "Refusée" in page.text, "Hellemmes" in page.html) == (200, True, False)
    assert written(stack, address) == 1


def test_unproven_identity_is_a_reason_to_refuse_only_until_the_identity_was_checked(
    stack: Stack, nora: Desk
) -> None:
    address = nora.register(somebody(stack))
    typed, offered = {"suite": "refused", "reason": "identity-not-proven"}, 'value="identity-not-proven"'
    assert offered in nora.visitor.get(address).html
    page = nora.visitor.post(address, {"suite": "identified"})
    assert "notée comme vérifiée" in page.text
    assert offered not in page.html
    assert nora.visitor.post(address, typed).status == 422
    other = nora.register(somebody(stack))
    page = nora.visitor.post(other, typed)
    assert (page.status, "La demande est refusée, et close." in page.text) == (200, True)


@pytest.mark.parametrize(
    "typed",
    [
        {"suite": "answered", "text": "Trop bref"}, {"suite": "answered", "text": f"{TEXT}\N{ESCAPE}[2J"},
        {"suite": "refused", "explanation": TEXT}, {"suite": "refused", "reason": "late", "explanation": TEXT},
    ],
)  # fmt: skip
def test_form_that_is_refused_keeps_what_was_typed(stack: Stack, nora: Desk, typed: dict[str, str]) -> None:
    address = nora.works_on(somebody(stack))
    page = nora.visitor.post(address, typed)
    assert (page.status, 'id="erreurs"' in page.html) == (422, True)
    assert typed.get("text", typed.get("explanation", "")).partition("\N{ESCAPE}")[0] in page.html
    assert written(stack, address) == 0
    assert "En cours de traitement" in page.text


@pytest.mark.parametrize(
    "typed", [{"suite": "answered", "text": f"Une autre : {TEXT}"},
              {"suite": "refused", "reason": "unfounded", "explanation": f"Une autre : {TEXT}"}]
)  # fmt: skip
def test_second_answer_is_refused_and_what_was_typed_is_there_to_copy(
    stack: Stack, nora: Desk, typed: dict[str, str]
) -> None:
    address = nora.works_on(somebody(stack))
    assert nora.visitor.post(address, {"suite": "answered", "text": TEXT}).status == 200
    page = nora.visitor.post(address, typed)
    assert page.status == 422
    assert "La demande est close" in page.text
    assert f"Une autre : {TEXT}" in page.html
    assert written(stack, address) == 1


def test_adviser_and_correspondent_of_another_office_answer_nobody(
    stack: Stack, adviser: Adviser, nora: Desk
) -> None:
    address = nora.works_on(adviser.own)
    sami = correspondent(stack, "Sami Correspondant", "South")
    for visitor in (adviser.visitor, sami.visitor):
        assert visitor.post(address, {"suite": "answered", "text": TEXT}).status == 404
    assert written(stack, address) == 0
