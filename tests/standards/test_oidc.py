"""The relying party believes its provider's tokens, made for it, now, answering its own request."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from beffroi.core.identifying import Identifying
from beffroi.standards.oidc import (
    Algorithm,
    IdentityProviderId,
    Refusal,
    SignIn,
    Siret,
    Subject,
    UnknownKey,
    VerifiedIdentity,
)
from tests.standards.oidc_samples import (
    CLIENT,
    ID_CLAIMS,
    KEY,
    NOW,
    OTHER_KEY,
    PARTY,
    USERINFO_CLAIMS,
    Claims,
    half_hash,
    judge_id_token,
    judge_userinfo,
    key_set,
    seconds,
    signed,
    unsigned,
    without,
)


def test_agent_with_a_right_id_token_and_userinfo_is_identified() -> None:
    identity = judge_userinfo(signed(USERINFO_CLAIMS))
    assert identity == VerifiedIdentity(
        sub=Subject("subject-1"),
        idp_id=IdentityProviderId("0d1b6e0e-demo"),
        email=Identifying("claire.martin@mission-locale.example"),
        given_name=Identifying("Claire"),
        usual_name=Identifying("Martin"),
        siret=Siret("12345678900011"),
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


@pytest.mark.parametrize("change", [{"exp": seconds(NOW) - 59}, {"iat": seconds(NOW) + 60}, {"aud": [CLIENT]}])
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
            assert judge_id_token(signed(claims, key, alg), PARTY, keys) is Refusal.TOKEN_ALGORITHM_NOT_ALLOWED
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
    assert isinstance(judge_userinfo(signed(USERINFO_CLAIMS), "application/jwt; charset=utf-8"), VerifiedIdentity)


def test_provider_sends_the_id_token_in_place_of_userinfo_refused() -> None:
    assert judge_userinfo(signed(ID_CLAIMS)) is Refusal.CLAIM_MISSING
