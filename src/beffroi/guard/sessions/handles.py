"""Secrets that stand for a session; the database only ever holds their hashes.

A handle, a hand-over code and a browser's cookie are 32 random bytes in base64url: too many to be guessed, so a
plain SHA-256 keeps them (no salt, no stretching: there is nothing to try).
"""

import re
import secrets
from base64 import urlsafe_b64encode
from hashlib import blake2b, sha256
from typing import Final

SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")
PERSON: Final = re.compile(r"person\.[A-Za-z0-9_-]{43}")
"""The handle of a person's own session: no agent's door reads one, and no person's door reads an agent's."""
CLIENT_CHARACTERS: Final = 128
_STEP: Final = b"step-up"


def new_secret() -> str:
    """256 random bits, 43 characters."""
    return secrets.token_urlsafe(32)


def new_person_handle() -> str:
    """256 random bits, under the word that keeps people's handles apart from agents'."""
    return f"person.{new_secret()}"


def digest(secret: str) -> bytes:
    """SHA-256 of a handle, a code, a cookie or a client's fingerprint, as the database keeps it."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def step_reference(session_key: bytes, handle_hash: bytes) -> str:
    """What a step-up page is asked with: names one session to the guard alone, opens nothing, says nothing."""
    keyed = blake2b(handle_hash, key=session_key, person=_STEP, digest_size=16)
    return urlsafe_b64encode(keyed.digest()).rstrip(b"=").decode("ascii")


def step_up_url(public_url: str, session_key: bytes, handle: str) -> str:
    """The ``url`` of the ``step_up`` member of a problem.

    The application adds ``&application=…&return_to=…&state=…`` and, to leave out weaker factors, ``&level=…``.
    """
    return f"{public_url}/step-up?step={step_reference(session_key, digest(handle))}"
