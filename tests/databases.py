"""Real, throw-away PostgreSQL databases for tests."""

import asyncio
import importlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from beffroi.config import console_tables, database
from beffroi.config.embedded_postgres import EmbeddedPostgres

TEMPLATE = "beffroi_template"
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes free without which two test processes' servers are kept on the disc."""


@dataclass(frozen=True, slots=True)
class FreshDatabase:
    """A database of its own: URIs of the administrator and of the three roles."""

    name: str
    admin: str
    owner: str
    guard: str
    console: str
    credentials: Path
    """Folder of the roles' password files."""


def test_bin_dir() -> Path | None:
    """The PostgreSQL under test: the wheel's, or the one BEFFROI_TEST_POSTGRES names by its folder."""
    named = os.environ.get("BEFFROI_TEST_POSTGRES")
    return Path(named) if named else None


test_bin_dir.__test__ = False  # type: ignore[attr-defined]


@contextmanager
def scratch_folder(*, lasting: bool = True) -> Iterator[Path]:
    """A folder whose path is short enough for a socket and that other accounts may cross.

    One that need not last is in memory where there is room: databases are made and dropped for a third of the cost.
    """
    folder = Path(tempfile.mkdtemp(prefix="beffroi-", dir=None if lasting else _memory()))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    """Linux's file system in memory, unless it is small or runs no program (as in most containers)."""
    with suppress(OSError):
        state = os.statvfs(MEMORY)
        roomy = state.f_bavail * state.f_frsize >= ROOM
        if roomy and not state.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK):
            return MEMORY
    return None


def prepare_template(server: EmbeddedPostgres) -> None:
    """Make the database that the others are copied from: roles, schemas, mark, the migrations of both schemas."""
    admin = database.create_database(server.dsn(), TEMPLATE)
    roles = database.bootstrap(admin, server.credentials_dir, whole_server=True)
    database.mark_as_scratch(admin)
    migrate_guard(roles.owner)
    migrate_console(roles.owner, server.credentials_dir)


def migrate_guard(owner_dsn: str) -> None:
    """Bring the guard's schema to its last version, where the guard has migrations."""
    if importlib.util.find_spec("beffroi.guard.migrations") is not None:
        asyncio.run(importlib.import_module("beffroi.guard.migrations").migrate(owner_dsn))


def migrate_console(owner_dsn: str, state: Path) -> None:
    """Bring the console's tables to their last version, by the product's own settings of `beffroi migrate`."""
    told = {"BEFFROI_MODE": "demonstration", "BEFFROI_STATE": str(state), "BEFFROI_OWNER_DATABASE_URL": owner_dsn}
    console_tables.migrate_console(os.environ | told)


@contextmanager
def fresh_database(server: EmbeddedPostgres) -> Iterator[FreshDatabase]:
    """Copy the template into a database of its own, and drop it at the end."""
    name = f"test_{uuid4().hex[:12]}"
    admin = database.create_database(server.dsn(), name, template=TEMPLATE)
    try:
        roles = database.bootstrap(admin, server.credentials_dir)
        yield FreshDatabase(name, admin, roles.owner, roles.guard, roles.console, server.credentials_dir)
    finally:
        if server.is_ready():
            with closing(psycopg.connect(server.dsn(), autocommit=True)) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
