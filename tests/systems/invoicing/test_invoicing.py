"""Quotes and invoices through the whole product: two sides, numbers without a gap, nobody in them, nothing undone."""

import threading
from io import BytesIO
from uuid import uuid4

import psycopg
import pytest
from pypdf import PdfReader

from tests.config.console.stack import Page, Stack
from tests.systems.invoicing.trade import PASSKEY, Firm, Trade, clerk, firm, on, trade

__all__ = ["trade"]
VALUES = ("-1", "0", "-12,50", "1e9", "99999999999999999999", "12;50", "NaN", "<b>", "")


def test_quote_goes_from_draft_to_paid_between_its_two_sides(trade: Trade) -> None:
    quote = trade.draft()
    assert trade.office.visitor.get(f"/devis/{quote}/").status == 404, "a draft is the seller's alone"
    page = trade.school.visitor.post(f"/devis/{quote}/", {"move": "send", "version": "1"})
    assert "Devis envoyé" in page.text
    kept = trade.quote(quote)
    assert (kept["net"], kept["tax"], kept["total"]) == (600_000, 0, 600_000)
    assert "6 000,00 €" in trade.office.visitor.get("/devis/").text
    assert "Devis accepté" in trade.office.visitor.post(f"/devis/{quote}/", {"move": "accept"}).text
    invoice = trade.billed(quote, 300)
    assert trade.office.visitor.get(f"/devis/factures/{invoice}/").status == 404
    assert "Facture émise" in trade.say(trade.school, invoice, "issue").text
    assert "Reste à facturer : 180 heures-stagiaires" in trade.school.visitor.get(f"/devis/{quote}/").text
    assert "Bonne à payer" in trade.say(trade.office, invoice, "agree").text
    assert "Payée" in trade.say(trade.school, invoice, "pay").text
    kept = trade.invoice(invoice)
    assert (kept["state"], kept["net"], kept["total"]) == ("paid", 375_000, 375_000)
    assert kept["due_on"] == on(30)


def test_invoice_says_when_it_is_due_until_it_is_paid(trade: Trade) -> None:
    def read() -> str:
        return trade.school.visitor.get(f"/devis/factures/{invoice}/").text

    invoice = trade.billed(trade.accepted(), 10)
    assert "30 jours après l’émission" in read()
    assert "au plus tard" not in read()
    trade.say(trade.school, invoice, "issue")
    assert f"À payer au plus tard le {on(30):%d/%m/%Y}" in read()
    trade.say(trade.school, invoice, "pay")
    assert "À payer" not in read()


def test_documents_without_a_line_say_where_the_first_comes_from(trade: Trade) -> None:
    for firm_, address, said in (
        (trade.rival, "/devis/?vue=refuses", "Choisissez « Nouveau devis » pour commencer."),
        (trade.elsewhere, "/devis/?vue=refuses", "Les devis que des organismes de formation vous envoient"),
        (trade.rival, "/devis/factures/?vue=payees", "Une facture se prépare depuis un devis accepté."),
        (trade.elsewhere, "/devis/factures/?vue=payees", "Les factures que des organismes de formation"),
    ):
        assert said in firm_.visitor.get(address).text, address


def test_standard_rate_is_rounded_once_and_kept(trade: Trade) -> None:
    quote = trade.quote(trade.draft(trainees="1", hours="1", price="0,03", vat="standard"))
    assert (quote["net"], quote["tax"], quote["total"]) == (3, 1, 4)


def test_documents_say_what_the_law_wants_and_name_nobody(trade: Trade) -> None:
    invoice = trade.issued(trade.accepted(price="10"), 12)
    trade.say(trade.school, invoice, "credit", reason="wrong-count")
    texts = {}
    for name in ("facture", "avoir"):
        answer = trade.office.visitor.get(f"/devis/factures/{invoice}/{name}.pdf").response
        assert answer.headers["content-type"] == "application/pdf"
        texts[name] = " ".join(PdfReader(BytesIO(answer.content)).pages[0].extract_text().split())
    for said in (
        "Facture F-", "Émise le", "à payer au plus tard le", "SIRET 73282932000074", "TVA FR44732829320",
        "2 rue des Ateliers",
        "sous le numéro 83630123463", "261-4-4° a du CGI", "40 euros", "CAP cuisine", "12 heures-stagiaires",
        "Prestation de services", "SIRET 55208131766522",
    ):  # fmt: skip
        assert said in texts["facture"], (said, texts["facture"])
    assert "Annule en totalité la facture F-" in texts["avoir"]
    assert "-120,00" in texts["avoir"]
    assert "Nadia" not in texts["facture"]


def test_issued_invoice_is_changed_by_nobody_and_cancelled_by_a_credit_note_alone(trade: Trade) -> None:
    quote = trade.accepted()
    invoice = trade.issued(quote, 480)
    for column, value in (("total", 1), ("rank", 99), ("units", 1), ("issued_on", "2020-01-01")):
        with pytest.raises(psycopg.errors.IntegrityError):
            trade.books.run(f"UPDATE billing_invoice SET {column} = %s WHERE id = %s", value, invoice)
    with pytest.raises(psycopg.errors.IntegrityError):
        trade.books.run("UPDATE billing_invoice SET state = 'draft', rank = NULL WHERE id = %s", invoice)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        trade.books.run("DELETE FROM billing_invoice WHERE id = %s", invoice)
    with pytest.raises(psycopg.errors.IntegrityError):
        trade.books.run("UPDATE billing_numbering SET last = last - 1 WHERE seller = %s", trade.school.id)
    more = trade.school.visitor.post(f"/devis/{quote}/", {"move": "bill", "units": "1"})
    assert "Un nombre de 1 à" in more.text or more.status != 200
    trade.say(trade.school, invoice, "credit", reason="wrong-count")
    assert trade.invoice(invoice)["state"] == "cancelled"
    again = trade.issued(quote, 480)
    assert trade.invoice(again)["rank"] == trade.invoice(invoice)["rank"] + 1


def test_sent_quote_keeps_the_session_as_it_was(trade: Trade) -> None:
    quote = trade.sent()
    session = trade.quote(quote)["session"]
    trade.books.run("UPDATE training_session SET title = 'Autre chose' WHERE id = %s", session)
    assert "CAP cuisine" in trade.office.visitor.get(f"/devis/{quote}/").text
    assert trade.school.visitor.get(f"/devis/{quote}/modifier/").status == 404


def test_replayed_acceptance_changes_nothing(trade: Trade) -> None:
    quote = trade.accepted()
    before = trade.quote(quote)
    again = trade.office.visitor.post(f"/devis/{quote}/", {"move": "accept"})
    assert "l’état a changé" in again.text
    refused = trade.office.visitor.post(f"/devis/{quote}/", {"move": "refuse", "reason": "price"})
    assert "l’état a changé" in refused.text
    assert trade.quote(quote) == before


def test_quote_that_a_colleague_changed_since_it_was_read_is_not_sent(trade: Trade) -> None:
    quote = trade.draft(price="10")
    page = trade.school.visitor.get(f"/devis/{quote}/").response.content.decode()
    assert 'name="version" value="1"' in page
    trade.school.visitor.post(f"/devis/{quote}/modifier/", trade.terms(price="9999", version="1"))
    assert trade.quote(quote)["cents"] == 999_900
    for read in ("1", "", "x"):
        trade.school.visitor.post(f"/devis/{quote}/", {"move": "send", "version": read})
        assert (trade.quote(quote)["state"], trade.quote(quote)["rank"]) == ("draft", None), read
    trade.school.visitor.post(f"/devis/{quote}/", {"move": "send", "version": "2"})
    assert trade.quote(quote)["state"] == "sent"


def test_quote_past_its_last_day_is_accepted_no_more(trade: Trade) -> None:
    quote = trade.draft()
    trade.books.run("UPDATE billing_quote SET valid_until = %s WHERE id = %s", on(-1), quote)
    page = trade.school.visitor.post(f"/devis/{quote}/", {"move": "send", "version": "1"})
    assert "n’est plus valable" in page.text
    assert trade.quote(quote)["state"] == "draft"


def test_seller_does_not_accept_its_own_quote_nor_the_buyer_issue_an_invoice(trade: Trade) -> None:
    quote = trade.sent()
    trade.school.visitor.post(f"/devis/{quote}/", {"move": "accept"})
    assert trade.quote(quote)["state"] == "sent"
    trade.office.visitor.post(f"/devis/{quote}/", {"move": "accept"})
    invoice = trade.billed(quote, 10)
    trade.say(trade.school, invoice, "issue")
    for move in ("issue", "pay", "credit"):
        trade.say(trade.office, invoice, move, reason="wrong-count")
    assert trade.invoice(invoice)["state"] == "issued"


@pytest.mark.parametrize("side", ["rival", "elsewhere"])
def test_same_role_in_another_organisation_finds_nothing_there(trade: Trade, side: str) -> None:
    other: Firm = getattr(trade, side)
    quote = trade.accepted()
    invoice = trade.issued(quote, 10)
    documents = (f"/devis/{quote}/", f"/devis/factures/{invoice}/")
    files = (f"/devis/{quote}/devis.pdf", f"/devis/factures/{invoice}/facture.pdf", f"/devis/{quote}/modifier/")
    unknown = other.visitor.get(f"/devis/{uuid4()}/").text
    for path in (*documents, *files):
        assert other.visitor.get(path).status == 404
        assert other.visitor.get(path).text == unknown
    for path in documents:
        for move in ("send", "accept", "refuse", "bill", "issue", "agree", "pay", "credit"):
            answer = other.visitor.post(path, {"move": move, "units": "1", "reason": "price", "version": "1"})
            assert answer.status == 404
    assert (trade.quote(quote)["state"], trade.invoice(invoice)["state"]) == ("accepted", "issued")
    assert "CAP cuisine" not in other.visitor.get("/devis/?vue=acceptes").text


def test_quote_for_another_organisations_session_is_not_made(trade: Trade) -> None:
    session = trade.books.session(trade.rival.id)
    assert trade.school.visitor.post(f"/devis/nouveau/{session}/", trade.terms()).status == 404


@pytest.mark.parametrize("field", ["trainees", "hours", "price"])
@pytest.mark.parametrize("value", VALUES)
def test_count_or_price_that_is_none_is_refused_on_the_page(trade: Trade, field: str, value: str) -> None:
    session = trade.books.session(trade.school.id)
    count = "SELECT count(*) AS n FROM billing_quote"
    before = trade.books.run(count)
    page = trade.school.visitor.post(f"/devis/nouveau/{session}/", trade.terms(**{field: value}))
    assert page.status == 422
    assert trade.books.run(count) == before


@pytest.mark.parametrize(
    "change",
    [
        {"buyer": str(uuid4())}, {"buyer": "x"}, {"unit": "kilo"}, {"vat": "free"}, {"valid_until": "01/01/2020"},
        {"trainees": "500", "hours": "2000", "price": "1000"},
    ],
)  # fmt: skip
def test_terms_outside_the_lists_or_beyond_the_ceiling_are_refused(trade: Trade, change: dict[str, str]) -> None:
    session = trade.books.session(trade.school.id)
    assert trade.school.visitor.post(f"/devis/nouveau/{session}/", trade.terms(**change)).status == 422


@pytest.mark.parametrize("units", ["0", "-5", "481", "1e2", "", "99999999999999"])
def test_invoice_of_more_than_is_left_or_of_nothing_is_refused(trade: Trade, units: str) -> None:
    quote = trade.accepted()
    assert trade.school.visitor.post(f"/devis/{quote}/", {"move": "bill", "units": units}).status == 422


@pytest.mark.parametrize("move", ["", "delete", "SEND", "x" * 500])
def test_unknown_word_moves_nothing(trade: Trade, move: str) -> None:
    quote = trade.draft()
    trade.school.visitor.post(f"/devis/{quote}/", {"move": move})
    assert trade.quote(quote)["state"] == "draft"


def test_two_invoices_issued_at_once_have_two_numbers_and_leave_no_gap(trade: Trade) -> None:
    quotes = [trade.accepted() for _ in range(6)]
    invoices = [trade.billed(quote, 5) for quote in quotes]
    token = trade.school.visitor.get("/devis/").token()
    cookies = trade.school.visitor.http.cookies
    statuses: list[int] = []

    def issue(invoice: str) -> None:
        visitor = trade.stack.visitor()
        visitor.http.cookies = cookies
        data = {"csrfmiddlewaretoken": token, "move": "issue", "version": "1"}
        statuses.append(visitor.http.post(f"{trade.stack.url}/devis/factures/{invoice}/", data=data).status_code)

    racing = [threading.Thread(target=issue, args=[each]) for each in [*invoices, *invoices]]  # each twice
    for each in racing:
        each.start()
    for each in racing:
        each.join()
    assert set(statuses) == {303}
    assert {trade.invoice(each)["state"] for each in invoices} == {"issued"}
    ranks = trade.ranks("billing_invoice")
    assert ranks == list(range(1, len(ranks) + 1))
    quoted = trade.ranks("billing_quote")
    assert quoted == list(range(1, len(quoted) + 1))


def test_draft_changed_meanwhile_is_not_issued_as_it_was_read(trade: Trade) -> None:
    quote = trade.accepted()
    invoice = trade.billed(quote, 5)
    read = str(trade.invoice(invoice)["version"])
    assert trade.billed(quote, 400) == invoice
    page = trade.school.visitor.post(f"/devis/factures/{invoice}/", {"move": "issue", "version": read})
    assert "modifié entre-temps" in page.text
    assert trade.invoice(invoice)["state"] == "draft"


def test_adviser_neither_bills_nor_sees_what_is_billed(stack: Stack, trade: Trade) -> None:
    quote = trade.sent()
    adviser = stack.signed_in(stack.guard.member("Ana Moreau"))
    assert "/devis/" not in adviser.get("/mon-compte/").links()
    for path in ("/devis/", "/devis/factures/", f"/devis/{quote}/", "/devis/mentions-legales/"):
        assert adviser.get(path).status == 403
    assert adviser.post(f"/devis/{quote}/", {"move": "accept"}).status == 403
    assert trade.quote(quote)["state"] == "sent"


def test_clerk_without_a_passkey_is_asked_for_one_and_opens_no_file(stack: Stack, trade: Trade) -> None:
    member = stack.guard.member("Paul Comptable")
    visitor = clerk(stack, member)
    assert visitor.get("/devis/").status == 200
    person = stack.person(organisation=stack.guard.organisation, last_name="Bertin")
    for path in (f"/personnes/{person}/", "/portefeuille/", "/portefeuille/structure/"):
        page = visitor.get(path)
        assert "Bertin" not in page.text
    session = stack.guard.one("SELECT id FROM guard.session WHERE account = $1", member.account)
    stack.guard.amend("session", session, level=PASSKEY - 1)
    assert "Confirmez que c’est bien vous" in visitor.get("/devis/").text


def test_organisation_without_a_siret_says_no_particulars_and_quotes_nothing(stack: Stack, trade: Trade) -> None:
    bare = firm(stack, "Bare", "Bea Nue", "training-staff", "training-organisation", None)
    assert bare.says().status == 422
    session = trade.books.session(bare.id)
    assert bare.visitor.post(f"/devis/nouveau/{session}/", trade.terms()).status == 422


@pytest.mark.parametrize(
    "change", [{"postcode": "x"}, {"postcode": "630000"}, {"declaration": "12"}, {"address": ""}]
)
def test_malformed_particulars_are_refused(trade: Trade, change: dict[str, str]) -> None:
    assert trade.school.says(**change).status == 422


def cut(stack: Stack, kind: str, scope: str) -> str:
    """A containment in force; its id."""
    return stack.guard.run(stack.guard.world.contain(kind, scope))


def lift(stack: Stack, containment: str) -> None:
    """It is over."""
    stack.guard.amend("containment", containment, lifted_at=stack.guard.run(stack.guard.world.now()))


def pages(firm: Firm) -> list[Page]:
    return [firm.visitor.get(path) for path in ("/devis/", "/devis/factures/", "/devis/mentions-legales/")]


def test_quotes_and_invoices_go_on_while_files_are_contained_and_stop_with_the_organisation(
    stack: Stack, trade: Trade
) -> None:
    person = stack.person(organisation=trade.school.id, kind="enrolment")
    assert trade.school.visitor.get("/prescriptions/recues/").status == 200
    closed = cut(stack, "files", "training-organisation")
    told = "Les dossiers sont fermés par mesure de sécurité"
    for path in ("/prescriptions/recues/", f"/personnes/{person}/"):
        page = trade.school.visitor.get(path)
        assert told in page.text, page.text
        assert "/devis/" in page.links()
    for each in (*pages(trade.school), *pages(trade.office)):
        assert each.status == 200
    invoice = trade.issued(trade.accepted(), 20)
    trade.say(trade.office, invoice, "agree")
    trade.say(trade.school, invoice, "pay")
    assert trade.invoice(invoice)["state"] == "paid"
    lift(stack, closed)
    assert told not in trade.school.visitor.get("/prescriptions/recues/").text
    closed = cut(stack, "organisation", trade.school.id)
    assert {each.status for each in pages(trade.school)} == {403}
    assert {each.status for each in pages(trade.office)} == {200}
    lift(stack, closed)
