"""What both guards share: headers of a call, the token's life, and the reading of an answer. No network."""

import time
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx
import msgspec

from beffroi.client import reading
from beffroi.client.answers import Refused
from beffroi.client.calls import Call
from beffroi.client.credentials import ApplicationKey
from beffroi.core.identifying import Identifying

Answer = TypeVar("Answer")
GRANT: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TIMEOUT: Final = httpx.Timeout(10.0, connect=2.0)
MARGIN: Final = 30
"""Seconds before its end at which an access token is replaced."""


class GuardUnavailable(Exception):
    """The guard cannot be reached, is refusing everything, or did not answer in its own interface."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """On whose behalf a call is made: the session's handle, the client's fingerprint, the language of sentences."""

    handle: Identifying
    client: str
    language: str = "fr"


@dataclass(slots=True)
class Token:
    """The application's access token and the monotonic instant after which it is replaced."""

    value: str = ""
    until: float = 0.0

    def live(self) -> bool:
        """Whether it can still be used."""
        return bool(self.value) and time.monotonic() < self.until

    def take(self, answer: httpx.Response) -> None:
        """Keep the token of a token answer (RFC 6749 section 5.1); raises ``GuardUnavailable`` on any other."""
        try:
            body = msgspec.json.decode(answer.content)
            value, lifetime = body["access_token"], float(body["expires_in"])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError):
            raise GuardUnavailable(
                f"the guard refused this application's key (status {answer.status_code})"
            ) from None
        self.value, self.until = value, time.monotonic() + max(lifetime - MARGIN, 1.0)


def token_form(key: ApplicationKey, audience: str) -> dict[str, str]:
    """Form of the token request (RFC 7523 section 2.2)."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": GRANT,
        "client_assertion": key.assertion(audience),
    }


def headers(token: Token, speaker: Speaker | None) -> dict[str, str]:
    """Headers of a call: the application's token, and the session it speaks for."""
    sent = {"Authorization": f"Bearer {token.value}", "Content-Type": "application/json"}
    if speaker is not None:
        sent["Beffroi-Session"] = speaker.handle.reveal()
        sent["Beffroi-Client"] = speaker.client
        sent["Accept-Language"] = speaker.language
    return sent


def read(call: Call[Answer], answer: httpx.Response) -> Answer | Refused:
    """The typed answer or refusal; raises ``GuardUnavailable`` when it is neither, or is a 5xx."""
    try:
        body: Any = msgspec.json.decode(answer.content) if answer.content else {}
        if 200 <= answer.status_code < 300:
            return call.read(body)
        if answer.status_code < 500:
            return reading.refused(body)
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError) as unreadable:
        raise GuardUnavailable(f"unreadable answer of the guard to {call!r}") from unreadable
    raise GuardUnavailable(f"the guard answered {answer.status_code} to {call!r}")
