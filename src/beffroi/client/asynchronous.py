"""The guard as code under asyncio asks it."""

from asyncio import Lock
from typing import Self, TypeVar

import httpx

from beffroi.client.answers import Refused
from beffroi.client.calls import Call
from beffroi.client.credentials import ApplicationKey
from beffroi.client.transport import (
    LIMITS,
    TIMEOUT,
    GuardUnavailable,
    Speaker,
    Token,
    headers,
    read,
    token_form,
    token_refused,
)

Answer = TypeVar("Answer")


class AsyncGuard:
    """A guard at ``url``, asked in the name of one application. Shared by the tasks of one event loop.

    ``audience`` is the token endpoint as the guard names itself to the outside, when it differs from ``url``.
    """

    def __init__(self, url: str, key: ApplicationKey, *, audience: str | None = None) -> None:
        # Never through a proxy of the environment: these answers carry people's files.
        self._http = httpx.AsyncClient(
            base_url=url, timeout=TIMEOUT, limits=LIMITS, follow_redirects=False, trust_env=False
        )
        self._key = key
        self._audience = audience or f"{url}/v1/token"
        self._token = Token()
        self._renewal = Lock()

    async def ask(self, call: Call[Answer], speaker: Speaker | None = None) -> Answer | Refused:
        """Carry one call. Raises :class:`GuardUnavailable`; a refusal is returned."""
        try:
            answer, token = await self._send(call, speaker)
            if token_refused(answer):
                self._token.drop(token)
                answer, _ = await self._send(call, speaker)
        except httpx.HTTPError as broken:
            raise GuardUnavailable(f"the guard cannot be reached: {type(broken).__name__}") from None
        return read(call, answer)

    async def _send(self, call: Call[Answer], speaker: Speaker | None) -> tuple[httpx.Response, str]:
        token = await self._live_token()
        sent = headers(token, speaker)
        return await self._http.request(call.method, call.path, content=call.body, headers=sent), token

    async def _live_token(self) -> str:
        async with self._renewal:
            if not self._token.live():
                self._token.take(await self._http.post("/v1/token", data=token_form(self._key, self._audience)))
            return self._token.value

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
