"""The demonstration's application key: a P-256 JWK whose ``kid`` says that it was made for a demonstration."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from joserfc.jwk import ECKey

from beffroi.guard.keys import read_secret, write_secret
from beffroi.standards.jose import DEMONSTRATION_KEY_MARK


def ensure_application_key(path: Path) -> Mapping[str, object]:
    """The public part of the private JWK in ``path`` (mode 0600), made when missing.

    Raises KeysRefused when others may read the file, ValueError when it holds no key.
    """
    if not path.exists():
        kid = DEMONSTRATION_KEY_MARK + secrets.token_hex(8)
        fresh = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
        write_secret(path, json.dumps(fresh.as_dict(private=True)))
    key = ECKey.import_key(json.loads(read_secret(path)))
    return dict(key.as_dict(private=False))
