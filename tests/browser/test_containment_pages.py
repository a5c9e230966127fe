"""Containment in a browser: look first, cut a line, cut everything in three clicks, ask for it back."""

import base64
import time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Page, expect

from beffroi.core.ids import AccountId
from beffroi.guard import turnstile
from beffroi.guard.containing import giving_back
from beffroi.guard.containing.cutting import contain
from beffroi.guard.duties import Work
from tests.browser.at_guard import authenticator
from tests.browser.office import camille, stack
from tests.browser.pages import Tour, meets
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member

__all__ = ["camille", "stack"]
pytestmark = pytest.mark.browser


def arrive(stack: Stack, page: Page, member: Member, path: str) -> None:
    """Sign in with the passkey, put into the browser's own authenticator, and come to a page."""
    assert member.passkey is not None
    session, made = authenticator(page)
    key = member.passkey.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = {
        "credentialId": base64.b64encode(member.passkey.credential_id).decode(), "isResidentCredential": False,
        "rpId": "localhost", "privateKey": base64.b64encode(key).decode(),
        "signCount": int(time.time()),  # more than any browser of this module said before
    }  # fmt: skip
    session.send("WebAuthn.addCredential", {"authenticatorId": made, "credential": credential})
    page.goto(stack.url + path)
    page.get_by_role("link", name=f"{member.persona.given_name} {member.persona.usual_name}").click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.guard.url}/sign-in/factor*")
    page.locator("form[data-passkey] button").first.click()
    page.wait_for_url(f"{stack.url}/**")


class Watch:
    """Who watches the network of these tests."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        guard = stack.guard
        self.network = guard.run(guard.world.organisation("Réseau des missions locales", kind="network"))
        self.security = guard.member(
            "Claire Fontaine", role="security-officer", with_totp=False, with_passkey=True,
            organisation=self.network,
        )  # fmt: skip
        self.approvers = [
            guard.member(name, role="approver", organisation=self.network)
            for name in ("Helene Marchand", "Thomas Leroux")
        ]
        self.manager = guard.member("Odile Saint-Maur de la Rochefoucauld", role="account-manager")
        for number in range(3):
            guard.member(f"Agent Numero{number}", requested_by=self.manager.account)

    def lift(self, identifier: str) -> None:
        """Give back, as when the two approvers have signed."""

        async def lifted() -> None:
            world = self.stack.guard.world
            async with world.conn.transaction():
                await turnstile.take(world.conn)
                work = Work(world.conn, world.keys, world.policy, await world.now())
                await giving_back.lift(work, identifier, [AccountId(one.account) for one in self.approvers])

        self.stack.guard.run(lifted())

    def lift_all(self) -> None:
        """Nothing is cut any more."""
        rows = self.stack.guard.run(
            self.stack.guard.world.conn.fetch("SELECT id FROM guard.containment WHERE lifted_at IS NULL")
        )
        for row in rows:
            self.lift(str(row["id"]))


@pytest.fixture(scope="module")
def watch(stack: Stack, camille: Member) -> Watch:
    return Watch(stack)


@meets("containment", "containment-refused", "containment-cost", "containment-history")
def test_security_officer_cuts_a_line_and_asks_for_it_back_without_meeting_a_barrier(
    stack: Stack, watch: Watch, tour: Tour
) -> None:
    page, guard = tour.page, stack.guard
    watch.lift_all()
    arrive(stack, page, watch.security, "/confinement/")
    expect(page.get_by_text("Tout le réseau fonctionne" if tour.french else "whole network works")).to_be_visible()
    tour.meet("containment")
    if tour.french:  # once only: what was given back stays in the history
        page.goto(f"{stack.url}/confinement/historique/")
        tour.meet("containment-history", "empty")
        page.goto(f"{stack.url}/confinement/")
    page.get_by_label("Adresse professionnelle" if tour.french else "Professional address").fill("personne@ici.fr")
    tour.press("button", "Voir ce que cela coûte", "See what it costs")
    expect(page.locator("#erreurs")).to_be_visible()
    tour.meet("containment-refused")
    page.get_by_label("Adresse professionnelle" if tour.french else "Professional address").fill(
        watch.manager.persona.email
    )
    tour.press("button", "Voir ce que cela coûte", "See what it costs")
    tour.meet("containment-cost")
    assert "odile" not in page.url.lower()
    page.get_by_label("Motif" if tour.french else "Reason").select_option("suspect-creation")
    tour.press("button", "Couper maintenant", "Cut now")
    page.wait_for_url("**/confinement/")
    kept = guard.row("SELECT * FROM guard.cut WHERE ended_at IS NULL")
    assert (kept["kind"], kept["accounts"], kept["reason"]) == ("line", 4, "suspect-creation")
    tour.meet("containment", "line")
    tour.press("button", "Demander la levée", "Ask for the lifting")
    expect(
        page.get_by_text("rien n’est rendu avant" if tour.french else "nothing is given back before")
    ).to_be_visible()
    assert guard.one("SELECT count(*) FROM guard.request WHERE kind = 'lift' AND status = 'pending'") >= 1
    tour.meet("containment", "asked")
    watch.lift(str(kept["id"]))
    tour.press("link", "Historique", "History")
    tour.meet("containment-history")


@meets("containment", "containment-everything")
def test_security_officer_cuts_everything_in_three_clicks_from_the_menu(
    stack: Stack, watch: Watch, tour: Tour
) -> None:
    page, guard = tour.page, stack.guard
    watch.lift_all()
    arrive(stack, page, watch.security, "/mon-compte/")
    page.get_by_role("link", name="Confinement" if tour.french else "Containment").first.click()
    tour.press("button", "Tout couper", "Cut everything")
    tour.meet("containment-everything")
    tour.press("button", "Couper maintenant", "Cut now")
    expect(page.get_by_text("Tout est coupé" if tour.french else "Everything is cut")).to_be_visible()
    tour.meet("containment", "everything")
    assert guard.one("SELECT count(*) FROM guard.containment WHERE kind = 'everything' AND lifted_at IS NULL") == 1
    watch.lift_all()


def test_adviser_has_no_such_entry_and_no_such_page(stack: Stack, camille: Member) -> None:
    visitor = stack.signed_in(camille)
    assert "/confinement/" not in visitor.get("/mon-compte/").links()
    for path in ("/confinement/", "/confinement/historique/"):
        assert visitor.get(path).status == 403
    refused = visitor.post("/confinement/couper/", {"kind": "everything", "reason": "exercise"})
    assert refused.status == 403
    assert stack.guard.one("SELECT count(*) FROM guard.containment WHERE lifted_at IS NULL") == 0


def test_long_list_of_cuts_stays_readable(stack: Stack, watch: Watch, page: Page) -> None:
    guard = stack.guard
    world = guard.world

    async def cut(kind: str, scope: str, groups: int = 0) -> None:
        await contain(
            world.conn, world.keys, world.policy, kind, scope, groups=groups, reason="exercise", operator="nuit"
        )

    watch.lift_all()
    for _ in range(28):
        guard.run(cut("groups", "", 4))
    guard.run(cut("organisation", world.offices["South"]))
    guard.run(cut("application", "console"))
    arrive(stack, page, watch.security, "/confinement/")
    expect(page.get_by_role("button", name="Demander la levée")).to_have_count(25)
    expect(page.get_by_text("plus anciens")).to_be_visible()
    watch.lift_all()
