"""Texts sealed into cookies: the browser carries them, and can neither read nor change them.

AES-256-GCM under a key derived from the console's secret (HKDF-SHA256, RFC 5869). The console's database and logs
hold none of it, and what a browser holds is useless without the console.
"""

import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE: Final = 12
_LARGEST: Final = 200_000
"""Bytes that an unsealed text may take once unfolded."""


@lru_cache(maxsize=8)
def _cipher(secret: str, purpose: str) -> AESGCM:
    info = f"beffroi/console/{purpose}".encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode()))


def seal(secret: str, purpose: str, text: str) -> str:
    """Text for a cookie; what was sealed for one purpose cannot be read for another."""
    nonce = secrets.token_bytes(_NONCE)
    box = nonce + _cipher(secret, purpose).encrypt(nonce, zlib.compress(text.encode(), 9), purpose.encode())
    return urlsafe_b64encode(box).rstrip(b"=").decode("ascii")


def unseal(secret: str, purpose: str, sealed: str) -> str | None:
    """The text, or None when it was not sealed here for this purpose."""
    try:
        box = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        folded = _cipher(secret, purpose).decrypt(box[:_NONCE], box[_NONCE:], purpose.encode())
    except (ValueError, InvalidTag):
        return None
    unfolding = zlib.decompressobj()
    text = unfolding.decompress(folded, _LARGEST)
    return None if unfolding.unconsumed_tail else text.decode()
