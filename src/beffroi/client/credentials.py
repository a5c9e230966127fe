"""The application's own key: how it proves to the guard who it is, without a password anybody could copy."""

import json
import os
import stat
import time
import uuid
from pathlib import Path
from typing import Final, Self

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

LIFETIME: Final = 55
"""Seconds an assertion lives; the guard refuses more than 60."""


class ApplicationKey:
    """A private JWK (Ed25519 or P-256) that signs client assertions (RFC 7523 section 3)."""

    __slots__ = ("_key", "application")

    def __init__(self, application: str, key: Key) -> None:
        if not key.is_private or not key.kid:
            raise ValueError("the application's key must be a private JWK with a kid")
        self.application = application
        self._key = key

    @classmethod
    def read(cls, application: str, path: Path) -> Self:
        """Read a private JWK from a file only its owner can read.

        Raises ``PermissionError`` when the file is readable by group or others, ``ValueError`` when it is no key.
        """
        mode = os.stat(path).st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise PermissionError(f"the application's key file must have mode 0600, not {stat.S_IMODE(mode):04o}")
        try:
            return cls(application, JWKRegistry.import_key(json.loads(path.read_text())))
        except (ValueError, JoseError) as unusable:
            # Neither message nor cause: they could quote the key.
            raise ValueError(f"not a private JWK with a kid ({type(unusable).__name__})") from None

    def assertion(self, audience: str) -> str:
        """A fresh signed assertion for one token request at ``audience``."""
        now = int(time.time())
        claims = {
            "iss": self.application,
            "sub": self.application,
            "aud": audience,
            "iat": now,
            "exp": now + LIFETIME,
            "jti": str(uuid.uuid4()),
        }
        algorithm = "EdDSA" if self._key.key_type == "OKP" else "ES256"
        return jwt.encode({"alg": algorithm, "kid": self._key.kid}, claims, self._key, algorithms=[algorithm])

    def __repr__(self) -> str:
        return f"ApplicationKey({self.application!r})"
