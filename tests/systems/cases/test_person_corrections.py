"""Correcting what a person said is wrong: compared before it is sent, by who answers people, for their request."""

from uuid import uuid4

import pytest

from beffroi.guard.vault.records import Identity
from tests.config.console.stack import Stack
from tests.systems.cases.adviser import Adviser, adviser
from tests.systems.cases.test_person_data import Desk, correspondent, nora, somebody

__all__ = ["adviser", "nora"]
PHONE = {"contact-phone": "06 98 76 54 32", "contact-city": "Hellemmes"}


def form(desk: Desk, address: str, group: str = "contact") -> dict[str, str]:
    """What the form carries unseen: the version of the file."""
    return desk.visitor.get(f"{address}corriger/{group}/").hidden()


def kept(stack: Stack, person: str) -> int:
    return int(stack.guard.one("SELECT count(*) FROM guard.correction WHERE person = $1", person))


def test_adviser_has_no_page_of_corrections(stack: Stack, adviser: Adviser, nora: Desk) -> None:
    address = nora.works_on(adviser.own, "rectification")
    assert adviser.visitor.get(f"{address}corriger/contact/").status == 404
    assert nora.visitor.get(f"{address}corriger/contact/").status == 200


def test_correspondent_of_another_office_has_no_page_for_it(stack: Stack, nora: Desk) -> None:
    address = nora.works_on(somebody(stack), "rectification")
    sami = correspondent(stack, "Sami Voisin", "South")
    assert sami.visitor.get(f"{address}corriger/contact/").status == 404


@pytest.mark.parametrize("group", ["attachments", "nothing"])
def test_group_that_cannot_be_corrected_so_has_no_page(stack: Stack, nora: Desk, group: str) -> None:
    address = nora.works_on(somebody(stack), "rectification")
    assert nora.visitor.get(f"{address}corriger/{group}/").status == 404


def test_request_of_access_offers_no_correction_and_sends_none(stack: Stack, nora: Desk) -> None:
    person = somebody(stack)
    address = nora.works_on(person)
    assert not any("/corriger/" in link for link in nora.visitor.get(address).links())
    page = nora.visitor.post(f"{address}corriger/contact/", {**PHONE, "version": "1", "confirme": "oui"})
    assert "rectification" in page.text
    assert kept(stack, person) == 0


def test_correspondent_compares_then_sends_and_the_file_says_so(stack: Stack, nora: Desk) -> None:
    person = somebody(stack)
    address = nora.works_on(person, "rectification")
    assert any(link.endswith("/corriger/contact/") for link in nora.visitor.get(address).links())
    typed = {**form(nora, address), **PHONE}
    compared = nora.visitor.post(f"{address}corriger/contact/", typed)
    assert "Avant et après" in compared.text
    assert "Hellemmes" in compared.text
    assert kept(stack, person) == 0, "nothing is sent before it was compared"
    sent = nora.visitor.post(f"{address}corriger/contact/", {**typed, "confirme": "oui"})
    assert "est corrigé" in sent.text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert kept(stack, person) == 1
    again = nora.visitor.post(f"{address}corriger/contact/", {**form(nora, address), **PHONE, "confirme": "oui"})
    assert again.status == 422
    assert "Rien ne change" in again.text
    assert kept(stack, person) == 1


def test_place_that_reads_alike_and_is_written_otherwise_is_a_change(stack: Stack, nora: Desk) -> None:
    born = Identity(last_name="Delaunay", first_names="Inès", birth_date="2004-03-02", birth_place="59350")
    address = nora.works_on(somebody(stack, identity=born), "rectification")
    page = nora.visitor.get(f"{address}corriger/identity/")
    typed = page.hidden() | {
        "identity-last_name": "Delaunay", "identity-first_names": "Inès", "identity-birth_date": "02/03/2004",
        "identity-birth_place": "Lille (59000)",
    }  # fmt: skip
    compared = nora.visitor.post(f"{address}corriger/identity/", typed)
    assert compared.status == 200, compared.text
    assert compared.text.count("Lille (59000)") == 2


def test_file_changed_meanwhile_is_compared_anew(stack: Stack, nora: Desk) -> None:
    person = somebody(stack)
    address = nora.works_on(person, "rectification")
    typed = {**form(nora, address), **PHONE, "confirme": "oui"}
    stack.guard.execute("UPDATE guard.person SET version = version + 1 WHERE id = $1", person)
    late = nora.visitor.post(f"{address}corriger/contact/", typed)
    assert late.status == 409
    assert kept(stack, person) == 0


def test_note_is_contradicted_by_another_once_however_often_it_is_sent(stack: Stack, nora: Desk) -> None:
    person = somebody(stack)
    address = nora.works_on(person, "rectification")
    text = {"text": "La personne dit ne pas avoir parlé de boulangerie."}
    unseen = nora.visitor.post(f"{address}corriger/followup/", {**text, "confirme": "oui"})
    assert "Avant et après" in unseen.text, "nothing is sent that was not compared"
    compared = nora.visitor.post(f"{address}corriger/followup/", text)
    assert "boulangerie" in compared.text
    typed = {**compared.hidden(), "confirme": "oui"}
    sent = nora.visitor.post(f"{address}corriger/followup/", typed)
    assert "est corrigé" in sent.text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert nora.visitor.post(f"{address}corriger/followup/", typed).status == 409
    assert kept(stack, person) == 1


def test_request_of_nobody_has_no_page(nora: Desk) -> None:
    assert nora.visitor.get(f"/demandes-des-personnes/{uuid4()}/corriger/contact/").status == 404


def test_situation_that_is_corrected_keeps_what_it_said(stack: Stack, nora: Desk) -> None:
    person = somebody(stack)
    address = nora.works_on(person, "rectification")
    typed = {**form(nora, address, "situation"), "situation-housing": "En colocation", "confirme": "oui"}
    sent = nora.visitor.post(f"{address}corriger/situation/", typed)
    assert "est corrigé" in sent.text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert kept(stack, person) == 1
