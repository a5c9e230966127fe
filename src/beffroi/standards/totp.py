"""Time-based one-time passwords: RFC 6238 over RFC 4226, six digits, thirty seconds, SHA-1; sans-IO.

SHA-1 is what every authenticator application supports; HMAC-SHA-1 is not affected by its collisions (RFC 6194).
"""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from pyotp import HOTP

DIGITS: Final = 6
STEP_SECONDS: Final = 30
SECRET_BYTES: Final = 20  # RFC 4226 section 4, R6: 160 bits
WINDOW: Final = 1


def new_secret() -> bytes:
    """A shared secret of 160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def code(secret: bytes, step: int) -> str:
    """The six digits of time step ``step`` (whole 30 s since 1970)."""
    return HOTP(base64.b32encode(secret).decode("ascii"), digits=DIGITS).at(step)


def digits(typed: str) -> str:
    """A code as it was typed or pasted, without its spaces: applications show two groups of digits."""
    return "".join(typed.split())


def step_at(now: datetime) -> int:
    """The time step of an aware instant."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, typed: str, now: datetime, last_step: int | None) -> int | None:
    """The step whose code was typed, one step early or late at most and newer than ``last_step``; else None.

    RFC 6238 section 5.2: a step that was accepted once is never accepted again, nor is any step before it.
    All three comparisons are always made, each in constant time.
    """
    shown = typed.encode("utf-8", "surrogatepass")
    found: int | None = None
    present = step_at(now)
    for step in range(present - WINDOW, present + WINDOW + 1):
        equal = hmac.compare_digest(code(secret, step).encode("ascii"), shown)
        if equal and (last_step is None or step > last_step):
            found = step
    return found


def provisioning_uri(secret: bytes, issuer: str, label: str) -> str:
    """What an authenticator application reads from the QR code (Key Uri Format).

    ``label`` is shown by the application on the person's own telephone; it need not identify anybody.
    """
    parameters = {
        "secret": base64.b32encode(secret).decode("ascii").rstrip("="),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": str(DIGITS),
        "period": str(STEP_SECONDS),
    }
    return f"otpauth://totp/{quote(issuer)}:{quote(label)}?{urlencode(parameters, quote_via=quote)}"
