"""Partners in a real browser, in both languages: the network's pages and a manager's own."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Page, expect

from beffroi.core.ids import OrganisationId
from beffroi.core.partner_lists import CLAUSES, LISTS, List, reference
from beffroi.guard import stamped
from beffroi.guard.partners import sealed
from tests.browser.at_guard import authenticator
from tests.browser.office import stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Guard, Member

__all__ = ["stack"]
pytestmark = pytest.mark.browser
CONTACT = {"name": "Anne Duval", "email": "securite@valbrume.example", "phone": "0320000000"}


@pytest.fixture(scope="module")
def network(stack: Stack) -> dict[str, Any]:
    """A network with a security officer and two approvers, an office with a contract and a manager."""
    guard = stack.guard
    guard.amend("organisation", guard.organisation, name="Mission Locale de Valbrume")
    guard.amend("organisation", guard.world.offices["South"], name="Mission Locale de Rochefleury")
    place = guard.run(guard.world.organisation("Réseau national", kind="network"))
    write_contract(guard, guard.organisation)
    keyed: dict[str, Any] = {"with_passkey": True, "with_totp": False}
    for name in ("Helene Marchand", "Thomas Leroux"):
        guard.member(name, role="approver", organisation=place, **keyed)
    return {
        "claire": guard.member("Claire Fontaine", role="security-officer", organisation=place, **keyed),
        "philippe": guard.member("Philippe Garnier", role="account-manager", **keyed),
    }


def write_contract(guard: Guard, organisation: OrganisationId, *, opened: bool = True, **changes: Any) -> None:
    """A contract in force, written behind the doors' back."""

    async def write() -> None:
        world, now = guard.world, await guard.world.now()
        until_at = changes.get("until_at", now + timedelta(days=300))
        row = {
            "id": organisation, "from_at": now - timedelta(days=40), "until_at": until_at,
            "clauses": [reference(code) for code in CLAUSES], "controllers": ["France Travail", "Réseau national"],
            "level": 2, **sealed.fresh(world.keys, organisation, CONTACT),
            "opened_at": now - timedelta(days=40) if opened else None, "ended_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(world.conn, world.keys, "contract", row)
        office = await world.conn.fetchrow("SELECT * FROM guard.organisation WHERE id = $1", organisation)
        await stamped.amend(world.conn, world.keys, "organisation", office, active=opened, contract_until=until_at)

    guard.run(write())


def sign_in(stack: Stack, page: Page, member: Member) -> None:
    """To the console with a passkey that this page's authenticator holds."""
    passkey = member.passkey
    assert passkey is not None
    session, identifier = authenticator(page)
    private = passkey.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = {
        "credentialId": b64encode(passkey.credential_id).decode(), "isResidentCredential": False,
        "rpId": passkey.rp_id, "privateKey": b64encode(private).decode(),
        "signCount": int(datetime.now(UTC).timestamp()),  # a counter that goes back is a copied key
    }  # fmt: skip
    session.send("WebAuthn.addCredential", {"authenticatorId": identifier, "credential": credential})
    page.goto(f"{stack.url}/connexion/?suite=/mon-compte/")
    page.get_by_role("link", name=f"{member.persona.given_name} {member.persona.usual_name}").click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.guard.url}/sign-in/factor*")
    page.get_by_role("button", name=re.compile("clé d.accès|passkey")).click()
    page.wait_for_url(f"{stack.url}/mon-compte/")


def day(days: int) -> str:
    """A day from today, as it is typed."""
    return f"{datetime.now(UTC) + timedelta(days=days):%d/%m/%Y}"


def sent(tour: Tour) -> None:
    expect(tour.page.get_by_text("Demande transmise" if tour.french else "Request sent")).to_be_visible()


@meets("partners", "partner", "partner-contract", "partner-new")
def test_security_officer_reads_partners_and_asks_for_contracts(
    stack: Stack, network: dict[str, Any], tour: Tour, width: int
) -> None:
    page, guard = tour.page, stack.guard
    sign_in(stack, page, network["claire"])
    tour.press("link", "Partenaires", "Partners")
    tour.meet("partners")
    tour.press("link", "En retard", "Overdue")
    expect(page.get_by_text("Rochefleury")).to_be_visible()
    page.locator("#nom").fill("nowhere at all")
    page.keyboard.press("Enter")
    tour.meet("partners", "empty")
    page.goto(f"{stack.url}/partenaires/")
    page.get_by_role("link", name="Valbrume").click()
    tour.meet("partner")
    page.goto(f"{stack.url}/partenaires/{guard.world.offices['South']}/")
    tour.meet("partner", "without-contract")
    tour.press("link", "Enregistrer le contrat", "Record the contract")
    tour.press("button", "Transmettre la demande", "Send the request")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("partner-contract", "refused")
    page.locator("#id_controllers").fill(f"France Travail\nRéseau {width}")
    page.locator("#id_contact_name").fill("Luc Martin")
    page.locator("#id_contact_email").fill("securite@rochefleury.example")
    page.locator("#id_contact_phone").fill("01 99 00 12 34")
    page.get_by_role("checkbox", checked=True).first.uncheck()
    tour.press("button", "Transmettre la demande", "Send the request")
    expect(page.locator("#erreurs")).to_be_visible()
    page.get_by_role("checkbox").first.check()
    tour.press("button", "Transmettre la demande", "Send the request")
    sent(tour)
    page.goto(f"{stack.url}/partenaires/nouveau/")
    page.locator("#id_siret").fill("12345678901234")
    tour.press("button", "Transmettre la demande", "Send the request")
    tour.meet("partner-new", "refused")
    for name, value in (
        ("name", f"Atelier {width}"), ("code", f"of-neuf-{width}"), ("siret", "732 829 320 00074"),
        ("controllers", "Réseau national"), ("contact_name", "Luc Martin"), ("contact_email", "s@neuf.example"),
        ("contact_phone", "01 99 00 12 34"),
    ):  # fmt: skip
        page.locator(f"#id_{name}").fill(value)
    tour.press("button", "Transmettre la demande", "Send the request")
    sent(tour)


@meets("partner-list", "partner-end", "partner")
def test_security_officer_completes_a_list_asks_to_open_and_ends_a_contract(
    stack: Stack, network: dict[str, Any], tour: Tour, width: int
) -> None:
    page, guard = tour.page, stack.guard
    office = guard.run(guard.world.organisation(f"Mission Locale de Vernoux {width}"))
    write_contract(guard, office, opened=False)
    sign_in(stack, page, network["claire"])
    page.goto(f"{stack.url}/partenaires/{office}/listes/entree/")
    tour.meet("partner-list", "empty")
    for code in LISTS[List.ONBOARDING]:
        page.locator(f"#proof-{code}").fill("GED 2026-114")
    tour.press("button", "Enregistrer la liste", "Save the list")
    tour.meet("partner", "ready")
    tour.press("button", "Demander l.ouverture", "Request the opening")
    sent(tour)
    page.goto(f"{stack.url}/partenaires/{office}/listes/entree/")
    tour.meet("partner-list", "done")
    other = guard.run(guard.world.organisation(f"Mission Locale de Montclar {width}"))
    write_contract(guard, other)
    guard.member(f"Sonia Martin{width}", organisation=other)
    page.goto(f"{stack.url}/partenaires/{other}/fin/")
    page.locator("input[name=when][value=after]").check()
    tour.press("button", "Mettre fin au contrat", "End the contract")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("partner-end", "refused")
    page.locator("input[name=when][value=now]").check()
    tour.press("button", "Mettre fin au contrat", "End the contract")
    tour.meet("partner", "ended")


@meets("audit", "roster", "partner")
def test_manager_answers_an_audit_and_keeps_a_roster(
    stack: Stack, network: dict[str, Any], tour: Tour, width: int, new_page: Any
) -> None:
    guard, page = stack.guard, tour.page
    office = guard.run(guard.world.organisation(f"Mission Locale de Lormont {width}"))
    write_contract(guard, office)
    manager = guard.member(
        f"Paule Garnier{width}", role="account-manager", organisation=office, with_passkey=True, with_totp=False
    )
    sign_in(stack, page, network["claire"])
    page.goto(f"{stack.url}/partenaires/{office}/")
    page.locator("#id_due_on").fill("hier")
    tour.press("button", "Ouvrir un audit", "Open an audit")
    expect(page.locator("#erreurs")).to_be_visible()
    page.locator("#id_due_on").fill(day(30))
    tour.press("button", "Ouvrir un audit", "Open an audit")
    page.wait_for_url("**/audits/**")
    tour.meet("audit", "begun")
    audit = page.url
    other = new_page(viewport={"width": width, "height": 900}, locale=tour.locale)
    sign_in(stack, other, manager)
    tour.page = other
    tour.press("link", "Mon organisme", "My organisation")
    tour.meet("partner", "own")
    other.goto(audit)
    for place, group in enumerate(other.locator("main fieldset").all()):
        group.get_by_role("radio").nth(1 if place == 3 else 0).check()
    other.locator("textarea").nth(3).fill("Deux départs déclarés le lendemain en mars.")
    tour.meet("audit", "answering")
    tour.press("button", "Enregistrer mes réponses", "Save my answers")
    expect(other.get_by_text("C’est enregistré" if tour.french else "Saved")).to_be_visible()
    other.goto(f"{stack.url}/partenaires/{office}/annuaire/")
    tour.meet("roster", "empty")
    other.locator("#id_domain").fill("gmail.com")
    tour.press("button", "Transmettre la demande", "Send the request")
    expect(other.locator("#erreurs")).to_be_visible()
    tour.meet("roster", "refused")
    other.locator("#id_domain").fill(f"lormont{width}.example")
    tour.press("button", "Transmettre la demande", "Send the request")
    sent(tour)
    other.locator("#id_out-email").fill("nobody@lormont.example")
    tour.press("button", "Retirer cette adresse", "Remove this address")
    expect(other.locator("#erreurs")).to_be_visible()
    row = {"id": str(office), "organisation": office, "domain": f"ancien{width}.example", "ended_at": None}
    guard.run(guard.world.insert("roster_domain", **row))
    other.goto(f"{stack.url}/partenaires/{office}/annuaire/")
    tour.meet("roster", "held")
    tour.press("button", "Retirer ancien", "Remove ancien")
    expect(other.get_by_text(f"ancien{width}.example")).to_have_count(0)
    tour.page = page
    page.goto(audit)
    tour.press("button", "Clore l.audit", "Close the audit")
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("input[name^=due-]").fill(day(20))
    tour.press("button", "Clore l.audit", "Close the audit")
    tour.meet("audit", "closed")
    page.locator("input[name^=corrected-]").check()
    tour.press("button", "Enregistrer", "Save")
    expect(page.get_by_text(re.compile("Corrigé le|Corrected on"))).to_be_visible()
