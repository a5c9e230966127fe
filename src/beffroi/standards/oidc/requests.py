"""What a relying party sends: through the browser, to the token and userinfo endpoints, at logout."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from joserfc import jwt

from beffroi.standards.oidc.values import (
    AuthorizationRequest,
    ClientSecretPost,
    HttpRequest,
    PrivateKeyJwt,
    Provider,
    RelyingParty,
    Transaction,
    base64url,
)


def authorization_request(
    provider: Provider,
    party: RelyingParty,
    *,
    login_hint: str | None = None,
    prompt: str | None = None,
    random_text: Callable[[int], str] = secrets.token_urlsafe,
) -> AuthorizationRequest:
    """The URL to send the browser to (Core §3.1.2.1) and what to remember until it returns.

    state and nonce carry 256 random bits each (43 characters; ProConnect asks for 32 at least).
    ``prompt="none"`` asks for a silent sign-in. ``login_hint`` stands in a URL: never a personal address.
    """
    transaction = Transaction(random_text(32), random_text(32), random_text(48) if party.pkce else None)
    asked: dict[str, object] = {}
    if not party.acr_values:
        asked["acr"] = {"essential": True, "values": list(party.accepted_acr)}
    if party.ask_amr:
        asked["amr"] = None
    if party.max_age is not None:
        asked["auth_time"] = {"essential": True}
    parameters = {
        "response_type": "code",
        "client_id": party.client_id,
        "redirect_uri": party.redirect_uri,
        "scope": " ".join(party.scopes),
        "state": transaction.state,
        "nonce": transaction.nonce,
    }
    if asked:
        parameters["claims"] = json.dumps({"id_token": asked}, separators=(",", ":"))
    if party.acr_values:
        parameters["acr_values"] = party.accepted_acr[0]
    if transaction.code_verifier is not None:
        digest = hashlib.sha256(transaction.code_verifier.encode("ascii")).digest()
        parameters |= {"code_challenge": base64url(digest), "code_challenge_method": "S256"}
    if party.max_age is not None:
        parameters["max_age"] = str(int(party.max_age.total_seconds()))
    if prompt is not None:
        parameters["prompt"] = prompt
    if login_hint is not None:
        parameters["login_hint"] = login_hint
    return AuthorizationRequest(_with_query(provider.authorization_endpoint, parameters), transaction)


def token_request(
    provider: Provider,
    party: RelyingParty,
    credential: ClientSecretPost | PrivateKeyJwt,
    code: str,
    transaction: Transaction,
    now: datetime,
) -> HttpRequest:
    """The exchange of the code for tokens (Core §3.1.3.1); a signed assertion lives one minute."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": party.redirect_uri,
        "client_id": party.client_id,
    }
    if transaction.code_verifier is not None:
        form["code_verifier"] = transaction.code_verifier
    if isinstance(credential, ClientSecretPost):
        form["client_secret"] = credential.secret
    else:
        form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        form["client_assertion"] = _client_assertion(provider, party, credential, now)
    headers = (("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json"))
    return HttpRequest("POST", provider.token_endpoint, headers, urlencode(form).encode("ascii"))


def _client_assertion(provider: Provider, party: RelyingParty, credential: PrivateKeyJwt, now: datetime) -> str:
    issued_at = int(now.timestamp())
    claims = {
        "iss": party.client_id,
        "sub": party.client_id,
        "aud": provider.token_endpoint,
        "jti": secrets.token_urlsafe(24),
        "iat": issued_at,
        "exp": issued_at + 60,
    }
    header = {"alg": credential.algorithm.value, "kid": credential.kid}
    return jwt.encode(header, claims, credential.key, algorithms=[credential.algorithm.value])


def userinfo_request(provider: Provider, access_token: str) -> HttpRequest:
    """The request for the signed identity (Core §5.3.1)."""
    headers = (("authorization", f"Bearer {access_token}"), ("accept", "application/jwt"))
    return HttpRequest("GET", provider.userinfo_endpoint, headers)


def end_session_url(provider: Provider, party: RelyingParty, id_token: str, state: str) -> str:
    """Where to send the browser to end the provider's session (RP-Initiated Logout 1.0 §2)."""
    parameters = {
        "id_token_hint": id_token,
        "state": state,
        "post_logout_redirect_uri": party.post_logout_redirect_uri,
    }
    return _with_query(provider.end_session_endpoint, parameters)


def _with_query(url: str, parameters: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"
