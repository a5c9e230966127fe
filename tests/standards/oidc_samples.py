"""A right ID token, a right userinfo, and the means to change one thing in them."""

import base64
import hashlib
import json
from datetime import UTC, datetime

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from beffroi.standards.oidc import (
    Provider,
    PublicKeys,
    RelyingParty,
    SignIn,
    TokenResponse,
    Transaction,
    read_key_set,
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


KEYS = key_set(KEY)


def signed(claims: Claims, key: ECKey | RSAKey | OKPKey = KEY, alg: str = "ES256", **header: object) -> str:
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, claims, key, algorithms=[alg])


def judge_id_token(token: str, party: RelyingParty = PARTY, keys: PublicKeys | None = None) -> object:
    tokens = TokenResponse(token, ACCESS_TOKEN)
    return verify_id_token(tokens, keys or KEYS, PROVIDER, party, TRANSACTION, NOW)


def judge_userinfo(body: str | bytes, content_type: str = "application/jwt") -> object:
    sign_in = judge_id_token(signed(ID_CLAIMS))
    assert isinstance(sign_in, SignIn)
    raw = body.encode() if isinstance(body, str) else body
    return verify_userinfo(content_type, raw, sign_in, KEYS, PROVIDER, PARTY, NOW)


def without(claims: Claims, name: str) -> Claims:
    return {kept: value for kept, value in claims.items() if kept != name}


def unsigned(claims: Claims, header: Claims) -> str:
    parts = [json.dumps(part).encode() for part in (header, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
