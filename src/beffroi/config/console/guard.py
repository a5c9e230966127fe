"""The one client of this process by which every page asks the guard."""

from functools import cache

from beffroi.client import ApplicationKey, Guard
from beffroi.config.database import CONSOLE
from beffroi.config.settings import SettingMissing, load
from beffroi.config.wiring import CONSOLE_APPLICATION, console_key_file


@cache
def shared_guard() -> Guard:
    """The guard, asked with the console's own key. Raises SettingMissing when that key is absent or unusable."""
    settings = load(roles=(CONSOLE,))
    path = console_key_file(settings)
    try:
        key = ApplicationKey.read(CONSOLE_APPLICATION, path)
    except FileNotFoundError:
        raise SettingMissing(
            f"{path} does not exist: the console proves itself to the guard by that private key (JWK, mode 0600)."
        ) from None
    except (ValueError, PermissionError) as unusable:
        raise SettingMissing(f"{path} cannot be used: {unusable}") from None
    return Guard(settings.guard_server_url, key, audience=f"{settings.guard_url}/v1/token")
