"""What both guards share: headers of a call, the token's life, and the reading of an answer. No network."""

import time
from dataclasses import dataclass, field
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
LIMITS: Final = httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=60)
MARGIN: Final = 30
"""Seconds before its end at which an access token is replaced."""
BROKEN: Final = frozenset({"unavailable", "overloaded", "internal", "token-invalid"})
"""Codes that say nothing about the request: the guard, or this application's own access to it, does not work."""


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

    value: str = field(default="", repr=False)
    until: float = 0.0

    def live(self) -> bool:
        """Whether it can still be used."""
        return bool(self.value) and time.monotonic() < self.until

    def take(self, answer: httpx.Response) -> None:
        """Keep the token of a token answer (RFC 6749 section 5.1); raises ``GuardUnavailable`` on any other."""
        try:
            body = msgspec.json.decode(answer.content)
            value, lifetime = str(body["access_token"]), float(body["expires_in"])
        except (KeyError, TypeError, ValueError):
            raise GuardUnavailable(
                f"the guard refused this application's key (status {answer.status_code})"
            ) from None
        self.value, self.until = value, time.monotonic() + max(lifetime - MARGIN, 1.0)

    def drop(self, value: str) -> None:
        """Forget this token, unless another one has replaced it already."""
        if self.value == value:
            self.value = ""


def token_form(key: ApplicationKey, audience: str) -> dict[str, str]:
    """Form of the token request (RFC 7523 section 2.2)."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": GRANT,
        "client_assertion": key.assertion(audience),
    }


def headers(token: str, speaker: Speaker | None) -> dict[str, str]:
    """Headers of a call: the application's token, and the session it speaks for."""
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if speaker is not None:
        sent["Beffroi-Session"] = speaker.handle.reveal()
        sent["Beffroi-Client"] = speaker.client
        sent["Accept-Language"] = speaker.language
    return sent


def token_refused(answer: httpx.Response) -> bool:
    """Whether the guard knows this access token no longer (it was restarted with other keys): ask for another."""
    return answer.status_code == 401 and _code(answer) == "token-invalid"


def read(call: Call[Answer], answer: httpx.Response) -> Answer | Refused:
    """The typed answer or refusal; raises ``GuardUnavailable`` when it is neither, or when the guard is broken."""
    try:
        body: Any = msgspec.json.decode(answer.content) if answer.content else {}
        if 200 <= answer.status_code < 300:
            return call.read(body)
        if answer.status_code >= 400 and body["code"] not in BROKEN:
            return reading.refused(body, _seconds(answer.headers.get("Retry-After")))
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError, UnicodeError) as unreadable:
        kind = type(unreadable).__name__
        raise GuardUnavailable(f"unreadable answer of the guard to {call!r}: {answer.status_code}, {kind}") from None
    raise GuardUnavailable(f"the guard answered {answer.status_code} to {call!r}")


def _code(answer: httpx.Response) -> object:
    try:
        body = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeError):
        return None
    return body.get("code") if isinstance(body, dict) else None


def _seconds(said: str | None) -> int | None:
    """Retry-After in seconds (RFC 9110 section 10.2.3); its other form, a date, is not used between us."""
    return int(said) if said is not None and said.isascii() and said.isdigit() else None
