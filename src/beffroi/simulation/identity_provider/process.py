"""The process behind ``beffroi identity-provider``: one port of this machine, demonstration mode only."""

import os
import sys
from collections.abc import Mapping

import uvicorn

from beffroi.simulation.identity_provider.app import Application
from beffroi.simulation.identity_provider.keys import ensure_signing_key
from beffroi.simulation.identity_provider.mode import SettingsRefused
from beffroi.simulation.identity_provider.personas import Directory
from beffroi.simulation.identity_provider.settings import Settings, read_settings


def build(settings: Settings) -> Application:
    """The application, its key made on first start.

    Raises ``SettingsRefused`` when a file it needs is missing, unreadable, or readable by others.
    """
    return Application(settings, Directory(settings.users_file), ensure_signing_key(settings.key_file))


def main(environ: Mapping[str, str] | None = None) -> int:
    """Serve until a signal; 0 when it ended by one, 2 when it refused to start and said why."""
    try:
        settings = read_settings(os.environ if environ is None else environ)
        application = build(settings)
    except SettingsRefused as refused:
        print(f"beffroi identity-provider: {refused}", file=sys.stderr)
        return 2
    # Loopback only, and no access log: authorization codes and logout hints stand in the addresses.
    uvicorn.run(application, host="127.0.0.1", port=settings.port, access_log=False, log_level="warning")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
