"""An authenticator in software: a P-256 key, a counter, and switches for what a real one would never do."""

import json
from dataclasses import dataclass, field
from hashlib import sha256

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

UP, UV, AT = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey for one site. ``flags`` and ``origin`` may be told to lie."""

    origin: str
    rp_id: str = "localhost"
    flags: int = UP | UV
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()).private_numbers()
                                 .private_value.to_bytes(32, "big"))  # fmt: skip
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> bytes:
        """COSE form of the public key (RFC 9053 section 7.1)."""
        numbers = self.key.public_key().public_numbers()
        coordinates = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return cbor2.dumps({1: 2, 3: -7, -1: 1, **coordinates})

    def _client_data(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, flags: int) -> bytes:
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _answer(self, response: dict[str, str]) -> str:
        name = bytes_to_base64url(self.credential_id)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        )

    def create(self, options: str) -> str:
        """Answer of ``navigator.credentials.create``."""
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + self.public_key
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(self.flags | AT) + attested}
        client_data = self._client_data("webauthn.create", options)
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(client_data),
                "attestationObject": bytes_to_base64url(cbor2.dumps(attestation)),
            }
        )

    def get(self, options: str) -> str:
        """Answer of ``navigator.credentials.get``; the counter moves on by one."""
        self.counter += 1
        client_data, data = self._client_data("webauthn.get", options), self._data(self.flags)
        signature = self.key.sign(data + sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(client_data),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
            }
        )


def altered(answer: str, part: str) -> str:
    """The same answer with the last byte of one of its parts changed."""
    read = json.loads(answer)
    raw = bytearray(base64url_to_bytes(read["response"][part]))
    raw[-1] ^= 1
    read["response"][part] = bytes_to_base64url(bytes(raw))
    return json.dumps(read)
