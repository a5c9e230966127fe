"""Attachments in a real browser: joined, refused, downloaded, removed, by keyboard as well."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member
from tests.standards.documents.samples import jpeg, pdf

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


@meets("attachments", "attachment-removal")
def test_adviser_joins_downloads_and_removes_a_document_without_meeting_a_barrier(
    stack: Stack, camille: Member, tour: Tour
) -> None:
    page = tour.page
    name = "Jointe" if tour.french else "Attached"
    person = stack.person(
        organisation=stack.guard.organisation, last_name=name, first_names="Marie-Antoinette, Joséphine"
    )
    sign_in(stack, page, camille, f"/personnes/{person}/")
    tour.press("link", "Voir les pièces jointes", "See the attachments")
    tour.meet("attachments", "empty")

    tour.press("button", "Joindre au dossier", "Attach to the file")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("attachments", "refused")

    join(tour, "cv", "virus.exe", b"MZ\x90")
    expect(page.locator("#erreurs")).to_be_visible()
    expect(page.locator("#id_kind")).to_have_value("cv")
    tour.meet("attachments", "wrong-type")

    for kind, content in (("cv", pdf()), ("proof-of-address", jpeg()), ("identity-document", jpeg())):
        join(tour, kind, "a.pdf", content)
        said = "La pièce est jointe au dossier." if tour.french else "The attachment is in the file."
        expect(page.get_by_text(said)).to_be_visible()
    expect(page.locator(".closed li")).to_have_count(3)
    tour.meet("attachments")

    with page.expect_download() as saved:
        tour.press("link", "^Télécharger", "^Download")
    slug = "piece-d-identite" if tour.french else "identity-document"
    assert re.fullmatch(slug + r"-\d{4}-\d\d-\d\d\.jpg", saved.value.suggested_filename)

    first = page.get_by_role("link", name=re.compile("^Retirer" if tour.french else "^Remove")).first
    first.focus()
    first.press("Enter")
    tour.meet("attachment-removal")
    tour.press("button", "Retirer la pièce", "Remove the attachment")
    expect(page.locator(".closed li")).to_have_count(2)


def join(tour: Tour, kind: str, name: str, content: bytes) -> None:
    """Fill and send the form."""
    tour.page.locator("#id_kind").select_option(kind)
    tour.page.locator("#id_file").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})
    tour.press("button", "Joindre au dossier", "Attach to the file")
