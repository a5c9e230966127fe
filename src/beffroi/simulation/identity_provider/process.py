"""The process behind ``beffroi identity-provider``: one port of this machine, demonstration mode only."""

import os
import sys
from collections.abc import Mapping

import uvicorn

from beffroi.simulation.identity_provider.app import Application
from beffroi.simulation.identity_provider.directory import Directory
from beffroi.simulation.identity_provider.keys import ensure_signing_key
from beffroi.simulation.identity_provider.mode import SettingsRefused
from beffroi.simulation.identity_provider.personas import read_users_file
from beffroi.simulation.identity_provider.residents import read_residents_file
from beffroi.simulation.identity_provider.settings import Settings, read_people_settings, read_settings
from beffroi.simulation.identity_provider.web import Receive, Scope, Send


class Both:
    """Both parts behind one port; the path says which one is asked."""

    def __init__(self, agents: Application, people: Application | None, prefix: str) -> None:
        self._agents, self._people, self._below = agents, people, f"{prefix}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        below = scope["type"] == "http" and scope["path"].startswith(self._below)
        part = self._people if self._people is not None and below else self._agents
        await part(scope, receive, send)


def build(settings: Settings, people: Settings | None = None) -> Both:
    """The application, its keys made on first start.

    Raises ``SettingsRefused`` when a file it needs is missing, unreadable, or readable by others.
    """
    directory = Directory(settings.users_file, read_users_file)
    agents = Application(settings, directory, ensure_signing_key(settings.key_file))
    if people is None:
        return Both(agents, None, "")
    residents = Directory(people.users_file, read_residents_file)
    return Both(agents, Application(people, residents, ensure_signing_key(people.key_file)), people.prefix)


def main(environ: Mapping[str, str] | None = None) -> int:
    """Serve until a signal; 0 when it ended by one, 2 when it refused to start and said why."""
    try:
        told = os.environ if environ is None else environ
        settings = read_settings(told)
        application = build(settings, read_people_settings(told, settings))
    except SettingsRefused as refused:
        print(f"beffroi identity-provider: {refused}", file=sys.stderr)
        return 2
    # Loopback only, and no access log: authorization codes and logout hints stand in the addresses.
    uvicorn.run(application, host="127.0.0.1", port=settings.port, access_log=False, log_level="warning")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
