"""Quotes and invoices in a real browser: files are contained first, then a quote goes all the way to paid."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.keys import sign_in
from tests.browser.office import stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.invoicing.trade import SIRETS, on
from tests.systems.prescriptions.school import Books, written

__all__ = ["stack"]
pytestmark = pytest.mark.browser
LONG = "Préparation aux métiers de l'accompagnement éducatif, de la petite enfance et de l'aide à domicile"


@pytest.fixture(scope="module")
def books(fresh_for_module: FreshDatabase) -> Books:
    return Books(fresh_for_module)


def bills(stack: Stack, name: str, kind: str, siret: str, who: str, role: str) -> tuple[str, Member]:
    """An organisation, and who bills for it."""
    guard = stack.guard
    place = guard.run(guard.world.organisation(f"{name} {who}", kind=kind, siret=siret))
    guard.amend("organisation", place, name=name)
    clerk = role == "billing-clerk"
    member = guard.member(who, role=role, organisation=place, with_totp=not clerk, with_passkey=clerk)
    return str(place), member


def fill(tour: Tour, **values: str) -> None:
    for name, value in values.items():
        tour.page.locator(f"#id_{name}").fill(value)


def particulars(tour: Tour, *, seller: bool) -> None:
    """An organisation says what the law wants; once with a mistake."""
    tour.meet("particulars")
    tour.press("button", "Enregistrer", "Save")
    expect(tour.page.locator("#erreurs")).to_be_visible()
    tour.meet("particulars", "refused")
    fill(tour, address="2 rue des Ateliers", postcode="63000", town="Clermont-Ferrand")
    if seller:
        fill(tour, declaration="83 63 01234 63")
    tour.press("button", "Enregistrer", "Save")
    tour.page.wait_for_url("**/devis/")


def cut(stack: Stack, tour: Tour, security: Member) -> None:
    """The security officer closes the files of every training organisation, looking at the cost first."""
    page = tour.page
    sign_in(stack, page, security, "/confinement/")
    page.get_by_label("Dossiers de" if tour.french else "Files of").select_option("training-organisation")
    card = page.locator("form", has=page.locator('input[name="kind"][value="files"]'))
    card.get_by_role("button").click()
    expect(
        page.get_by_text("devis et factures continuent" if tour.french else "quotes and invoices go on")
    ).to_be_visible()
    tour.meet("containment-files")
    page.get_by_label("Motif" if tour.french else "Reason").select_option("notice-received")
    tour.press("button", "Couper maintenant", "Cut now")
    page.wait_for_url("**/confinement/")
    tour.meet("containment", "cut-files")


@meets(
    "containment", "containment-files", "received", "particulars", "quotes", "quote-choose", "quote-new",
    "quote-change", "quote", "invoices", "invoice",
)  # fmt: skip
def test_quote_is_made_accepted_invoiced_and_paid_while_the_files_are_contained(
    stack: Stack, books: Books, tour: Tour
) -> None:
    page, guard = tour.page, stack.guard
    end = "fr" if tour.french else "en"
    network = guard.run(guard.world.organisation(f"Réseau {end}", kind="network"))
    security = guard.member(
        f"Claire Fontaine{end}", role="security-officer", organisation=network, with_totp=False, with_passkey=True
    )
    buyers = SIRETS[2 if tour.french else 3]
    office, clerk = bills(
        stack, "Mission Locale de Valbrume", "youth-office", buyers, f"Odile Comptable{end}", "billing-clerk"
    )
    school, staff = bills(
        stack, "Atelier des métiers de Valbrume", "training-organisation", SIRETS[0], f"Nadia Benali{end}",
        "training-staff",
    )  # fmt: skip
    books.session(school, LONG)
    cut(stack, tour, security)

    sign_in(stack, page, clerk, "/devis/")
    tour.meet("quotes", "empty")
    tour.press("link", "Compléter les mentions légales", "Complete the legal particulars")
    particulars(tour, seller=False)

    sign_in(stack, page, staff, "/prescriptions/recues/")
    closed = re.compile("dossiers sont fermés par mesure" if tour.french else "Files are closed as a security")
    expect(page.get_by_text(closed).first).to_be_visible()
    tour.meet("received", "closed")
    page.get_by_role("link", name="Devis et factures" if tour.french else "Quotes and invoices").first.click()
    tour.meet("quotes", "missing")
    tour.press("link", "Compléter les mentions légales", "Complete the legal particulars")
    particulars(tour, seller=True)
    tour.press("link", "Nouveau devis", "New quote")
    tour.meet("quote-choose")
    page.get_by_role("link", name=LONG[:20]).click()
    tour.press("button", "Enregistrer", "Save")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("quote-new", "refused")
    page.locator("#id_buyer").select_option(office)
    fill(tour, trainees="12", hours="400", price="12,50", valid_until=written(on(30)))
    tour.press("button", "Enregistrer", "Save")
    expect(page.get_by_text("pas encore envoyé" if tour.french else "not sent yet")).to_be_visible()
    tour.meet("quote", "draft")
    tour.press("link", "^Modifier$", "^Edit$")
    tour.meet("quote-change")
    fill(tour, hours="420")
    tour.press("button", "Enregistrer", "Save")
    tour.press("button", "Envoyer le devis", "Send the quote")
    expect(page.get_by_text(re.compile(r"D-\d{4}-0001")).first).to_be_visible()
    tour.meet("quote", "sent")
    quote = page.url

    sign_in(stack, page, clerk, "/devis/")
    tour.meet("quotes", "to-answer")
    page.get_by_role("link", name=re.compile(r"^D-\d{4}-0001$")).click()
    tour.press("button", "Refuser le devis", "Refuse the quote")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("quote", "refusing")
    tour.press("button", "Accepter le devis", "Accept the quote")
    expect(page.get_by_text("Devis accepté" if tour.french else "Quote accepted").first).to_be_visible()
    tour.meet("quote", "accepted")

    sign_in(stack, page, staff, "/devis/factures/")
    tour.meet("invoices", "empty")
    page.goto(quote)
    fill(tour, units="99999")
    tour.press("button", "Préparer la facture", "Prepare the invoice")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("quote", "too-much")
    fill(tour, units="2500")
    tour.press("button", "Préparer la facture", "Prepare the invoice")
    tour.meet("invoice", "draft")
    tour.press("button", "Émettre la facture", "Issue the invoice")
    expect(page.get_by_text(re.compile(r"F-\d{4}-0001")).first).to_be_visible()
    tour.meet("invoice", "issued")
    invoice = page.url
    with page.expect_download() as downloaded:
        tour.press("link", "Télécharger le PDF", "Download the PDF")
    assert re.fullmatch(r"F-\d{4}-0001\.pdf", downloaded.value.suggested_filename)

    sign_in(stack, page, clerk, "/devis/factures/")
    tour.meet("invoices", "to-check")
    page.get_by_role("link", name=re.compile(r"^F-\d{4}-0001$")).click()
    tour.press("button", "Bon à payer", "Approve for payment")
    tour.meet("invoice", "agreed")

    sign_in(stack, page, staff, "/devis/")
    page.goto(invoice)
    page.locator("main details > summary").click()
    tour.press("button", "Paiement reçu", "Payment received")
    expect(page.get_by_text("Payée" if tour.french else "Paid").first).to_be_visible()
    tour.meet("invoice", "paid")
    kept = books.run("SELECT state, net, total FROM billing_invoice WHERE seller = %s", school)
    assert kept == [{"state": "paid", "net": 3_125_000, "total": 3_125_000}]
    page.goto(quote)
    tour.meet("quote", "invoiced")
    fill(tour, units="10")
    tour.press("button", "Préparer la facture", "Prepare the invoice")
    tour.press("button", "Émettre la facture", "Issue the invoice")
    page.get_by_label("Motif" if tour.french else "Reason").select_option("wrong-count")
    tour.press("button", "Émettre l.avoir", "Issue the credit note")
    expect(page.get_by_text(re.compile(r"A-\d{4}-0001"))).to_be_visible()
    tour.meet("invoice", "cancelled")
    page.goto(f"{stack.url}/devis/factures/?vue=payees")
    tour.meet("invoices", "paid")
    for row in guard.run(guard.world.conn.fetch("SELECT id FROM guard.containment WHERE lifted_at IS NULL")):
        guard.amend("containment", row["id"], lifted_at=guard.run(guard.world.now()))
