"""The relying party believes its provider's tokens, made for it, now, answering its own request."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from beffroi.standards.jose import JwtRefusal, Verified, verify
from beffroi.standards.oidc import (
    Algorithm,
    ClientSecretPost,
    PrivateKeyJwt,
    Provider,
    PublicKeys,
    Refusal,
    RelyingParty,
    SignIn,
    TokenResponse,
    Transaction,
    UnknownKey,
    VerifiedIdentity,
    authorization_request,
    end_session_url,
    read_callback,
    read_key_set,
    read_logout_callback,
    read_provider,
    read_token_response,
    token_request,
    userinfo_request,
    verify_id_token,
    verify_userinfo,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ISSUER = "https://id.example/api/v2"
CLIENT = "guard-client"
MFA = "https://proconnect.gouv.fr/assurance/consistency-checked-2fa"
PROVIDER = Provider(
    ISSUER,
    f"{ISSUER}/authorize",
    f"{ISSUER}/token",
    f"{ISSUER}/userinfo",
    f"{ISSUER}/jwks",
    f"{ISSUER}/session/end",
)
PARTY = RelyingParty(CLIENT, "https://guard.example/return", "https://guard.example/", ("eidas2", MFA))
TRANSACTION = Transaction("s" * 43, "n" * 43)
ACCESS_TOKEN = "an-access-token"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "one"})

Claims = dict[str, object]


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def half_hash(access_token: str) -> str:
    digest = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


ID_CLAIMS: Claims = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "subject-1",
    "iat": seconds(NOW),
    "exp": seconds(NOW) + 60,
    "auth_time": seconds(NOW) - 5,
    "nonce": TRANSACTION.nonce,
    "acr": "eidas2",
    "amr": ["pwd", "otp", "mfa"],
    "at_hash": half_hash(ACCESS_TOKEN),
}
USERINFO_CLAIMS: Claims = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "subject-1",
    "idp_id": "0d1b6e0e-demo",
    "email": "claire.martin@mission-locale.example",
    "given_name": "Claire",
    "usual_name": "Martin",
    "siret": "12345678900011",
}


def key_set(*keys: ECKey | RSAKey | OKPKey) -> PublicKeys:
    body = json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()
    read = read_key_set(body)
    assert isinstance(read, PublicKeys)
    return read


def signed(claims: Claims, key: ECKey | RSAKey | OKPKey = KEY, alg: str = "ES256", **header: object) -> str:
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, claims, key, algorithms=[alg])


def judge_id_token(token: str, party: RelyingParty = PARTY, keys: PublicKeys | None = None) -> object:
    tokens = TokenResponse(token, ACCESS_TOKEN)
    return verify_id_token(tokens, keys or key_set(KEY), PROVIDER, party, TRANSACTION, NOW)


def judge_userinfo(body: str | bytes, content_type: str = "application/jwt") -> object:
    sign_in = judge_id_token(signed(ID_CLAIMS))
    assert isinstance(sign_in, SignIn)
    raw = body.encode() if isinstance(body, str) else body
    return verify_userinfo(content_type, raw, sign_in, key_set(KEY), PROVIDER, PARTY, NOW)


def without(claims: Claims, name: str) -> Claims:
    return {kept: value for kept, value in claims.items() if kept != name}


def test_agent_with_a_right_id_token_and_userinfo_is_identified() -> None:
    identity = judge_userinfo(signed(USERINFO_CLAIMS))
    assert identity == VerifiedIdentity(
        sub="subject-1",
        idp_id="0d1b6e0e-demo",
        email="claire.martin@mission-locale.example",
        given_name="Claire",
        usual_name="Martin",
        siret="12345678900011",
        acr="eidas2",
        amr=("pwd", "otp", "mfa"),
        auth_time=NOW - timedelta(seconds=5),
    )


def test_agent_identified_is_not_named_in_a_repr() -> None:
    identity = judge_userinfo(signed(USERINFO_CLAIMS))
    for personal in ("subject-1", "claire", "Claire", "Martin"):
        assert personal not in repr(identity)


ID_TOKEN_CHANGES: list[tuple[str, Claims, Refusal]] = [
    ("other issuer", {"iss": "https://id.example/api/v3"}, Refusal.ISSUER_MISMATCH),
    ("other audience", {"aud": "console"}, Refusal.AUDIENCE_MISMATCH),
    ("one audience more", {"aud": [CLIENT, "console"]}, Refusal.AUDIENCE_MISMATCH),
    ("audience of no type", {"aud": 7}, Refusal.AUDIENCE_MISMATCH),
    ("other authorized party", {"azp": "console"}, Refusal.AUTHORIZED_PARTY_MISMATCH),
    ("just expired", {"exp": seconds(NOW) - 60}, Refusal.EXPIRED),
    ("expiry as text", {"exp": "2026"}, Refusal.CLAIM_MALFORMED),
    ("expiry as boolean", {"exp": True}, Refusal.CLAIM_MALFORMED),
    ("expiry beyond the calendar", {"exp": 10**30}, Refusal.CLAIM_MALFORMED),
    ("issued ahead", {"iat": seconds(NOW) + 61}, Refusal.ISSUED_IN_FUTURE),
    ("not yet valid", {"nbf": seconds(NOW) + 61}, Refusal.NOT_YET_VALID),
    ("authenticated ahead", {"auth_time": seconds(NOW) + 61}, Refusal.ISSUED_IN_FUTURE),
    ("other nonce", {"nonce": "n" * 42 + "m"}, Refusal.NONCE_MISMATCH),
    ("nonce of no type", {"nonce": None}, Refusal.NONCE_MISMATCH),
    ("other access token", {"at_hash": half_hash("another")}, Refusal.ACCESS_TOKEN_HASH_MISMATCH),
    ("weaker assurance", {"acr": "eidas1"}, Refusal.ACR_NOT_ACCEPTED),
    ("unknown assurance", {"acr": "gold"}, Refusal.ACR_NOT_ACCEPTED),
    ("assurance in other case", {"acr": "EIDAS2"}, Refusal.ACR_NOT_ACCEPTED),
    ("methods as text", {"amr": "mfa"}, Refusal.CLAIM_MALFORMED),
    ("a method of no type", {"amr": ["pwd", 1]}, Refusal.CLAIM_MALFORMED),
    ("empty subject", {"sub": ""}, Refusal.CLAIM_MALFORMED),
    ("subject of no type", {"sub": 12}, Refusal.CLAIM_MALFORMED),
]


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in ID_TOKEN_CHANGES],
                         ids=[case[0] for case in ID_TOKEN_CHANGES])  # fmt: skip
def test_provider_sends_an_id_token_with_one_claim_changed_refused(change: Claims, expected: Refusal) -> None:
    assert isinstance(judge_id_token(signed(ID_CLAIMS)), SignIn)
    assert judge_id_token(signed({**ID_CLAIMS, **change})) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("iss", Refusal.ISSUER_MISMATCH),
        ("aud", Refusal.AUDIENCE_MISMATCH),
        ("sub", Refusal.CLAIM_MISSING),
        ("exp", Refusal.CLAIM_MISSING),
        ("iat", Refusal.CLAIM_MISSING),
        ("nonce", Refusal.NONCE_MISMATCH),
        ("acr", Refusal.ACR_NOT_ACCEPTED),
    ],
)
def test_provider_sends_an_id_token_without_one_claim_refused(name: str, expected: Refusal) -> None:
    assert judge_id_token(signed(without(ID_CLAIMS, name))) is expected


@pytest.mark.parametrize(
    "change", [{"exp": seconds(NOW) - 59}, {"iat": seconds(NOW) + 60}, {"aud": [CLIENT]}]
)
def test_provider_whose_clock_differs_by_the_leeway_believed(change: Claims) -> None:
    assert isinstance(judge_id_token(signed({**ID_CLAIMS, **change})), SignIn)


def test_agent_signed_in_too_long_ago_refused_when_max_age_is_asked() -> None:
    party = replace(PARTY, max_age=timedelta(minutes=10))
    fresh = {**ID_CLAIMS, "auth_time": seconds(NOW) - 660}
    assert isinstance(judge_id_token(signed(fresh), party), SignIn)
    stale = {**ID_CLAIMS, "auth_time": seconds(NOW) - 661}
    assert isinstance(judge_id_token(signed(stale)), SignIn)
    assert judge_id_token(signed(stale), party) is Refusal.AUTHENTICATION_TOO_OLD
    assert judge_id_token(signed(without(ID_CLAIMS, "auth_time")), party) is Refusal.CLAIM_MISSING


def test_forger_with_another_key_under_the_same_kid_refused() -> None:
    assert judge_id_token(signed(ID_CLAIMS, OTHER_KEY)) is Refusal.TOKEN_BAD_SIGNATURE


def test_provider_that_turned_its_key_reported_as_unknown_key_until_refetched() -> None:
    turned = ECKey.generate_key("P-256", {"kid": "two"})
    token = signed(ID_CLAIMS, turned)
    assert judge_id_token(token) == UnknownKey("two")
    assert isinstance(judge_id_token(token, keys=key_set(KEY, turned)), SignIn)


def unsigned(claims: Claims, header: Claims) -> str:
    parts = [json.dumps(part).encode() for part in (header, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def hmac_with_public_key() -> str:
    """The confusion of RFC 8725 §2.1, made by hand: libraries rightly refuse to help with it."""
    signing_input = unsigned(ID_CLAIMS, {"alg": "HS256", "kid": "one"}).rstrip(".")
    mac = hmac.digest(KEY.as_pem(private=False), signing_input.encode(), "sha256")
    return f"{signing_input}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    ("forge", "expected"),
    [
        (lambda: unsigned(ID_CLAIMS, {"alg": "none", "kid": "one"}), Refusal.TOKEN_ALGORITHM_NOT_ALLOWED),
        (hmac_with_public_key, Refusal.TOKEN_ALGORITHM_NOT_ALLOWED),
        (lambda: unsigned(ID_CLAIMS, {"alg": "ES256", "kid": "one"}), Refusal.TOKEN_BAD_SIGNATURE),
        (lambda: unsigned(ID_CLAIMS, {"alg": "ES256"}), Refusal.TOKEN_KEY_ID_MISSING),
        (
            lambda: unsigned(ID_CLAIMS, {"alg": "ES256", "kid": "one", "crit": ["b64"]}),
            Refusal.TOKEN_MALFORMED,
        ),
        (lambda: unsigned(ID_CLAIMS, {"alg": "ES256", "kid": "one", "jwk": {}}), Refusal.TOKEN_MALFORMED),
        (lambda: signed(ID_CLAIMS) + "A" * 20_000, Refusal.TOKEN_TOO_LARGE),
        (lambda: signed(ID_CLAIMS) + ".x", Refusal.TOKEN_MALFORMED),
        (lambda: "", Refusal.TOKEN_MALFORMED),
    ],
)
def test_forger_with_a_token_of_bad_shape_refused(forge: Callable[[], str], expected: Refusal) -> None:
    assert judge_id_token(forge()) is expected


def test_provider_with_a_demonstration_key_refused_unless_the_service_is_a_demonstration() -> None:
    marked = ECKey.generate_key("P-256", {"kid": "demonstration-1"})
    token, keys = signed(ID_CLAIMS, marked), key_set(marked)
    assert judge_id_token(token, keys=keys) is Refusal.TOKEN_DEMONSTRATION_KEY
    assert isinstance(judge_id_token(token, replace(PARTY, accept_demonstration_keys=True), keys), SignIn)


def test_provider_with_each_allowed_algorithm_believed_and_with_a_key_of_another_type_refused() -> None:
    everything = frozenset(Algorithm)
    rsa, okp = RSAKey.generate_key(2048, {"kid": "rsa"}), OKPKey.generate_key("Ed25519", {"kid": "okp"})
    keys = key_set(KEY, rsa, okp)
    party = replace(PARTY, algorithms=everything)
    claims = without(ID_CLAIMS, "at_hash")
    pairs: list[tuple[ECKey | RSAKey | OKPKey, str]] = [
        (KEY, "ES256"), (rsa, "RS256"), (rsa, "PS256"), (okp, "EdDSA")
    ]  # fmt: skip
    for key, alg in pairs:
        assert isinstance(judge_id_token(signed(claims, key, alg), party, keys), SignIn), alg
        if alg != "ES256":
            assert (
                judge_id_token(signed(claims, key, alg), PARTY, keys) is Refusal.TOKEN_ALGORITHM_NOT_ALLOWED
            )
    unfit = unsigned(claims, {"alg": "RS256", "kid": "one"})
    assert judge_id_token(unfit, party, keys) is Refusal.TOKEN_KEY_UNFIT


USERINFO_CHANGES: list[tuple[str, Claims, Refusal]] = [
    ("other issuer", {"iss": "https://elsewhere.example"}, Refusal.ISSUER_MISMATCH),
    ("other audience", {"aud": "console"}, Refusal.AUDIENCE_MISMATCH),
    ("other subject", {"sub": "subject-2"}, Refusal.SUBJECT_MISMATCH),
    ("expired", {"exp": seconds(NOW) - 60}, Refusal.EXPIRED),
    ("no email", {"email": None}, Refusal.CLAIM_MISSING),
    ("email without host", {"email": "claire@"}, Refusal.CLAIM_MALFORMED),
    ("email with a line break", {"email": "claire@a.example\nBcc: x"}, Refusal.CLAIM_MALFORMED),
    ("endless name", {"usual_name": "a" * 257}, Refusal.CLAIM_MALFORMED),
    ("name of no type", {"given_name": ["Claire"]}, Refusal.CLAIM_MALFORMED),
    ("siret too short", {"siret": "1234567890001"}, Refusal.CLAIM_MALFORMED),
    ("siret with a letter", {"siret": "1234567890001A"}, Refusal.CLAIM_MALFORMED),
    ("no identity provider", {"idp_id": None}, Refusal.CLAIM_MISSING),
]


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in USERINFO_CHANGES],
                         ids=[case[0] for case in USERINFO_CHANGES])  # fmt: skip
def test_provider_sends_userinfo_with_one_claim_changed_refused(change: Claims, expected: Refusal) -> None:
    assert judge_userinfo(signed({**USERINFO_CLAIMS, **change})) is expected


def test_provider_sends_unsigned_userinfo_refused() -> None:
    plain = json.dumps(USERINFO_CLAIMS)
    assert judge_userinfo(plain, "application/json") is Refusal.USERINFO_UNSIGNED
    assert judge_userinfo(plain, "application/jwt") is Refusal.TOKEN_MALFORMED
    assert isinstance(
        judge_userinfo(signed(USERINFO_CLAIMS), "application/jwt; charset=utf-8"), VerifiedIdentity
    )


def test_provider_sends_the_id_token_in_place_of_userinfo_refused() -> None:
    assert judge_userinfo(signed(ID_CLAIMS)) is Refusal.CLAIM_MISSING


def test_guard_asks_for_a_sign_in_with_long_secrets_and_no_parameter_proconnect_ignores() -> None:
    request = authorization_request(PROVIDER, PARTY)
    query = parse_qs(urlsplit(request.url).query, strict_parsing=True)
    assert query.keys() == {
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims"
    }  # fmt: skip
    assert query["state"] == [request.transaction.state] and len(request.transaction.state) >= 32
    assert query["nonce"] == [request.transaction.nonce] and len(request.transaction.nonce) >= 32
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
    assert verifier is not None and 43 <= len(verifier) <= 128
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
    ],
)
def test_guard_reads_a_discovery_document_with_one_member_changed(change: Claims, expected: object) -> None:
    assert read_provider(json.dumps({**DISCOVERY, **change}).encode(), ISSUER) == expected


def test_guard_in_a_demonstration_reads_endpoints_on_this_machine_only() -> None:
    local = json.dumps({**DISCOVERY, "jwks_uri": "http://localhost:1/jwks"}).encode()
    assert isinstance(read_provider(local, ISSUER, allow_http_loopback=True), Provider)
    afar = json.dumps({**DISCOVERY, "jwks_uri": "http://localhost.example/jwks"}).encode()
    assert read_provider(afar, ISSUER, allow_http_loopback=True) is Refusal.PROVIDER_ENDPOINT_INSECURE


def test_provider_publishes_keys_not_meant_for_signatures_and_they_are_left_out() -> None:
    secret = {"kty": "oct", "kid": "oct", "k": "c2VjcmV0"}
    small = RSAKey.generate_key(1024, {"kid": "small"}).as_dict(private=False)
    private = ECKey.generate_key("P-256", {"kid": "private"}).as_dict(private=True)
    encryption = {**KEY.as_dict(private=False), "kid": "enc", "use": "enc"}
    right = KEY.as_dict(private=False)
    body = json.dumps(
        {"keys": [secret, small, private, encryption, {"kty": "ZZ", "kid": "z"}, right]}
    ).encode()
    keys = read_key_set(body)
    assert isinstance(keys, PublicKeys) and keys.by_kid.keys() == {"one"}


def test_provider_publishes_two_keys_under_one_name_refused() -> None:
    body = json.dumps({"keys": [key.as_dict(private=False) for key in (KEY, OTHER_KEY)]}).encode()
    assert read_key_set(body) is JwtRefusal.KEY_SET_MALFORMED


def test_every_refusal_of_a_token_has_its_twin_among_the_refusals_of_a_sign_in() -> None:
    assert {refusal.value for refusal in JwtRefusal} <= {refusal.value for refusal in Refusal}


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=2_000), st.text(max_size=500).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_forger_with_arbitrary_bytes_refused_and_nothing_raised(raw: bytes) -> None:
    assert isinstance(verify(raw, key_set(KEY), frozenset(Algorithm)), JwtRefusal | UnknownKey)
    assert isinstance(judge_userinfo(raw), Refusal | UnknownKey)
    assert isinstance(read_key_set(raw), JwtRefusal | PublicKeys)
    assert isinstance(read_provider(raw, ISSUER), Refusal)
    assert isinstance(read_token_response(200, raw), Refusal)
    assert isinstance(read_callback(raw.decode("latin-1"), TRANSACTION, PROVIDER), Refusal)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ID_CLAIMS)), anything, min_size=1))
def test_provider_that_signs_nonsense_refused_or_believed_but_nothing_raised(change: Claims) -> None:
    payload = json.dumps({**ID_CLAIMS, **change}).encode("utf-8", "replace")
    token = jws.serialize_compact({"alg": "ES256", "kid": "one"}, payload, KEY, algorithms=["ES256"])
    assert isinstance(judge_id_token(token), Refusal | SignIn)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "cty", "crit", "x"]), anything))
def test_forger_with_an_arbitrary_header_refused_and_nothing_raised(header: Claims) -> None:
    assert isinstance(judge_id_token(unsigned(ID_CLAIMS, header)), Refusal | UnknownKey)


def test_forger_with_deeply_nested_json_refused() -> None:
    deep = b"[" * 60_000
    assert read_key_set(deep) is JwtRefusal.KEY_SET_MALFORMED
    assert read_token_response(200, b'{"a":' * 10_000) is Refusal.TOKEN_RESPONSE_MALFORMED
