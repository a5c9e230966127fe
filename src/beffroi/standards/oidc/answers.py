"""What comes back, before any token is read: discovery document, redirects, answer of the token endpoint."""

from urllib.parse import parse_qsl, urlsplit

from beffroi.standards.jose import read_json_object
from beffroi.standards.oidc.values import (
    MAX_BODY_BYTES,
    MAX_CODE_CHARACTERS,
    MAX_QUERY_CHARACTERS,
    MIN_STATE_CHARACTERS,
    Provider,
    Refusal,
    TokenResponse,
    Transaction,
    is_printable_ascii,
    same,
)


def read_provider(document: bytes, issuer: str, *, allow_http_loopback: bool = False) -> Provider | Refusal:
    """Read a discovery document of at most 64 KiB; its issuer must be exactly ``issuer`` (Discovery §4.3).

    Endpoints must be https; ``allow_http_loopback`` admits http on this machine, for demonstrations. They must be on
    the issuer's own origin, as ProConnect's are: a document that was tampered with must not send a secret, nor the
    guard's requests, to a machine of somebody's choice.
    """
    read = read_json_object(document) if len(document) <= MAX_BODY_BYTES else None
    if read is None:
        return Refusal.PROVIDER_DOCUMENT_MALFORMED
    if read.get("issuer") != issuer:
        return Refusal.PROVIDER_ISSUER_MISMATCH
    names = (
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    )
    urls: list[str] = []
    for name in names:
        url = read.get(name)
        if not isinstance(url, str) or len(url) > MAX_CODE_CHARACTERS:
            return Refusal.PROVIDER_DOCUMENT_MALFORMED
        if not _is_safe_url(url, allow_http_loopback):
            return Refusal.PROVIDER_ENDPOINT_INSECURE
        if urlsplit(url)[:2] != urlsplit(issuer)[:2]:
            return Refusal.PROVIDER_ENDPOINT_ELSEWHERE
        urls.append(url)
    return Provider(issuer, *urls)


def _is_safe_url(url: str, allow_http_loopback: bool) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.fragment or parts.username is not None or not url.isascii():
        return False
    loopback = host in {"localhost", "127.0.0.1", "::1"}
    return parts.scheme == "https" or (allow_http_loopback and loopback and parts.scheme == "http")


def _read_query(query: str, state: str) -> dict[str, str] | Refusal:
    if len(query) > MAX_QUERY_CHARACTERS:
        return Refusal.CALLBACK_MALFORMED
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=16, errors="strict")
    except ValueError:
        return Refusal.CALLBACK_MALFORMED
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        return Refusal.CALLBACK_MALFORMED  # RFC 6749 §3.1: no parameter more than once
    if len(state) < MIN_STATE_CHARACTERS or not same(parameters.get("state", ""), state):
        return Refusal.STATE_MISMATCH
    return parameters


def read_callback(query: str, transaction: Transaction, provider: Provider) -> str | Refusal:
    """The authorization code in the query string of the return; state first, errors after (Core §3.1.2.5-7).

    The result is a ``Refusal`` or any other string: test ``isinstance(answer, Refusal)`` before use.
    ``iss``, when the provider sends it, must be the provider's (RFC 9207).
    """
    parameters = _read_query(query, transaction.state)
    if isinstance(parameters, Refusal):
        return parameters
    if parameters.get("iss", provider.issuer) != provider.issuer:
        return Refusal.CALLBACK_ISSUER_MISMATCH
    if "error" in parameters:
        known = {"access_denied": Refusal.ACCESS_DENIED, "login_required": Refusal.LOGIN_REQUIRED}
        return known.get(parameters["error"], Refusal.PROVIDER_ERROR)
    code = parameters.get("code", "")
    if not 0 < len(code) <= MAX_CODE_CHARACTERS or not is_printable_ascii(code):
        return Refusal.CALLBACK_MALFORMED
    return code


def read_token_response(status: int, body: bytes) -> TokenResponse | Refusal:
    """The two tokens in the answer of the token endpoint (Core §3.1.3.3), at most 64 KiB."""
    if status != 200:
        return Refusal.TOKEN_RESPONSE_REFUSED
    read = read_json_object(body) if len(body) <= MAX_BODY_BYTES else None
    if read is None:
        return Refusal.TOKEN_RESPONSE_MALFORMED
    id_token, access_token, kind = read.get("id_token"), read.get("access_token"), read.get("token_type")
    if not isinstance(id_token, str) or not isinstance(access_token, str) or not isinstance(kind, str):
        return Refusal.TOKEN_RESPONSE_MALFORMED
    usable = 0 < len(access_token) <= MAX_CODE_CHARACTERS and is_printable_ascii(access_token)
    if kind.lower() != "bearer" or not usable:
        return Refusal.TOKEN_RESPONSE_MALFORMED
    return TokenResponse(id_token, access_token)


def read_logout_callback(query: str, state: str) -> Refusal | None:
    """None when the return from the provider's logout carries the ``state`` it was sent with."""
    parameters = _read_query(query, state)
    return parameters if isinstance(parameters, Refusal) else None
