"""The signing key and the client secret of the demonstration: files of mode 0600, both carrying its mark."""

import json
import os
import secrets
import stat
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from beffroi.simulation.identity_provider.mode import SettingsRefused
from beffroi.standards.jose import DEMONSTRATION_KEY_MARK

MAX_FILE_BYTES = 16_384


def _read_private(path: Path) -> str | None:
    """The text of a file that only its owner may read; None when there is no such file.

    Raises ``SettingsRefused`` when others may read it, or when it is too large to be what it should be.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "r", encoding="ascii", errors="replace") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise SettingsRefused(f"{path} can be read by others; run: chmod 600 {path}")
        text = file.read(MAX_FILE_BYTES + 1)
    if len(text) > MAX_FILE_BYTES:
        raise SettingsRefused(f"{path} is too large; remove it and start again.")
    return text


def _write_private(path: Path, text: str) -> str:
    """Create the file in one step, or return what another process wrote there in the meantime."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return _read_private(path) or text
    finally:
        draft.unlink()
    return text


def ensure_signing_key(path: Path) -> ECKey:
    """The P-256 key in ``path``, made on first start; its ``kid`` begins with ``demonstration-``.

    Raises ``SettingsRefused`` when the file is readable by others, is no such key, or lacks the mark: a key
    of a real service must not end up here either.
    """
    text = _read_private(path)
    if text is None:
        kid = DEMONSTRATION_KEY_MARK + secrets.token_hex(8)
        fresh = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
        text = _write_private(path, json.dumps(fresh.as_dict(private=True)))
    try:
        key = ECKey.import_key(json.loads(text))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SettingsRefused(f"{path} holds no P-256 JWK; remove it and start again.") from error
    if not key.is_private or key.curve_name != "P-256" or not (key.kid or "").startswith(DEMONSTRATION_KEY_MARK):
        raise SettingsRefused(f"{path} holds a key that was not made for a demonstration; point elsewhere.")
    return key


def ensure_client_secret(path: Path) -> str:
    """The secret shared with the guard, made on first call; begins with ``demonstration-``.

    Raises ``SettingsRefused`` when the file is readable by others or lacks the mark.
    """
    text = _read_private(path)
    if text is None:
        text = _write_private(path, DEMONSTRATION_KEY_MARK + secrets.token_urlsafe(32))
    secret = text.strip()
    if not secret.startswith(DEMONSTRATION_KEY_MARK) or len(secret) < 40:
        raise SettingsRefused(f"{path} holds a secret that was not made for a demonstration; point elsewhere.")
    return secret
