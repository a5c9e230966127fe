"""The database of an installation, wherever it is: embedded and started when needed, or a real server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from beffroi.config.database import Databases, bootstrap, create_database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.config.postgres_cluster import SUPERUSER
from beffroi.config.settings import Mode, Settings

NAME = "beffroi"


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """A database that answers, and the embedded server when there is one."""

    settings: Settings
    server: EmbeddedPostgres | None

    @property
    def databases(self) -> Databases:
        """The three roles' URIs. Raises SettingMissing where this process was given fewer."""
        return self.settings.databases()


@contextmanager
def open_database(settings: Settings, *, alone: bool = False) -> Iterator[OpenDatabase]:
    """Make the database available: start the embedded server (or join the one that runs), prepare roles and schemas.

    In production a process that was not given the administrator's URI finds the database prepared.

    `alone` refuses to join a server that another process runs.

    Raises PostgresUnavailable, DatabaseRefused, SettingMissing; psycopg.OperationalError when a real
    server does not answer.
    """
    by_hand = settings.roles <= settings.role_urls.keys()
    if settings.database_url is None and (by_hand or settings.mode is Mode.PRODUCTION):
        yield OpenDatabase(settings, None)
        return
    if settings.database_url is not None:
        if not by_hand:
            bootstrap(settings.database_url, settings.credentials)
        yield OpenDatabase(settings, None)
        return
    server = EmbeddedPostgres(settings.embedded_postgres, credentials_dir=settings.credentials)
    with server.start() if alone else server.attach_or_start():
        admin = create_database(server.dsn(SUPERUSER), NAME)
        bootstrap(admin, settings.credentials, whole_server=True)
        yield OpenDatabase(settings, server)


def migrate_guard(owner: str, key_file: Path | None = None) -> list[str]:
    """Bring the guard's schema to its last version and return the migrations that were applied.

    The key file is read only where rows that exist must be authenticated; a new database needs none. Raises
    KeysRefused, MigrationRefused.
    """
    from beffroi.guard import keys
    from beffroi.guard.migrations import migrate

    if key_file is None:
        return asyncio.run(migrate(owner))
    return asyncio.run(migrate(owner, load_keys=lambda: keys.load(key_file)))
