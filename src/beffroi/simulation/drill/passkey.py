"""A passkey in software: what a person in front of a browser has, and what a thief in that browser uses."""

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

_PRESENT_AND_VERIFIED: Final = b"\x05"
_COSE_P256: Final = bytes.fromhex("a5010203262001215820"), bytes.fromhex("225820")
"""CBOR around the two coordinates: a map of kty EC2, alg ES256, crv P-256, x, y (RFC 9053 section 7.1)."""


@dataclass
class Passkey:
    """One P-256 key for one site; its counter moves on by one with each signature."""

    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    counter: int = 0
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> bytes:
        """COSE form of the public key."""
        numbers = self._key.public_key().public_numbers()
        before_x, before_y = _COSE_P256
        return before_x + numbers.x.to_bytes(32, "big") + before_y + numbers.y.to_bytes(32, "big")

    def sign(self, options: str, origin: str, host: str) -> str:
        """Answer of ``navigator.credentials.get`` to a page's options, as JSON (Web Authentication level 3, 7.2)."""
        self.counter += 1
        asked = {"type": "webauthn.get", "challenge": json.loads(options)["challenge"], "origin": origin}
        client_data = json.dumps(asked).encode()
        data = sha256(host.encode()).digest() + _PRESENT_AND_VERIFIED + self.counter.to_bytes(4, "big")
        signature = self._key.sign(data + sha256(client_data).digest(), ec.ECDSA(SHA256()))
        name = bytes_to_base64url(self.credential_id)
        response = {
            "clientDataJSON": bytes_to_base64url(client_data),
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
        }
        answer = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(answer | {"clientExtensionResults": {}})
