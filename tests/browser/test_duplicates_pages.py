"""A person with two files, on a desk and on a telephone in both languages: found, compared, made one, parted.

A document of the file that goes is opened from the one that stays, and is in its own again.
"""

import re

import pytest
from playwright.sync_api import expect

from beffroi.guard.vault.records import Contact, Followup, Note, Situation
from tests.browser.office import camille, sign_in, stack
from tests.browser.pages import Tour, meets
from tests.browser.test_attachments_pages import join
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member
from tests.standards.documents.samples import pdf
from tests.systems.cases.adviser import as_referent

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


@meets("duplicate", "duplicate-compare", "duplicates", "duplicate-separate")
def test_adviser_makes_one_file_of_two_without_meeting_a_barrier(stack: Stack, camille: Member, tour: Tour) -> None:
    page = tour.page
    name = f"Delaunay {'Un' if tour.french else 'One'} {page.viewport_size['width'] if page.viewport_size else ''}"
    one, other = [
        stack.person(
            organisation=stack.guard.organisation, referent=as_referent(camille), last_name=name, first_names="Inès",
            contact=Contact(email=f"{city.lower()}@example.org", phone="0612345678", city=city, address_line=street),
            situation=Situation(housing="chez ses parents"),
            followup=Followup(notes=(Note(at=f"2026-10-{day}T09:00:00Z", text="Premier rendez-vous."),)),
        )
        for city, street, day in (("Lille", "12 rue des Lilas", "03"), ("Lens", "4 avenue de la Gare", "05"))
    ]  # fmt: skip
    sign_in(stack, page, camille)
    if tour.french:
        page.goto(f"{stack.url}/doublons/")
        tour.meet("duplicates", "empty")
    page.goto(f"{stack.url}/personnes/{other}/pieces/")
    join(tour, "certificate", "a.pdf", pdf())
    expect(page.locator(".closed li")).to_have_count(1)
    page.goto(f"{stack.url}/personnes/{one}/")
    tour.press("link", "Dossier en double", "Duplicate file")
    tour.meet("duplicate")
    expect(page.locator("#id_birth_date")).to_have_value("12/04/2005")
    page.locator("#id_last_name").fill("")
    tour.press("button", "Rechercher par l.identité", "Search by identity")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("duplicate", "refused")
    page.locator("#id_last_name").fill(name)
    tour.press("button", "Rechercher par l.identité", "Search by identity")
    tour.meet("duplicate", "found")
    tour.press("link", "Comparer les deux dossiers", "Compare both files")
    tour.meet("duplicate-compare")
    tour.press("button", "Réunir les deux dossiers", "Merge both files")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("duplicate-compare", "refused")
    page.locator("input[name=contact-keep][value=goes]").check()
    page.locator("input[name=same]").check()
    tour.press("button", "Réunir les deux dossiers", "Merge both files")
    expect(page.get_by_text("dossiers n’en font plus" if tour.french else "two files are one now")).to_be_visible()
    tour.press("link", "Voir les pièces jointes", "See the attachments")
    with page.expect_download() as saved:
        tour.press("link", "^Télécharger", "^Download")
    slug = "attestation-ou-diplome" if tour.french else "certificate-or-diploma"
    assert re.fullmatch(slug + r"-\d{4}-\d\d-\d\d\.pdf", saved.value.suggested_filename)
    page.goto(f"{stack.url}/doublons/")
    tour.meet("duplicates")
    page.get_by_role(
        "link", name="Séparer les deux dossiers" if tour.french else "Separate the two files"
    ).first.click()
    expect(page.get_by_text(f"Inès {name}").first).to_be_visible()
    tour.meet("duplicate-separate")
    tour.press("button", "Séparer les deux dossiers", "Separate the two files")
    expect(page.get_by_text("de nouveau séparés" if tour.french else "files are separate again")).to_be_visible()
    tour.meet("duplicates", "parted")
    for person, count in ((one, 0), (other, 1)):
        page.goto(f"{stack.url}/personnes/{person}/pieces/")
        expect(page.locator(".closed li")).to_have_count(count)
