"""The database of an installation, wherever it is: embedded and started when needed, or a real server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from beffroi.config.database import ROLES, Databases, bootstrap, create_database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.config.postgres_cluster import SUPERUSER
from beffroi.config.settings import Settings

NAME = "beffroi"


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """The three roles' URIs, and the embedded server when there is one."""

    databases: Databases
    server: EmbeddedPostgres | None


@contextmanager
def open_database(settings: Settings, *, alone: bool = False) -> Iterator[OpenDatabase]:
    """Make the database available: start the embedded server (or join the one that runs), prepare roles and schemas.

    `alone` refuses to join a server that another process runs.

    Raises PostgresUnavailable, DatabaseRefused, SettingMissing; psycopg.OperationalError when a real
    server does not answer.
    """
    if settings.database_url is None and len(settings.role_urls) == len(ROLES):
        yield OpenDatabase(settings.databases(), None)
        return
    if settings.database_url is not None:
        if len(settings.role_urls) < len(ROLES):
            bootstrap(settings.database_url, settings.credentials)
        yield OpenDatabase(settings.databases(), None)
        return
    server = EmbeddedPostgres(settings.embedded_postgres, credentials_dir=settings.credentials)
    with server.start() if alone else server.attach_or_start():
        admin = create_database(server.dsn(SUPERUSER), NAME)
        bootstrap(admin, settings.credentials, whole_server=True)
        yield OpenDatabase(settings.databases(), server)


def migrate_guard(databases: Databases) -> list[str]:
    """Bring the guard's schema to its last version and return the migrations that were applied."""
    from beffroi.guard.migrations import migrate

    return asyncio.run(migrate(databases.owner))
