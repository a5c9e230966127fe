"""OpenID Connect Core 1.0 for a relying party that uses the authorization code flow; sans-IO.

The edge does the HTTP; this module writes each request and judges each answer. Every judgement is total:
a value when all is well, a ``Refusal`` otherwise, ``UnknownKey`` when the provider's keys may have turned.
Written for ProConnect (signed userinfo, ``acr`` asked through ``claims``, no unknown parameter), usable with
any provider that behaves so.

Departures: an ID token for several audiences is refused even with ``azp``; ``userinfo`` must be signed; every
endpoint is on the issuer's origin.
"""

from beffroi.standards.jose import (
    DEMONSTRATION_KEY_MARK,
    Algorithm,
    JwtRefusal,
    PublicKeys,
    UnknownKey,
    read_key_set,
)
from beffroi.standards.oidc.answers import (
    read_callback,
    read_logout_callback,
    read_provider,
    read_token_response,
)
from beffroi.standards.oidc.requests import (
    authorization_request,
    end_session_url,
    token_request,
    userinfo_request,
)
from beffroi.standards.oidc.values import (
    AuthorizationRequest,
    ClientSecretPost,
    HttpRequest,
    IdentityProviderId,
    PivotIdentity,
    PrivateKeyJwt,
    Provider,
    Refusal,
    RelyingParty,
    SignIn,
    Siret,
    Subject,
    TokenResponse,
    Transaction,
    VerifiedIdentity,
)
from beffroi.standards.oidc.verification import verify_id_token, verify_pivot, verify_userinfo

__all__ = [
    "DEMONSTRATION_KEY_MARK",
    "Algorithm",
    "AuthorizationRequest",
    "ClientSecretPost",
    "HttpRequest",
    "IdentityProviderId",
    "JwtRefusal",
    "PivotIdentity",
    "PrivateKeyJwt",
    "Provider",
    "PublicKeys",
    "Refusal",
    "RelyingParty",
    "SignIn",
    "Siret",
    "Subject",
    "TokenResponse",
    "Transaction",
    "UnknownKey",
    "VerifiedIdentity",
    "authorization_request",
    "end_session_url",
    "read_callback",
    "read_key_set",
    "read_logout_callback",
    "read_provider",
    "read_token_response",
    "token_request",
    "userinfo_request",
    "verify_id_token",
    "verify_pivot",
    "verify_userinfo",
]
