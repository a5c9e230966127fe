"""Passkeys of the tests' members in a real browser: a virtual authenticator that holds them."""

import re
from base64 import b64encode
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import CDPSession, Page

from tests.browser.at_guard import authenticator
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member, fresh_code

_COUNTER = "SELECT max(sign_count) FROM guard.factor WHERE account = $1 AND kind = 'passkey'"
_HELD: WeakKeyDictionary[Page, tuple[CDPSession, str]] = WeakKeyDictionary()
"""One authenticator a page, whoever signs in there: of several, the browser may ask one that holds nothing."""


def carry(stack: Stack, page: Page, member: Member) -> CDPSession:
    """Put a member's passkey into this page's authenticator, its counter where the guard last saw it."""
    passkey = member.passkey
    assert passkey is not None
    if page not in _HELD:
        _HELD[page] = authenticator(page)
    session, identifier = _HELD[page]
    counter = stack.guard.one(_COUNTER, member.account)
    private = passkey.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    credential = {
        "credentialId": b64encode(passkey.credential_id).decode(), "isResidentCredential": False,
        "rpId": passkey.rp_id, "privateKey": b64encode(private).decode(), "signCount": counter,
    }  # fmt: skip
    held = session.send("WebAuthn.getCredentials", {"authenticatorId": identifier})["credentials"]
    if credential["credentialId"] in {each["credentialId"] for each in held}:  # signed in here before
        told = {"authenticatorId": identifier, "credentialId": credential["credentialId"]}
        session.send("WebAuthn.removeCredential", told)
    session.send("WebAuthn.addCredential", {"authenticatorId": identifier, "credential": credential})
    return session


def sign_in(stack: Stack, page: Page, member: Member, path: str) -> None:
    """To a page of the console, through the provider and the guard's second factor, whatever the member holds."""
    page.context.clear_cookies()
    if member.passkey is not None:
        carry(stack, page, member)
    page.goto(stack.url + path)
    if page.url.startswith(stack.url):
        page.goto(f"{stack.url}/connexion/?suite={path}")
    name = f"{member.persona.given_name} {member.persona.usual_name}"
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.guard.url}/sign-in/factor*")
    prove(stack, page, member)
    page.wait_for_url(f"{stack.url}/**")


def prove(stack: Stack, page: Page, member: Member) -> None:
    """Answer the guard's page that asks for a second factor."""
    if member.passkey is not None:
        page.get_by_role("button", name=re.compile("clé d.accès|passkey")).click()
    else:
        page.locator("#code").fill(fresh_code(stack.guard, member))
        page.keyboard.press("Enter")
