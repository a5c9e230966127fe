"""The values of an OpenID Connect sign-in; identifying parts stay out of every ``repr``."""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from joserfc.jwk import ECKey, OKPKey, RSAKey

from beffroi.core.identifying import Identifying
from beffroi.standards.jose import Algorithm, JwtRefusal

MAX_BODY_BYTES: Final = 65_536
MAX_QUERY_CHARACTERS: Final = 8_192
MAX_CODE_CHARACTERS: Final = 2_048
MIN_STATE_CHARACTERS: Final = 32

Subject = NewType("Subject", str)
IdentityProviderId = NewType("IdentityProviderId", str)
Siret = NewType("Siret", str)


class Refusal(StrEnum):
    """Why a sign-in stopped. Codes are stable, safe to journal, and say no more than the step that failed."""

    PROVIDER_DOCUMENT_MALFORMED = "provider_document_malformed"
    PROVIDER_ISSUER_MISMATCH = "provider_issuer_mismatch"
    PROVIDER_ENDPOINT_INSECURE = "provider_endpoint_insecure"
    PROVIDER_ENDPOINT_ELSEWHERE = "provider_endpoint_elsewhere"
    CALLBACK_MALFORMED = "callback_malformed"
    STATE_MISMATCH = "state_mismatch"
    CALLBACK_ISSUER_MISMATCH = "callback_issuer_mismatch"
    ACCESS_DENIED = "access_denied"
    LOGIN_REQUIRED = "login_required"
    PROVIDER_ERROR = "provider_error"
    TOKEN_RESPONSE_REFUSED = "token_response_refused"
    TOKEN_RESPONSE_MALFORMED = "token_response_malformed"
    TOKEN_TOO_LARGE = JwtRefusal.TOO_LARGE.value
    TOKEN_MALFORMED = JwtRefusal.MALFORMED.value
    TOKEN_ALGORITHM_NOT_ALLOWED = JwtRefusal.ALGORITHM_NOT_ALLOWED.value
    TOKEN_KEY_ID_MISSING = JwtRefusal.KEY_ID_MISSING.value
    TOKEN_DEMONSTRATION_KEY = JwtRefusal.DEMONSTRATION_KEY.value
    TOKEN_KEY_UNFIT = JwtRefusal.KEY_UNFIT.value
    TOKEN_BAD_SIGNATURE = JwtRefusal.BAD_SIGNATURE.value
    KEY_SET_MALFORMED = JwtRefusal.KEY_SET_MALFORMED.value
    CLAIM_MISSING = "claim_missing"
    CLAIM_MALFORMED = "claim_malformed"
    ISSUER_MISMATCH = "issuer_mismatch"
    AUDIENCE_MISMATCH = "audience_mismatch"
    AUTHORIZED_PARTY_MISMATCH = "authorized_party_mismatch"
    EXPIRED = "expired"
    ISSUED_IN_FUTURE = "issued_in_future"
    NOT_YET_VALID = "not_yet_valid"
    NONCE_MISMATCH = "nonce_mismatch"
    AUTHENTICATION_TOO_OLD = "authentication_too_old"
    ACCESS_TOKEN_HASH_MISMATCH = "access_token_hash_mismatch"
    ACR_NOT_ACCEPTED = "acr_not_accepted"
    USERINFO_UNSIGNED = "userinfo_unsigned"
    SUBJECT_MISMATCH = "subject_mismatch"


@dataclass(frozen=True, slots=True)
class Provider:
    """What is needed from a provider's discovery document (OpenID Connect Discovery 1.0 §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """How this service is registered and what it asks for.

    ``accepted_acr`` is asked for as an essential claim and checked on return; it may not be empty, since an
    assurance nobody named cannot be accepted. ``acr_values`` asks for the first of them by that parameter instead, as
    FranceConnect wants (Core §3.1.2.1). ``pkce`` and ``max_age`` stay off with ProConnect, which
    refuses parameters it does not know. ``leeway`` allows for clocks that disagree.
    """

    client_id: str
    redirect_uri: str
    post_logout_redirect_uri: str
    accepted_acr: tuple[str, ...]
    scopes: tuple[str, ...] = ("openid", "given_name", "usual_name", "email", "uid", "siret", "idp_id")
    algorithms: frozenset[Algorithm] = frozenset({Algorithm.ES256})
    ask_amr: bool = True
    acr_values: bool = False
    pkce: bool = False
    max_age: timedelta | None = None
    leeway: timedelta = timedelta(seconds=60)
    accept_demonstration_keys: bool = False

    def __post_init__(self) -> None:
        if not self.accepted_acr:
            raise ValueError("accepted_acr names no assurance value: no sign-in could ever be accepted")
        if "openid" not in self.scopes:
            raise ValueError("scopes must contain openid (OpenID Connect Core 1.0 §3.1.2.1)")


@dataclass(frozen=True, slots=True)
class ClientSecretPost:
    """Client authentication by a shared secret in the body (Core §9)."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrivateKeyJwt:
    """Client authentication by a signed assertion (Core §9, RFC 7523 §2.2)."""

    key: ECKey | RSAKey | OKPKey = field(repr=False)
    kid: str
    algorithm: Algorithm = Algorithm.ES256


@dataclass(frozen=True, slots=True)
class Transaction:
    """What must be remembered between the redirect and the return, on the server, for one browser, once."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_verifier: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    url: str = field(repr=False)
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request for the edge to send, without following redirects and with a limit on the answer's size."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class TokenResponse:
    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A verified ID token: somebody signed in, for us, now; who it is comes with userinfo."""

    sub: Subject = field(repr=False)
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime | None


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """Who signed in, from a verified ID token and the signed userinfo that belongs to it.

    It authenticates and never authorises: nothing may be derived from ``siret`` or the mail domain.
    """

    sub: Subject = field(repr=False)
    idp_id: IdentityProviderId
    email: Identifying
    given_name: Identifying
    usual_name: Identifying
    siret: Siret
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime | None


@dataclass(frozen=True, slots=True)
class PivotIdentity:
    """Who a natural person is, from a verified ID token and its signed userinfo (FranceConnect's pivot identity).

    ``family_name`` is the name of birth, ``preferred_username`` the usual one where it differs. ``birthplace`` is an
    INSEE code, empty for who was born abroad; ``birthcountry`` too; ``birthdate`` is YYYY-MM-DD, with 00 for a day or
    a month that is not known.
    """

    sub: Subject = field(repr=False)
    given_name: Identifying
    family_name: Identifying
    preferred_username: Identifying | None
    birthdate: Identifying
    gender: Identifying
    birthplace: Identifying
    birthcountry: Identifying
    acr: str


def same(one: str, other: str) -> bool:
    """Equality of two texts in constant time, whatever they hold."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def is_printable_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable()


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
