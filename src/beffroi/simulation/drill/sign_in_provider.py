"""The demonstration identity provider beside a drill's guard, on the drill's clock."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvicorn

from beffroi.guard.settings import Provider
from beffroi.simulation.identity_provider.app import Application
from beffroi.simulation.identity_provider.directory import Directory
from beffroi.simulation.identity_provider.keys import ensure_client_secret, ensure_signing_key
from beffroi.simulation.identity_provider.personas import Persona, read_users_file, write_users_file
from beffroi.simulation.identity_provider.settings import Settings

CLIENT_ID = "guard"


@dataclass
class SignInProvider:
    """A provider that answers on this machine; ``ahead`` is how far its clock is ahead of the machine's."""

    guard_side: Provider
    users_file: Path
    ahead: timedelta = timedelta()

    def know(self, personas: list[Persona]) -> None:
        """Let these people sign in, and nobody else."""
        write_users_file(self.users_file, personas)

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead.total_seconds()


@contextmanager
def provided(folder: Path, guard_port: int) -> Iterator[SignInProvider]:
    """The provider, for the guard that will listen on ``guard_port`` of 127.0.0.1."""
    service = f"http://127.0.0.1:{guard_port}"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        settings = Settings(
            issuer=f"http://localhost:{port}/api/v2",
            port=port,
            client_id=CLIENT_ID,
            client_secret=ensure_client_secret(folder / "keys" / "provider.secret"),
            redirect_uris=(f"{service}/sign-in/callback",),
            post_logout_redirect_uris=(f"{service}/signed-out",),
            users_file=folder / "keys" / f"users-{port}.json",
            key_file=folder / "keys" / "provider.jwk",
        )
        guard_side = Provider(settings.issuer, CLIENT_ID, settings.client_secret)
        provider = SignInProvider(guard_side, settings.users_file)
        provider.know([])
        application = Application(
            settings,
            Directory(settings.users_file, read_users_file),
            ensure_signing_key(settings.key_file),
            clock=_clock(provider),
        )
        server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join(10)


def _clock(provider: SignInProvider) -> Callable[[], float]:
    return provider.now
