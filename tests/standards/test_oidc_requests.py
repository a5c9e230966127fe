"""What a relying party sends, and what it accepts before any token is read."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc.jwk import ECKey, RSAKey

from beffroi.standards.jose import JwtRefusal, Verified, verify
from beffroi.standards.oidc import (
    Algorithm,
    ClientSecretPost,
    PrivateKeyJwt,
    Provider,
    PublicKeys,
    Refusal,
    TokenResponse,
    Transaction,
    authorization_request,
    end_session_url,
    read_callback,
    read_key_set,
    read_logout_callback,
    read_provider,
    read_token_response,
    token_request,
    userinfo_request,
)
from tests.standards.oidc_samples import (
    ACCESS_TOKEN,
    CLIENT,
    ISSUER,
    KEY,
    MFA,
    NOW,
    OTHER_KEY,
    PARTY,
    PROVIDER,
    TRANSACTION,
    Claims,
    key_set,
    seconds,
)


def test_guard_asks_for_a_sign_in_with_long_secrets_and_no_parameter_proconnect_ignores() -> None:
    request = authorization_request(PROVIDER, PARTY)
    query = parse_qs(urlsplit(request.url).query, strict_parsing=True)
    assert query.keys() == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims"
    }  # fmt: skip
    assert query["state"] == [request.transaction.state]
    assert len(request.transaction.state) >= 32
    assert query["nonce"] == [request.transaction.nonce]
    assert len(request.transaction.nonce) >= 32
    assert request.transaction.nonce != request.transaction.state
    assert json.loads(query["claims"][0]) == {
        "id_token": {"acr": {"essential": True, "values": ["eidas2", MFA]}, "amr": None}
    }
    assert authorization_request(PROVIDER, PARTY).transaction != request.transaction
    assert request.transaction.state not in repr(request)


def test_guard_with_the_switches_on_sends_an_s256_challenge_and_the_age() -> None:
    party = replace(PARTY, pkce=True, max_age=timedelta(minutes=10))
    request = authorization_request(PROVIDER, party)
    query = parse_qs(urlsplit(request.url).query)
    verifier = request.transaction.code_verifier
    assert verifier is not None
    assert 43 <= len(verifier) <= 128
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (query["code_challenge"], query["code_challenge_method"]) == ([digest], ["S256"])
    assert query["max_age"] == ["600"]
    sent = token_request(PROVIDER, party, ClientSecretPost("secret"), "code", request.transaction, NOW)
    assert parse_qs(sent.body.decode())["code_verifier"] == [verifier]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"code": "abc", "state": TRANSACTION.state}, "abc"),
        ({"code": "abc", "state": "s" * 42 + "t"}, Refusal.STATE_MISMATCH),
        ({"code": "abc"}, Refusal.STATE_MISMATCH),
        ({"error": "access_denied", "state": TRANSACTION.state}, Refusal.ACCESS_DENIED),
        ({"error": "access_denied"}, Refusal.STATE_MISMATCH),
        ({"error": "server_error", "state": TRANSACTION.state}, Refusal.PROVIDER_ERROR),
        ({"state": TRANSACTION.state}, Refusal.CALLBACK_MALFORMED),
        ({"code": "a\nb", "state": TRANSACTION.state}, Refusal.CALLBACK_MALFORMED),
        ({"code": "a" * 9_000, "state": TRANSACTION.state}, Refusal.CALLBACK_MALFORMED),
        (
            {"code": "abc", "state": TRANSACTION.state, "iss": "https://x.example"},
            Refusal.CALLBACK_ISSUER_MISMATCH,
        ),
    ],
)
def test_browser_comes_back_with_a_query_judged_state_first(query: dict[str, str], expected: object) -> None:
    assert read_callback(urlencode(query), TRANSACTION, PROVIDER) == expected


def test_browser_comes_back_with_a_parameter_twice_refused() -> None:
    query = urlencode({"code": "abc", "state": TRANSACTION.state})
    assert read_callback(query + "&code=def", TRANSACTION, PROVIDER) is Refusal.CALLBACK_MALFORMED


def test_browser_comes_back_to_an_empty_transaction_refused() -> None:
    assert read_callback("code=abc&state=", Transaction("", ""), PROVIDER) is Refusal.STATE_MISMATCH


def test_guard_exchanges_the_code_with_a_secret_that_no_repr_shows() -> None:
    request = token_request(PROVIDER, PARTY, ClientSecretPost("hush-hush"), "abc", TRANSACTION, NOW)
    assert (request.method, request.url) == ("POST", PROVIDER.token_endpoint)
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["abc"],
        "redirect_uri": [PARTY.redirect_uri],
        "client_id": [CLIENT],
        "client_secret": ["hush-hush"],
    }
    assert "hush-hush" not in repr(request) + repr(ClientSecretPost("hush-hush"))


def test_guard_exchanges_the_code_with_an_assertion_its_public_key_verifies() -> None:
    credential = PrivateKeyJwt(KEY, "one")
    form = parse_qs(token_request(PROVIDER, PARTY, credential, "abc", TRANSACTION, NOW).body.decode())
    assert "client_secret" not in form
    verified = verify(form["client_assertion"][0], key_set(KEY), frozenset({Algorithm.ES256}))
    assert isinstance(verified, Verified)
    claims = dict(verified.claims)
    assert claims.pop("jti")
    assert claims == {
        "iss": CLIENT,
        "sub": CLIENT,
        "aud": PROVIDER.token_endpoint,
        "iat": seconds(NOW),
        "exp": seconds(NOW) + 60,
    }


def test_guard_reads_the_token_answer_only_in_its_exact_form() -> None:
    right = {"id_token": "x", "access_token": "y", "token_type": "Bearer", "expires_in": 60}
    assert read_token_response(200, json.dumps(right).encode()) == TokenResponse("x", "y")
    assert read_token_response(400, json.dumps(right).encode()) is Refusal.TOKEN_RESPONSE_REFUSED
    for wrong in ({"token_type": "mac"}, {"access_token": "a\r\nb"}, {"access_token": 1}, {"id_token": None}):
        body = json.dumps({**right, **wrong}).encode()
        assert read_token_response(200, body) is Refusal.TOKEN_RESPONSE_MALFORMED
    assert read_token_response(200, b" " * 70_000) is Refusal.TOKEN_RESPONSE_MALFORMED


def test_guard_asks_for_userinfo_with_the_bearer_in_a_header_only() -> None:
    request = userinfo_request(PROVIDER, ACCESS_TOKEN)
    assert dict(request.headers)["authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert ACCESS_TOKEN not in request.url + repr(request)


def test_agent_signs_out_of_the_provider_and_comes_back_with_the_same_state() -> None:
    state = "t" * 43
    url = urlsplit(end_session_url(PROVIDER, PARTY, "id.to.ken", state))
    assert parse_qs(url.query) == {
        "id_token_hint": ["id.to.ken"],
        "state": [state],
        "post_logout_redirect_uri": [PARTY.post_logout_redirect_uri],
    }
    assert read_logout_callback(f"state={state}", state) is None
    assert read_logout_callback("state=" + "u" * 43, state) is Refusal.STATE_MISMATCH


DISCOVERY: Claims = {
    "issuer": ISSUER,
    "authorization_endpoint": PROVIDER.authorization_endpoint,
    "token_endpoint": PROVIDER.token_endpoint,
    "userinfo_endpoint": PROVIDER.userinfo_endpoint,
    "jwks_uri": PROVIDER.jwks_uri,
    "end_session_endpoint": PROVIDER.end_session_endpoint,
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, PROVIDER),
        ({"issuer": ISSUER + "/"}, Refusal.PROVIDER_ISSUER_MISMATCH),
        ({"jwks_uri": "http://id.example/jwks"}, Refusal.PROVIDER_ENDPOINT_INSECURE),
        ({"jwks_uri": "http://localhost/jwks"}, Refusal.PROVIDER_ENDPOINT_INSECURE),
        ({"token_endpoint": "file:///etc/passwd"}, Refusal.PROVIDER_ENDPOINT_INSECURE),
        ({"token_endpoint": "https://user@id.example/"}, Refusal.PROVIDER_ENDPOINT_INSECURE),
        ({"token_endpoint": None}, Refusal.PROVIDER_DOCUMENT_MALFORMED),
        ({"token_endpoint": "https://169.254.169.254/latest"}, Refusal.PROVIDER_ENDPOINT_ELSEWHERE),
        ({"jwks_uri": "https://id.example:8443/jwks"}, Refusal.PROVIDER_ENDPOINT_ELSEWHERE),
        ({"authorization_endpoint": "https://id.example.evil.example/"}, Refusal.PROVIDER_ENDPOINT_ELSEWHERE),
    ],
)
def test_guard_reads_a_discovery_document_with_one_member_changed(change: Claims, expected: object) -> None:
    assert read_provider(json.dumps({**DISCOVERY, **change}).encode(), ISSUER) == expected


def test_guard_in_a_demonstration_reads_endpoints_on_this_machine_only() -> None:
    for host, issuer_read in (("localhost:1", True), ("localhost.example", False)):
        issuer = f"http://{host}/api/v2"
        moved = {name: str(value).replace(ISSUER, issuer) for name, value in DISCOVERY.items()}
        read = read_provider(json.dumps(moved).encode(), issuer, allow_http_loopback=True)
        assert isinstance(read, Provider) if issuer_read else read is Refusal.PROVIDER_ENDPOINT_INSECURE


def test_provider_publishes_keys_not_meant_for_signatures_and_they_are_left_out() -> None:
    secret = {"kty": "oct", "kid": "oct", "k": "c2VjcmV0"}
    small = RSAKey.generate_key(1024, {"kid": "small"}).as_dict(private=False)
    private = ECKey.generate_key("P-256", {"kid": "private"}).as_dict(private=True)
    encryption = {**KEY.as_dict(private=False), "kid": "enc", "use": "enc"}
    right = KEY.as_dict(private=False)
    body = json.dumps({"keys": [secret, small, private, encryption, {"kty": "ZZ", "kid": "z"}, right]}).encode()
    keys = read_key_set(body)
    assert isinstance(keys, PublicKeys)
    assert keys.by_kid.keys() == {"one"}


def test_provider_publishes_two_keys_under_one_name_refused() -> None:
    body = json.dumps({"keys": [key.as_dict(private=False) for key in (KEY, OTHER_KEY)]}).encode()
    assert read_key_set(body) is JwtRefusal.KEY_SET_MALFORMED
