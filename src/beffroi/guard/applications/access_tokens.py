"""Opaque access tokens of applications: 300 seconds, nothing stored, one keyed hash to check.

The token is ``bt1.<application>.<key id, base64url>.<expiry in Unix seconds>.<MAC in hexadecimal>``; the MAC is keyed
BLAKE2b-16 (RFC 7693 section 2.9) over everything before it. Callers must treat it as opaque. Revoking a key stops new
tokens; closing the application stops the old ones at once, because every decision reads whether it is open.
"""

import hmac
import time
from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import Final

from beffroi.core.ids import ApplicationId

LIFE_SECONDS: Final = 300
MAX_CHARACTERS: Final = 384
REMEMBERED: Final = 1_024
_PREFIX: Final = "bt1."
_PERSON: Final = b"access-token"  # BLAKE2b personalisation: the session key has other uses


class AccessTokens:
    """Issues and reads access tokens under the guard's session key."""

    __slots__ = ("_genuine", "_keyed")

    def __init__(self, session_key: bytes) -> None:
        # Keyed once: a copy of the prepared state costs less than a new keyed hash on the hot path.
        self._keyed = blake2b(key=session_key, person=_PERSON, digest_size=16)
        # A genuine token stays genuine: what was read once costs a look-up until the memory is full.
        self._genuine: dict[str, tuple[ApplicationId, int]] = {}

    def __repr__(self) -> str:
        return "AccessTokens(«redacted»)"

    def issue(self, application: ApplicationId, kid: str, now: float) -> str:
        """A token good for ``LIFE_SECONDS`` from ``now`` (Unix seconds)."""
        named = urlsafe_b64encode(kid.encode()).rstrip(b"=").decode("ascii")
        signed = f"{_PREFIX}{application}.{named}.{int(now) + LIFE_SECONDS}"
        return f"{signed}.{self._mac(signed)}"

    def verify(self, token: str, now: float) -> ApplicationId | None:
        """The application a token was issued to; ``None`` when forged, expired at ``now``, or no token at all."""
        known = self._genuine.get(token)
        if known is None:
            signed, _, mac = token.rpartition(".")
            if len(token) > MAX_CHARACTERS or not token.isascii() or not hmac.compare_digest(self._mac(signed), mac):
                return None
            # The MAC is good: from here on the text is the guard's own.
            _, application, _, expires_at = signed.split(".")
            known = (ApplicationId(application), int(expires_at))
            if len(self._genuine) >= REMEMBERED:
                self._genuine.clear()
            self._genuine[token] = known
        return known[0] if now < known[1] else None

    def read(self, token: str) -> ApplicationId | None:
        """:meth:`verify` by this machine's clock: a token's life says nothing about budgets or sessions."""
        known = self._genuine.get(token)
        if known is None:
            return self.verify(token, time.time())
        return known[0] if time.time() < known[1] else None

    def _mac(self, signed: str) -> str:
        keyed = self._keyed.copy()
        keyed.update(signed.encode())
        return keyed.hexdigest()
