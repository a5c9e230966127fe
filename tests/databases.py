"""Real, throw-away PostgreSQL databases for tests."""

import asyncio
import fcntl
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
from weakref import WeakKeyDictionary

import psycopg
from psycopg import sql

from beffroi.config import console_tables, database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.config.postgres_postmaster import processes_of

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
    parent = None if lasting else _memory()
    if parent is not None:
        clear_killed(parent)
    folder = Path(tempfile.mkdtemp(prefix="beffroi-", dir=parent))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_killed(parent: Path) -> None:
    """Remove what test processes left in memory when they were killed: folders of servers that nobody runs any more.

    A server has run there, the instance's lock is free, and no process is left of it. Whoever starts or runs one
    holds the lock; whoever has only just made the folder has no cluster in it yet.
    """
    for folder in parent.glob("beffroi-*"):
        cluster = folder / "pg" / "cluster"
        with suppress(OSError), open(folder / "pg" / "lock", "rb") as lock:
            if folder.stat().st_uid != os.geteuid() or not (cluster / "PG_VERSION").exists():
                continue
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not processes_of(cluster):
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
    """Make the database that the others are copied from: roles, schemas, mark, the migrations of
    both schemas.

    Its passwords are random and long: hashing them once, where PostgreSQL lets that be said, spares each of some ten
    thousand connections a millisecond and a half.
    """
    if server.version >= 16:
        with closing(psycopg.connect(server.dsn(), autocommit=True)) as administrator:
            administrator.execute("ALTER SYSTEM SET scram_iterations = 1")
            administrator.execute("SELECT pg_reload_conf()")
            while administrator.execute("SHOW scram_iterations").fetchone() != ("1",):
                pass
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
    """Copy the template into a database of its own, and drop it at the end.

    Some two thousand tests take one: the roles are the template's, the connection that makes it is kept, and where
    nothing is flushed to a disc files are copied, the caches that a first connection would build among them.
    """
    name = f"test_{uuid4().hex[:12]}"
    administrator = _administrator(server)
    flushes = administrator.execute("SHOW fsync").fetchone() == ("on",)
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}")
    how = sql.SQL("WAL_LOG" if flushes else "FILE_COPY")
    administrator.execute(copy.format(sql.Identifier(name), sql.Identifier(TEMPLATE), how))
    try:
        administrator.execute(database.grants_of_database(name))
        admin, credentials = server.dsn(database=name), server.credentials_dir
        if _roles_of(administrator) != _ROLES.get(server):  # a test gave them other passwords
            database.bootstrap(admin, credentials)
            _ROLES[server] = _roles_of(administrator)
        passwords = {role: database.password_file(credentials, role).read_text().strip() for role in database.ROLES}
        roles = (database.role_dsn(admin, role, password) for role, password in passwords.items())
        yield FreshDatabase(name, admin, *roles, credentials)
    finally:
        if server.is_ready():
            _drop(_administrator(server), name)


def _drop(administrator: psycopg.Connection, name: str) -> None:
    """What a test left connected goes first: PostgreSQL itself waits a tenth of a second for it (FORCE)."""
    while administrator.execute(_STILL_CONNECTED, [name]).fetchall():
        pass
    administrator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


_STILL_CONNECTED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
_ROLES: "WeakKeyDictionary[EmbeddedPostgres, list[tuple[object, ...]]]" = WeakKeyDictionary()


def _roles_of(administrator: psycopg.Connection) -> list[tuple[object, ...]]:
    statement = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY (%s) ORDER BY 1"
    return administrator.execute(statement, [list(database.ROLES)]).fetchall()


_ADMINISTRATORS: "WeakKeyDictionary[EmbeddedPostgres, psycopg.Connection]" = WeakKeyDictionary()


def _administrator(server: EmbeddedPostgres) -> psycopg.Connection:
    """A connection of the server's administrator, kept for as long as it lives."""
    kept = _ADMINISTRATORS.get(server)
    if kept is not None:
        with suppress(psycopg.OperationalError):
            kept.execute("SELECT 1")
            return kept
        kept.close()
    made = _ADMINISTRATORS[server] = psycopg.connect(server.dsn(), autocommit=True)
    return made


def let_go(server: EmbeddedPostgres) -> None:
    """Close what is kept of a server that ends."""
    kept = _ADMINISTRATORS.pop(server, None)
    if kept is not None:
        kept.close()
