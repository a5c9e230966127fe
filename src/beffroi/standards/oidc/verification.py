"""Judging the ID token (Core §3.1.3.7) and the signed userinfo (Core §5.3.2, §5.3.4)."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from beffroi.core.identifying import Identifying
from beffroi.standards.jose import Algorithm, JwtRefusal, PublicKeys, UnknownKey, Verified, verify
from beffroi.standards.oidc.values import (
    MIN_STATE_CHARACTERS,
    IdentityProviderId,
    PivotIdentity,
    Provider,
    Refusal,
    RelyingParty,
    SignIn,
    Siret,
    Subject,
    TokenResponse,
    Transaction,
    VerifiedIdentity,
    base64url,
    is_printable_ascii,
    same,
)


def verify_id_token(
    tokens: TokenResponse,
    keys: PublicKeys,
    provider: Provider,
    party: RelyingParty,
    transaction: Transaction,
    now: datetime,
) -> SignIn | Refusal | UnknownKey:
    """Validate an ID token by Core §3.1.3.7, every step; ``now`` is aware."""
    verified = verify(
        tokens.id_token, keys, party.algorithms, accept_demonstration_keys=party.accept_demonstration_keys
    )
    if isinstance(verified, UnknownKey):
        return verified
    if isinstance(verified, JwtRefusal):
        return Refusal(verified.value)
    claims = verified.claims
    envelope = _check_envelope(claims, provider, party)
    if envelope is not None:
        return envelope
    late = _check_times(claims, party.leeway, now, required=("exp", "iat"))
    if late is not None:
        return late
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or len(transaction.nonce) < MIN_STATE_CHARACTERS:
        return Refusal.NONCE_MISMATCH
    if not same(nonce, transaction.nonce):
        return Refusal.NONCE_MISMATCH
    if "at_hash" in claims and not _is_hash_of(claims["at_hash"], tokens.access_token, verified):
        return Refusal.ACCESS_TOKEN_HASH_MISMATCH
    return _sign_in(claims, party, now)


def _sign_in(claims: Mapping[str, object], party: RelyingParty, now: datetime) -> SignIn | Refusal:
    sub, acr = claims.get("sub"), claims.get("acr")
    if not isinstance(sub, str) or not 0 < len(sub) <= 255 or not is_printable_ascii(sub):
        return Refusal.CLAIM_MALFORMED if "sub" in claims else Refusal.CLAIM_MISSING
    auth_time: datetime | None = None
    if "auth_time" in claims:
        seconds = _seconds(claims["auth_time"])
        if seconds is None:
            return Refusal.CLAIM_MALFORMED
        auth_time = datetime.fromtimestamp(seconds, UTC)
    if party.max_age is not None:
        if auth_time is None:
            return Refusal.CLAIM_MISSING
        if now - auth_time > party.max_age + party.leeway:
            return Refusal.AUTHENTICATION_TOO_OLD
    if auth_time is not None and auth_time - now > party.leeway:
        return Refusal.ISSUED_IN_FUTURE
    if not isinstance(acr, str) or acr not in party.accepted_acr:
        return Refusal.ACR_NOT_ACCEPTED
    amr = claims.get("amr", [])
    if not isinstance(amr, list) or len(amr) > 16:
        return Refusal.CLAIM_MALFORMED
    methods = tuple(method for method in amr if isinstance(method, str) and 0 < len(method) <= 64)
    if len(methods) != len(amr):
        return Refusal.CLAIM_MALFORMED
    return SignIn(Subject(sub), acr, methods, auth_time)


def verify_userinfo(
    content_type: str,
    body: bytes,
    sign_in: SignIn,
    keys: PublicKeys,
    provider: Provider,
    party: RelyingParty,
    now: datetime,
) -> VerifiedIdentity | Refusal | UnknownKey:
    """Validate a signed userinfo answer (Core §5.3.2 and §5.3.4): same issuer, audience and subject."""
    claims = _signed_userinfo(content_type, body, sign_in, keys, provider, party, now)
    if not isinstance(claims, Mapping):
        return claims
    texts = _texts(claims, _AGENT)
    if isinstance(texts, Refusal):
        return texts
    siret, email = texts["siret"], texts["email"]
    if not (len(siret) == 14 and siret.isascii() and siret.isdigit()):
        return Refusal.CLAIM_MALFORMED
    if email.count("@") != 1 or email[0] == "@" or email[-1] == "@" or " " in email:
        return Refusal.CLAIM_MALFORMED
    return VerifiedIdentity(
        sub=sign_in.sub,
        idp_id=IdentityProviderId(texts["idp_id"]),
        email=Identifying(email),
        given_name=Identifying(texts["given_name"]),
        usual_name=Identifying(texts["usual_name"]),
        siret=Siret(siret),
        acr=sign_in.acr,
        amr=sign_in.amr,
        auth_time=sign_in.auth_time,
    )


def verify_pivot(
    content_type: str,
    body: bytes,
    sign_in: SignIn,
    keys: PublicKeys,
    provider: Provider,
    party: RelyingParty,
    now: datetime,
) -> PivotIdentity | Refusal | UnknownKey:
    """Validate the signed userinfo of a natural person, as :func:`verify_userinfo` does an agent's."""
    claims = _signed_userinfo(content_type, body, sign_in, keys, provider, party, now)
    if not isinstance(claims, Mapping):
        return claims
    texts = _texts(claims, _PIVOT)
    if isinstance(texts, Refusal):
        return texts
    usual = claims.get("preferred_username") or None
    if usual is not None and not (isinstance(usual, str) and len(usual) <= 256 and usual.isprintable()):
        return Refusal.CLAIM_MALFORMED
    return PivotIdentity(
        sub=sign_in.sub,
        given_name=Identifying(texts["given_name"]),
        family_name=Identifying(texts["family_name"]),
        preferred_username=None if usual is None else Identifying(usual),
        birthdate=Identifying(texts["birthdate"]),
        gender=Identifying(texts["gender"]),
        birthplace=Identifying(texts["birthplace"]),
        birthcountry=Identifying(texts["birthcountry"]),
        acr=sign_in.acr,
    )


_AGENT = (("idp_id", 1, 255), ("email", 1, 254), ("given_name", 1, 256), ("usual_name", 1, 256), ("siret", 1, 14))
_PIVOT = (
    ("given_name", 1, 256), ("family_name", 1, 256), ("birthdate", 10, 10), ("gender", 1, 16), ("birthplace", 0, 5),
    ("birthcountry", 5, 5),
)  # fmt: skip
"""Claims of ProConnect's userinfo, and of FranceConnect's pivot identity, with their least and greatest lengths."""


def _texts(claims: Mapping[str, object], wanted: Iterable[tuple[str, int, int]]) -> dict[str, str] | Refusal:
    texts: dict[str, str] = {}
    for name, least, most in wanted:
        value = claims.get(name)
        if value is None:
            return Refusal.CLAIM_MISSING
        if not isinstance(value, str) or not least <= len(value) <= most or not value.isprintable():
            return Refusal.CLAIM_MALFORMED
        texts[name] = value
    return texts


def _signed_userinfo(
    content_type: str,
    body: bytes,
    sign_in: SignIn,
    keys: PublicKeys,
    provider: Provider,
    party: RelyingParty,
    now: datetime,
) -> Mapping[str, object] | Refusal | UnknownKey:
    """The claims of a signed userinfo answer that is this sign-in's."""
    if content_type.partition(";")[0].strip().lower() != "application/jwt":
        return Refusal.USERINFO_UNSIGNED
    verified = verify(body.strip(), keys, party.algorithms, accept_demonstration_keys=party.accept_demonstration_keys)
    if isinstance(verified, UnknownKey):
        return verified
    if isinstance(verified, JwtRefusal):
        return Refusal(verified.value)
    claims = verified.claims
    envelope = _check_envelope(claims, provider, party)
    if envelope is not None:
        return envelope
    late = _check_times(claims, party.leeway, now, required=())
    if late is not None:
        return late
    sub = claims.get("sub")
    if not isinstance(sub, str) or not same(sub, sign_in.sub):
        return Refusal.SUBJECT_MISMATCH
    return claims


def _check_envelope(claims: Mapping[str, object], provider: Provider, party: RelyingParty) -> Refusal | None:
    if claims.get("iss") != provider.issuer:
        return Refusal.ISSUER_MISMATCH
    audience = claims.get("aud")
    if audience != party.client_id and audience != [party.client_id]:
        return Refusal.AUDIENCE_MISMATCH
    if claims.get("azp", party.client_id) != party.client_id:
        return Refusal.AUTHORIZED_PARTY_MISMATCH
    return None


def _check_times(
    claims: Mapping[str, object], leeway: timedelta, now: datetime, *, required: tuple[str, ...]
) -> Refusal | None:
    instant, slack = now.timestamp(), leeway.total_seconds()
    for name in ("exp", "iat", "nbf"):
        if name not in claims:
            if name in required:
                return Refusal.CLAIM_MISSING
            continue
        seconds = _seconds(claims[name])
        if seconds is None:
            return Refusal.CLAIM_MALFORMED
        if name == "exp" and seconds + slack <= instant:
            return Refusal.EXPIRED
        if name == "iat" and seconds - slack > instant:
            return Refusal.ISSUED_IN_FUTURE
        if name == "nbf" and seconds - slack > instant:
            return Refusal.NOT_YET_VALID
    return None


def _seconds(value: object) -> float | None:
    """A NumericDate (RFC 7519 §2) between 1970 and 9999, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 253_402_300_800 else None


def _is_hash_of(claimed: object, access_token: str, verified: Verified) -> bool:
    # Core §3.1.3.6: the hash of the JWS algorithm; Ed25519 signs with SHA-512 (RFC 8032 §5.1).
    name = "sha512" if verified.algorithm is Algorithm.EDDSA else "sha256"
    digest = hashlib.new(name, access_token.encode("ascii")).digest()
    return isinstance(claimed, str) and same(claimed, base64url(digest[: len(digest) // 2]))
