"""The guard as ordinary (threaded) code asks it."""

from threading import Lock
from typing import Self, TypeVar

import httpx

from beffroi.client.answers import Refused
from beffroi.client.calls import Call
from beffroi.client.credentials import ApplicationKey
from beffroi.client.transport import TIMEOUT, GuardUnavailable, Speaker, Token, headers, read, token_form

Answer = TypeVar("Answer")


class Guard:
    """A guard at ``url``, asked in the name of one application. Safe to share between threads.

    ``audience`` is the token endpoint as the guard names itself to the outside, when it differs from ``url``.
    """

    def __init__(self, url: str, key: ApplicationKey, *, audience: str | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT, follow_redirects=False)
        self._key = key
        self._audience = audience or f"{url}/v1/token"
        self._token = Token()
        self._renewal = Lock()

    def ask(self, call: Call[Answer], speaker: Speaker | None = None) -> Answer | Refused:
        """Carry one call. Raises :class:`GuardUnavailable`; a refusal is returned."""
        try:
            self._renew()
            answer = self._http.request(
                call.method, call.path, content=call.body, headers=headers(self._token, speaker)
            )
        except httpx.HTTPError as broken:
            raise GuardUnavailable(f"the guard cannot be reached: {type(broken).__name__}") from broken
        return read(call, answer)

    def _renew(self) -> None:
        with self._renewal:
            if not self._token.live():
                self._token.take(self._http.post("/v1/token", data=token_form(self._key, self._audience)))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
