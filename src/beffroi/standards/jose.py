"""Signed JWTs under a provider's published keys: RFC 7515, 7517, 7518, 7519, with the advice of RFC 8725.

The verifier chooses the algorithm from its own list, never from the token alone; keys travel only in the
key set, never in a header. Departure from RFC 7515: a token without ``kid`` is refused, because a key that
cannot be named cannot be told apart from a demonstration key.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

MAX_TOKEN_CHARACTERS: Final = 16_384
MAX_HEADER_CHARACTERS: Final = 1_024
MAX_KEY_SET_BYTES: Final = 65_536
MAX_KEYS: Final = 64
MIN_RSA_BITS: Final = 2_048

DEMONSTRATION_KEY_MARK: Final = "demonstration-"
"""How the ``kid`` of every key made for a demonstration begins; refused unless the caller says otherwise."""

PublicKey = ECKey | RSAKey | OKPKey


class Algorithm(StrEnum):
    """The asymmetric signature algorithms accepted at any door of the product (RFC 7518 §3.1, RFC 8037)."""

    ES256 = "ES256"
    RS256 = "RS256"
    PS256 = "PS256"
    EDDSA = "EdDSA"


class JwtRefusal(StrEnum):
    """Why a compact JWS was not believed. Codes are stable: they appear in the journal."""

    TOO_LARGE = "token_too_large"
    MALFORMED = "token_malformed"
    ALGORITHM_NOT_ALLOWED = "token_algorithm_not_allowed"
    KEY_ID_MISSING = "token_key_id_missing"
    DEMONSTRATION_KEY = "token_demonstration_key"
    KEY_UNFIT = "token_key_unfit"
    BAD_SIGNATURE = "token_bad_signature"
    KEY_SET_MALFORMED = "key_set_malformed"


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """The key set does not hold this ``kid``; the edge may fetch the set again, once, then ask again."""

    kid: str


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The usable signature keys of one JWK Set, by ``kid``."""

    by_kid: Mapping[str, PublicKey] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    """Claims whose signature was verified; nothing is yet said of who issued them, for whom and when."""

    algorithm: Algorithm
    kid: str
    claims: Mapping[str, object] = field(repr=False)


class _Unreadable(ValueError):
    """Text that is not a JSON object in the sense below; caught at the module's doors."""


def _unique_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # RFC 7515 §4: two readers that keep different duplicates would see two different tokens.
        raise _Unreadable
    return members


def _no_constant(_: str) -> object:
    raise _Unreadable


def read_json_object(text: bytes | str) -> dict[str, object] | None:
    """The JSON object in ``text``; None if it is anything else, repeats a member or holds NaN or Infinity."""
    try:
        value: object = json.loads(text, object_pairs_hook=_unique_members, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read_key_set(body: bytes) -> PublicKeys | JwtRefusal:
    """Read a JWK Set (RFC 7517 §5) of at most 64 KiB and 64 keys.

    Keys of unknown type, of another use than signature, without ``kid``, too short, symmetric or carrying
    a private part are left out; what remains may be empty. Two keys under one ``kid`` refuse the set.
    """
    if len(body) > MAX_KEY_SET_BYTES:
        return JwtRefusal.TOO_LARGE
    document = read_json_object(body)
    listed = document.get("keys") if document is not None else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        return JwtRefusal.KEY_SET_MALFORMED
    by_kid: dict[str, PublicKey] = {}
    for entry in listed:
        if not isinstance(entry, dict):
            return JwtRefusal.KEY_SET_MALFORMED
        kid = entry.get("kid")
        key = _read_key(entry)
        if key is None or not isinstance(kid, str):
            continue
        if kid in by_kid:
            return JwtRefusal.KEY_SET_MALFORMED
        by_kid[kid] = key
    return PublicKeys(by_kid)


def _read_key(entry: dict[str, object]) -> PublicKey | None:
    if entry.get("use", "sig") != "sig" or "d" in entry or "k" in entry:
        return None
    members = {name: value for name, value in entry.items() if isinstance(value, str)}
    try:
        key = JWKRegistry.import_key(dict(members))
    except (JoseError, ValueError, TypeError, KeyError, binascii.Error):
        return None
    if not isinstance(key, ECKey | RSAKey | OKPKey):
        return None
    if isinstance(key, RSAKey) and key.public_key.key_size < MIN_RSA_BITS:
        return None
    return key


def _fits(key: PublicKey, algorithm: Algorithm) -> bool:
    if key.get("alg", algorithm.value) != algorithm.value:
        return False
    if algorithm is Algorithm.ES256:
        return isinstance(key, ECKey) and key.curve_name == "P-256"
    if algorithm is Algorithm.EDDSA:
        return isinstance(key, OKPKey) and key.curve_name == "Ed25519"
    return isinstance(key, RSAKey)


def _header(token: str) -> dict[str, object] | None:
    encoded, _, _ = token.partition(".")
    if token.count(".") != 2 or not encoded or len(encoded) > MAX_HEADER_CHARACTERS:
        return None
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    return read_json_object(raw)


def verify(
    token: bytes | str,
    keys: PublicKeys,
    algorithms: frozenset[Algorithm],
    *,
    accept_demonstration_keys: bool = False,
) -> Verified | JwtRefusal | UnknownKey:
    """Verify one compact JWS whose payload is a JSON object; total over any bytes, raises nothing.

    ``crit`` is refused whatever it lists (RFC 7515 §4.1.11: nothing critical is understood here), as is any
    header that tries to bring its own key.
    """
    if len(token) > MAX_TOKEN_CHARACTERS:
        return JwtRefusal.TOO_LARGE
    try:
        text = token.decode("ascii") if isinstance(token, bytes) else token.encode("ascii").decode("ascii")
    except UnicodeError:
        return JwtRefusal.MALFORMED
    header = _header(text)
    if header is None or header.keys() & {"crit", "b64", "jwk", "jku", "x5c", "x5u"}:
        return JwtRefusal.MALFORMED
    named = header.get("alg")
    algorithm = next((known for known in algorithms if known.value == named), None)
    if algorithm is None:
        return JwtRefusal.ALGORITHM_NOT_ALLOWED
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        return JwtRefusal.KEY_ID_MISSING
    if kid.startswith(DEMONSTRATION_KEY_MARK) and not accept_demonstration_keys:
        return JwtRefusal.DEMONSTRATION_KEY
    key = keys.by_kid.get(kid)
    if key is None:
        return UnknownKey(kid)
    if not _fits(key, algorithm):
        return JwtRefusal.KEY_UNFIT
    try:
        signed = jws.deserialize_compact(text, key, algorithms=[algorithm.value])
    except (JoseError, ValueError, TypeError, KeyError, binascii.Error):
        return JwtRefusal.BAD_SIGNATURE
    claims = read_json_object(signed.payload)
    if claims is None:
        return JwtRefusal.MALFORMED
    return Verified(algorithm, kid, claims)
