"""The HTTP edge of the relying party: discovery, keys, code exchange, signed identity. No redirect is followed.

What is judged is judged in :mod:`beffroi.standards.oidc`; here are the limits: seconds, bytes, how long a document
is believed, and one refetch of the keys when a token names one that is not known.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

import httpx

from beffroi.core.policy import Level, Policy
from beffroi.guard.services import Services
from beffroi.guard.settings import Mode
from beffroi.guard.settings import Provider as ProviderSettings
from beffroi.standards import oidc
from beffroi.standards.oidc import HttpRequest, PublicKeys, Refusal, RelyingParty, Transaction, UnknownKey

AREA: Final = "signin"
TIMEOUT: Final = httpx.Timeout(5.0, connect=2.0)
DEADLINE_SECONDS: Final = 10.0
"""For one whole answer: each of its bytes could come in time, and the last one never."""
LARGEST_ANSWER: Final = 65_536
DISCOVERY_SECONDS: Final = 3_600.0
REFETCH_SECONDS: Final = 10.0
"""Least time between two fetches of the keys: tokens naming invented keys must not make the guard a hammer."""

Who = TypeVar("Who")
"""What a verified identity is: an agent's, or a natural person's."""


class Unreachable(RuntimeError):
    """The provider did not answer, or not as it must; the message names the step, never a value."""


@dataclass(frozen=True, slots=True)
class Identified(Generic[Who]):
    """Who signed in, and the ID token, kept as the hint of the logout."""

    identity: Who
    id_token: str = field(repr=False)


@dataclass(slots=True)
class _Believed:
    """A document of the provider and when it was fetched (monotonic seconds)."""

    at: float = float("-inf")
    provider: oidc.Provider | None = None


class ProviderEdge:
    """One OpenID provider as this guard uses it."""

    def __init__(
        self, settings: ProviderSettings, public_url: str, mode: Mode, *, deadline: float = DEADLINE_SECONDS
    ) -> None:
        self._settings = settings
        self._public_url = public_url
        self._mode = mode
        self._deadline = deadline
        self._http = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False)
        self._lock = asyncio.Lock()
        self._document = _Believed()
        self._keys: PublicKeys | None = None
        self._keys_at = float("-inf")

    @property
    def issuer(self) -> str:
        """The provider's issuer identifier."""
        return self._settings.issuer

    @property
    def idp_id(self) -> str | None:
        """The only identity provider accepted behind it, if one is set."""
        return self._settings.idp_id

    def party(self, policy: Policy) -> RelyingParty:
        """The guard as a relying party; the ``acr`` it asks for are those the policy rates."""
        accepted = dict.fromkeys(rule.acr for rule in policy.assurance if rule.level > Level.NONE)
        return RelyingParty(
            client_id=self._settings.client_id,
            redirect_uri=f"{self._public_url}/sign-in/callback",
            post_logout_redirect_uri=f"{self._public_url}/sign-out",
            accepted_acr=tuple(accepted),
            pkce=self._settings.pkce,
            accept_demonstration_keys=self._mode is not Mode.PRODUCTION,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def provider(self) -> oidc.Provider:
        """The provider's discovery document, believed for an hour. Raises Unreachable."""
        async with self._lock:
            if self._document.provider is None or time.monotonic() - self._document.at > DISCOVERY_SECONDS:
                await self._discover()
            assert self._document.provider is not None
            return self._document.provider

    async def _discover(self) -> None:
        url = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        status, _, body = await self._send(HttpRequest("GET", url, (("accept", "application/json"),)), "discovery")
        if status != 200:
            raise Unreachable("discovery: status is not 200")
        loopback = self._mode is not Mode.PRODUCTION
        read = oidc.read_provider(body, self._settings.issuer, allow_http_loopback=loopback)
        if isinstance(read, Refusal):
            raise Unreachable(f"discovery: {read.value}")
        self._document = _Believed(time.monotonic(), read)

    async def _public_keys(self, *, anew: bool) -> PublicKeys:
        provider = await self.provider()
        async with self._lock:
            old = time.monotonic() - self._keys_at
            if self._keys is None or old > DISCOVERY_SECONDS or (anew and old > REFETCH_SECONDS):
                request = HttpRequest("GET", provider.jwks_uri, (("accept", "application/json"),))
                status, _, body = await self._send(request, "keys")
                read = oidc.read_key_set(body) if status == 200 else None
                if not isinstance(read, PublicKeys):
                    raise Unreachable("keys: not a usable key set")
                self._keys, self._keys_at = read, time.monotonic()
            return self._keys

    async def identify(
        self, code: str, transaction: Transaction, policy: Policy, now: datetime
    ) -> Identified[oidc.VerifiedIdentity] | Refusal:
        """Exchange a code and verify what comes of it: ID token, then signed userinfo. Raises Unreachable."""
        return await self._identified(code, transaction, self.party(policy), now, oidc.verify_userinfo)

    async def _identified(
        self,
        code: str,
        transaction: Transaction,
        party: RelyingParty,
        now: datetime,
        judge: Callable[..., Who | Refusal | UnknownKey],
    ) -> "Identified[Who] | Refusal":
        provider = await self.provider()
        credential = oidc.ClientSecretPost(self._settings.client_secret)
        request = oidc.token_request(provider, party, credential, code, transaction, now)
        status, _, body = await self._send(request, "token")
        tokens = oidc.read_token_response(status, body)
        if isinstance(tokens, Refusal):
            return tokens
        keys = await self._public_keys(anew=False)
        sign_in = oidc.verify_id_token(tokens, keys, provider, party, transaction, now)
        if isinstance(sign_in, UnknownKey):
            keys = await self._public_keys(anew=True)
            sign_in = oidc.verify_id_token(tokens, keys, provider, party, transaction, now)
        if isinstance(sign_in, UnknownKey):
            return Refusal.TOKEN_BAD_SIGNATURE
        if isinstance(sign_in, Refusal):
            return sign_in
        request = oidc.userinfo_request(provider, tokens.access_token)
        status, kind, body = await self._send(request, "userinfo")
        if status != 200:
            return Refusal.USERINFO_UNSIGNED
        identity = judge(kind, body, sign_in, keys, provider, party, now)
        if isinstance(identity, UnknownKey):
            return Refusal.TOKEN_BAD_SIGNATURE
        return identity if isinstance(identity, Refusal) else Identified(identity, tokens.id_token)

    async def _send(self, request: HttpRequest, step: str) -> tuple[int, str, bytes]:
        """Status, content type and body; a redirect is an answer like another, and a refusal for every step."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._answer(request, step)
        except TimeoutError:
            raise Unreachable(f"{step}: the answer did not come in time") from None
        except httpx.HTTPError as error:
            raise Unreachable(f"{step}: {type(error).__name__}") from None

    async def _answer(self, request: HttpRequest, step: str) -> tuple[int, str, bytes]:
        headers = {**dict(request.headers), "accept-encoding": "identity"}
        async with self._http.stream(request.method, request.url, headers=headers, content=request.body) as answer:
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise Unreachable(f"{step}: the answer is encoded, which was not asked for")
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise Unreachable(f"{step}: the answer is too large")
            return answer.status_code, answer.headers.get("content-type", ""), bytes(body)


def edge_of(services: Services) -> ProviderEdge | None:
    """The edge of this guard's provider, made at first use; None where no provider is set (then nobody signs in)."""
    found = services.areas.get(AREA)
    if isinstance(found, ProviderEdge):
        return found
    settings = services.settings
    if settings.provider is None:
        return None
    edge = ProviderEdge(settings.provider, settings.public_url, settings.mode)
    services.areas[AREA] = edge
    return edge
