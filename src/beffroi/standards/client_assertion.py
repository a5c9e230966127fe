"""A client that proves itself by a signed assertion: RFC 7523 section 2.2 and 3, ``private_key_jwt``; sans-IO.

Stricter than the RFC: ``iss`` and ``sub`` are both the client, ``aud`` is exactly the token endpoint (RFC 7523
section 3, as tightened after the 2025 audience-injection advisories), ``iat``, ``exp`` and ``jti`` are required,
and nothing lives longer than sixty seconds.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from beffroi.standards.jose import Algorithm, PublicKeys, Verified, read_json_object, verify

GRANT_TYPE: Final = "client_credentials"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS: Final = frozenset({Algorithm.ES256, Algorithm.EDDSA})
MAX_ASSERTION_CHARACTERS: Final = 4_096
MAX_LIFE: Final = timedelta(seconds=60)
LEEWAY: Final = timedelta(seconds=5)
_MAX_NAME: Final = 128


class AssertionRefusal(StrEnum):
    """Why an assertion was not believed; for the guard's own log, never for the caller."""

    MALFORMED = "assertion_malformed"
    BAD_SIGNATURE = "assertion_bad_signature"
    CLAIM_MISSING = "assertion_claim_missing"
    ISSUER_MISMATCH = "assertion_issuer_mismatch"
    AUDIENCE_MISMATCH = "assertion_audience_mismatch"
    EXPIRED = "assertion_expired"
    TOO_LONG_LIVED = "assertion_too_long_lived"
    ISSUED_IN_FUTURE = "assertion_issued_in_future"
    REPLAYED = "assertion_replayed"


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who the assertion says it is from, before anything is verified: only good for looking up a key."""

    client: str
    kid: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """A believed assertion; ``jti`` must still be spent, once, until ``expires_at``."""

    client: str
    kid: str
    jti: str = field(repr=False)
    expires_at: datetime


def read_claimed(token: str) -> Claimed | None:
    """The issuer and ``kid`` an assertion names, unverified; None when it is no assertion at all."""
    if len(token) > MAX_ASSERTION_CHARACTERS or token.count(".") != 2:
        return None
    header, payload = (_part(part) for part in token.split(".")[:2])
    if header is None or payload is None:
        return None
    client, kid = payload.get("iss"), header.get("kid")
    if not isinstance(client, str) or not isinstance(kid, str):
        return None
    return Claimed(client, kid) if _is_name(client) and _is_name(kid) else None


def _is_name(text: str) -> bool:
    """Short printable ASCII: what JSON may hold besides (half a surrogate pair, a NUL) no database stores."""
    return 0 < len(text) <= _MAX_NAME and text.isascii() and text.isprintable()


def _part(encoded: str) -> dict[str, object] | None:
    try:
        return read_json_object(base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        return None


def verify_assertion(
    token: str,
    keys: PublicKeys,
    client: str,
    audience: str,
    now: datetime,
    *,
    accept_demonstration_keys: bool = False,
) -> Assertion | AssertionRefusal:
    """Judge an assertion of ``client`` for ``audience`` (the token endpoint's URL) at the aware instant ``now``."""
    if len(token) > MAX_ASSERTION_CHARACTERS:
        return AssertionRefusal.MALFORMED
    verified = verify(token, keys, ALGORITHMS, accept_demonstration_keys=accept_demonstration_keys)
    if not isinstance(verified, Verified):
        return AssertionRefusal.BAD_SIGNATURE
    claims = verified.claims
    if claims.get("iss") != client or claims.get("sub") != client:
        return AssertionRefusal.ISSUER_MISMATCH
    if claims.get("aud") not in (audience, [audience]):
        return AssertionRefusal.AUDIENCE_MISMATCH
    issued_at, expires_at, jti = _instant(claims.get("iat")), _instant(claims.get("exp")), claims.get("jti")
    if issued_at is None or expires_at is None or not isinstance(jti, str):
        return AssertionRefusal.CLAIM_MISSING
    if len(jti) < 16 or not _is_name(jti):
        return AssertionRefusal.MALFORMED
    if now >= expires_at:
        return AssertionRefusal.EXPIRED
    if issued_at > now + LEEWAY:
        return AssertionRefusal.ISSUED_IN_FUTURE
    if expires_at - now > MAX_LIFE + LEEWAY or expires_at - issued_at > MAX_LIFE:
        return AssertionRefusal.TOO_LONG_LIVED
    return Assertion(client, verified.kid, jti, expires_at)


def _instant(value: object) -> datetime | None:
    """A NumericDate (RFC 7519 section 2) between 1970 and 9999, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 253_402_300_800:
        return None
    return datetime.fromtimestamp(value, UTC)
