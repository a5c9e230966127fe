"""The guard as code under asyncio asks it."""

from asyncio import Lock
from typing import Self, TypeVar

import httpx

from beffroi.client.answers import Refused
from beffroi.client.calls import Call
from beffroi.client.credentials import ApplicationKey
from beffroi.client.transport import TIMEOUT, GuardUnavailable, Speaker, Token, headers, read, token_form

Answer = TypeVar("Answer")


class AsyncGuard:
    """A guard at ``url``, asked in the name of one application. Shared by the tasks of one event loop.

    ``audience`` is the token endpoint as the guard names itself to the outside, when it differs from ``url``.
    """

    def __init__(self, url: str, key: ApplicationKey, *, audience: str | None = None) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT, follow_redirects=False)
        self._key = key
        self._audience = audience or f"{url}/v1/token"
        self._token = Token()
        self._renewal = Lock()

    async def ask(self, call: Call[Answer], speaker: Speaker | None = None) -> Answer | Refused:
        """Carry one call. Raises :class:`GuardUnavailable`; a refusal is returned."""
        try:
            await self._renew()
            answer = await self._http.request(
                call.method, call.path, content=call.body, headers=headers(self._token, speaker)
            )
        except httpx.HTTPError as broken:
            raise GuardUnavailable(f"the guard cannot be reached: {type(broken).__name__}") from broken
        return read(call, answer)

    async def _renew(self) -> None:
        async with self._renewal:
            if not self._token.live():
                self._token.take(await self._http.post("/v1/token", data=token_form(self._key, self._audience)))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
