"""The console's own secret: seals its cookies and signs its forms. It opens no file and no session by itself."""

import secrets
import stat
from pathlib import Path

from beffroi.config.secret_files import write_private
from beffroi.config.settings import Mode, SettingMissing

NAME = "console.secret"
LEAST_CHARACTERS = 50


def read_secret(keys: Path, mode: Mode) -> str:
    """The text of ``console.secret``, made at the first start of a demonstration.

    In production it is written by hand, because several consoles share it. Raises SettingMissing when it is absent,
    shorter than 50 characters, or readable by anybody but its owner.
    """
    path = keys / NAME
    if not path.exists():
        if mode is Mode.PRODUCTION:
            raise SettingMissing(
                f"{path} does not exist: write there 50 random characters (openssl rand -base64 48), mode 0600."
            )
        write_private(path, secrets.token_urlsafe(48))
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingMissing(f"{path} must be readable by its owner alone: chmod 600 {path}")
    text = path.read_text().strip()
    if len(text) < LEAST_CHARACTERS:
        raise SettingMissing(f"{path} is too short: write 50 random characters or more.")
    return text
