"""Attachments through the whole product: added, downloaded, removed, refused; nothing of them stays behind."""

import os
import re
from uuid import uuid4

import httpx

from beffroi.core.attachment_kinds import LARGEST_ATTACHMENT
from tests.config.console.stack import Page, Stack
from tests.guard.signin.serving import Member
from tests.standards.documents.samples import exif, jpeg, pdf
from tests.systems.cases.adviser import Adviser, adviser, as_referent

__all__ = ["adviser"]


def followed(stack: Stack, member: Member, name: str) -> str:
    return stack.person(organisation=stack.guard.organisation, referent=as_referent(member), last_name=name)


def add(adviser: Adviser, person: str, content: bytes, kind: str = "cv", id: str = "", name: str = "x.pdf") -> Page:
    fields = {"id": id or str(uuid4()), "kind": kind}
    return adviser.visitor.post(f"/personnes/{person}/pieces/", fields, files={"file": (name, content)})


def downloads(page: Page, person: str) -> list[str]:
    return [link for link in page.links() if re.fullmatch(rf"/personnes/{person}/pieces/[0-9a-f-]+/", link)]


def raw(adviser: Adviser, path: str) -> httpx.Response:
    return adviser.visitor.http.get(adviser.visitor.stack.url.rstrip("/") + path)


def test_adviser_adds_downloads_and_removes_a_document_of_the_file(stack: Stack, adviser: Adviser) -> None:
    person = followed(stack, adviser.member, "Jointe")
    address = f"/personnes/{person}/pieces/"
    assert address in adviser.visitor.get(f"/personnes/{person}/").links()
    page = adviser.visitor.get(address)
    assert "Aucune pièce jointe" in page.text
    assert "Aucun antivirus n’est réglé" in page.text
    added = add(adviser, person, jpeg(exif(6)), "certificate", name="diplome-Ines-Delaunay.jpg")
    assert (added.status, added.url) == (200, address)
    assert "La pièce est jointe au dossier" in added.text
    assert "Attestation ou diplôme" in added.text
    assert "Ana Adviser" in added.text
    assert "Delaunay.jpg" not in added.html
    [link] = downloads(added, person)
    answer = raw(adviser, link)
    assert answer.headers["content-type"] == "image/jpeg"
    assert re.fullmatch(
        r'attachment; filename="attestation-ou-diplome-\d{4}-\d\d-\d\d\.jpg"', answer.headers["content-disposition"]
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert b"48.8566N" not in answer.content
    removal = adviser.visitor.get(f"{link}retirer/")
    assert "Retirer cette pièce" in removal.text
    assert raw(adviser, link).status_code == 200
    gone = adviser.visitor.post(f"{link}retirer/", {}, page=removal)
    assert "n’est plus dans le dossier" in gone.text
    assert raw(adviser, link).status_code == 404


def test_form_sent_twice_adds_one_document(stack: Stack, adviser: Adviser) -> None:
    person, id = followed(stack, adviser.member, "Double"), str(uuid4())
    assert add(adviser, person, pdf(), id=id).status == 200
    again = add(adviser, person, pdf(), id=id)
    assert again.status == 200
    assert "Ce formulaire avait déjà servi" in again.text
    assert "La pièce est jointe" not in again.text
    assert len(downloads(again, person)) == 1


def test_form_keeps_its_kind_and_says_what_is_wrong_with_the_file(stack: Stack, adviser: Adviser) -> None:
    person = followed(stack, adviser.member, "Refusee")
    for content, said in (
        (b"MZ program", "Seuls les fichiers PDF, JPEG et PNG sont acceptés"),
        (pdf(b"/OpenAction<</S/JavaScript>>"), "abîmé, démesuré, verrouillé"),
        (b"", "Ce fichier est vide"),
        (pdf() + bytes(LARGEST_ATTACHMENT), "Ce fichier dépasse 5 Mo"),
    ):
        refused = add(adviser, person, content, "contract")
        assert refused.status == 422
        assert said in refused.text
        assert '<option value="contract" selected' in refused.html
    nothing = adviser.visitor.post(f"/personnes/{person}/pieces/", {"id": str(uuid4()), "kind": ""})
    assert nothing.status == 422
    assert "Choisissez un fichier" in nothing.text
    assert downloads(adviser.visitor.get(f"/personnes/{person}/pieces/"), person) == []


def test_file_past_every_limit_is_refused_before_it_is_read(stack: Stack, adviser: Adviser) -> None:
    person = followed(stack, adviser.member, "Enorme")
    assert add(adviser, person, bytes(9 * 1024 * 1024)).status == 413


def test_document_that_passes_through_the_console_is_written_nowhere(stack: Stack, adviser: Adviser) -> None:
    person = followed(stack, adviser.member, "Passante")
    mark = b"/Marque-" + uuid4().hex.encode()
    large = pdf(mark + b"(" + b"a" * 3_000_000 + b")")
    added = add(adviser, person, large)
    [link] = downloads(added, person)
    assert raw(adviser, link).content == large
    assert mark.decode() not in stack.log()
    for file in stack.state.rglob("*"):
        if file.is_file() and os.access(file, os.R_OK):
            assert mark not in file.read_bytes(), file


def test_receptionist_is_shown_no_way_to_attachments_and_told_of_none(stack: Stack, adviser: Adviser) -> None:
    person = followed(stack, adviser.member, "Accueillie")
    add(adviser, person, pdf())
    desk = stack.signed_in(stack.guard.member("Rui Accueil", role="receptionist"))
    file = desk.get(f"/personnes/{person}/")
    assert file.status == 200
    assert not [link for link in file.links() if "/pieces/" in link]
    assert desk.get(f"/personnes/{person}/pieces/").status == 404
    assert desk.get(f"/personnes/{person}/pieces/{uuid4()}/").status == 404


def test_adviser_of_another_office_learns_nothing_of_attachments(stack: Stack, adviser: Adviser) -> None:
    person = followed(stack, adviser.member, "Ailleurs")
    [link] = downloads(add(adviser, person, pdf()), person)
    elsewhere = stack.guard.member("Bea Ailleurs", organisation=stack.guard.world.offices["South"])
    bea = stack.signed_in(elsewhere)
    for path in (f"/personnes/{person}/pieces/", link, f"{link}retirer/"):
        unknown = path.replace(person, str(uuid4()))
        assert bea.get(path).status == bea.get(unknown).status == 404


def test_page_speaks_english(stack: Stack) -> None:
    visitor = stack.signed_in(stack.guard.member("Eve English"), language="en")
    person = stack.person(organisation=stack.guard.organisation)
    page = visitor.get(f"/personnes/{person}/pieces/")
    assert "No attachment." in page.text
    assert "Attach a document" in page.text
