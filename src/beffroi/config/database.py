"""The wall inside PostgreSQL: three roles, two schemas, and what each role may reach.

``beffroi_owner`` owns both schemas and every table, and migrates them. ``beffroi_guard`` reads and
writes the guard's tables as its migrations grant it. ``beffroi_console`` sees nothing of schema ``guard``;
in schema ``console`` it reads and writes rows, and makes no table and no column: what may be kept there about
people is a closed list, which a hijacked console cannot lengthen.
"""

import secrets
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from beffroi.config.secret_files import write_private

OWNER = "beffroi_owner"
GUARD = "beffroi_guard"
CONSOLE = "beffroi_console"
ROLES = (OWNER, GUARD, CONSOLE)
SCRATCH_MARK = "beffroi_scratch"
"""Schema whose presence says that a database is a throw-away: see `mark_as_scratch`."""
_BOOTSTRAP_LOCK = 0x_BEFF_0001


class DatabaseRefused(RuntimeError):
    """The database cannot be prepared; the message says which right or setting is missing."""


@dataclass(frozen=True, slots=True)
class Databases:
    """One libpq URI for each role, password included: never shown."""

    owner: str = field(repr=False)
    guard: str = field(repr=False)
    console: str = field(repr=False)


def bootstrap(admin_dsn: str, credentials: Path, *, whole_server: bool = False) -> Databases:
    """Prepare the database that `admin_dsn` names: roles, schemas, grants. Can be run again at every start.

    The administrator is a superuser, or the database's owner with CREATEROLE. Passwords are random, sent
    as SCRAM verifiers, and kept below `credentials` in files of mode 0600; a role that exists without such
    a file gets a new password, so two installations need two servers, or roles made by hand. `whole_server`
    says that the server is ours alone: the maintenance databases are closed to the three roles too.

    Raises DatabaseRefused when the administrator lacks a right.
    """
    passwords = {role: _password(credentials, role) for role in ROLES}
    try:
        with closing(psycopg.connect(admin_dsn, autocommit=True)) as admin:
            admin.execute("SELECT pg_advisory_lock(%s)", [_BOOTSTRAP_LOCK])
            for role, password in passwords.items():
                _ensure_role(admin, role, password)
            _ensure_schemas(admin)
            _restrict(admin)
            if whole_server:
                for other in ("postgres", "template1"):
                    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(other)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseRefused(
            "The role of DATABASE_URL must own the database and have CREATEROLE "
            f"(CREATE ROLE … LOGIN CREATEROLE; CREATE DATABASE … OWNER …): {error.diag.message_primary}"
        ) from error
    databases = Databases(*(role_dsn(admin_dsn, role, password) for role, password in passwords.items()))
    for role, dsn in zip(ROLES, (databases.owner, databases.guard, databases.console), strict=True):
        write_private(dsn_file(credentials, role), dsn)
    return databases


def create_database(admin_dsn: str, name: str, *, template: str | None = None) -> str:
    """Create database `name` where it does not exist, and return its URI for the same administrator.

    Database-level grants are not part of a template: `bootstrap` sets them.
    """
    with closing(psycopg.connect(admin_dsn, autocommit=True)) as admin:
        found = admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template or "template0")))
    return with_database(admin_dsn, name)


def mark_as_scratch(admin_dsn: str) -> None:
    """Mark an empty database as a throw-away, which may run without fsync and serve drills.

    Only tests and drills call this. None of the three roles may create a schema, so none can forge it.

    Raises DatabaseRefused when the guard already has tables there: a real database never becomes scratch.
    """
    with closing(psycopg.connect(admin_dsn, autocommit=True)) as admin:
        used = admin.execute("SELECT FROM pg_tables WHERE schemaname = 'guard' LIMIT 1").fetchone()
        if used is not None and not is_scratch(admin):
            raise DatabaseRefused("This database holds the guard's tables: it cannot become a throw-away.")
        admin.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCRATCH_MARK)))


def is_scratch(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    """Tell whether the database carries the mark of a throw-away."""
    row = connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", [SCRATCH_MARK]).fetchone()
    return row is not None and bool(row[0])


def dsn_file(credentials: Path, role: str) -> Path:
    """Where `bootstrap` leaves the URI of a role."""
    return credentials / f"{role}.dsn"


def password_file(credentials: Path, role: str) -> Path:
    """Where `bootstrap` leaves the password of a role."""
    return credentials / f"{role}.password"


def role_dsn(dsn: str, role: str, password: str) -> str:
    """Return `dsn` with another account; every other parameter (host, sslmode…) is kept."""
    return _uri({**_parameters(dsn), "user": role, "password": password})


def with_database(dsn: str, name: str) -> str:
    """Return `dsn` with another database name."""
    return _uri({**_parameters(dsn), "dbname": name})


def _parameters(dsn: str) -> dict[str, str]:
    return {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}


def _uri(parameters: dict[str, str]) -> str:
    """Write a libpq URI that asyncpg reads as well: a socket folder goes into the query."""
    rest = dict(parameters)
    account = f"{quote(rest.pop('user'), safe='')}:{quote(rest.pop('password', ''), safe='')}"
    name = quote(rest.pop("dbname", ""), safe="")
    host = ""
    if not rest.get("host", "/").startswith("/") and "," not in rest["host"]:
        port = rest.pop("port", "5432")
        host = f"{rest.pop('host')}:{port}"
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in sorted(rest.items()))
    return f"postgresql://{account}@{host}/{name}" + (f"?{query}" if query else "")


def _password(credentials: Path, role: str) -> str:
    path = password_file(credentials, role)
    if path.exists():
        return path.read_text().strip()
    password = secrets.token_urlsafe(32)
    write_private(path, password)
    return password


def _ensure_role(admin: psycopg.Connection, role: str, password: str) -> None:
    """Create the role if needed and give it the password we hold, without its clear text on the wire."""
    name = sql.Identifier(role)
    if admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOINHERIT").format(name))
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    admin.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(verifier)))
    row = admin.execute(
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
        " FROM pg_roles WHERE rolname = %s",
        [role],
    ).fetchone()
    if row is None or row[0]:
        raise DatabaseRefused(f"Role {role} has attributes it must not have (superuser, CREATEROLE…): remove them.")
    member = admin.execute("SELECT FROM pg_auth_members WHERE member = %s::regrole LIMIT 1", [role]).fetchone()
    if member is not None:
        raise DatabaseRefused(f"Role {role} is a member of other roles: revoke those memberships.")


def grants_of_database(name: str) -> sql.Composed:
    """Who may connect to a database and what they find first: what a copy does not take over from its template."""
    database = sql.Identifier(name)
    owner, guard, console = (sql.Identifier(role) for role in ROLES)
    statements = [
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}, {}").format(database, owner, guard, console),
        sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}, {}").format(database, owner, guard),
        sql.SQL("ALTER ROLE {} IN DATABASE {} SET search_path = guard").format(owner, database),
        sql.SQL("ALTER ROLE {} IN DATABASE {} SET search_path = guard").format(guard, database),
        sql.SQL("ALTER ROLE {} IN DATABASE {} SET search_path = console").format(console, database),
    ]
    return sql.SQL("; ").join(statements)


def _ensure_schemas(admin: psycopg.Connection) -> None:
    if not _is_superuser(admin):
        # An administrator without superuser rights may create a schema only for a role he can become.
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    for schema in ("guard", "console"):
        admin.execute(
            sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(
                sql.Identifier(schema), sql.Identifier(OWNER)
            )
        )


def _restrict(admin: psycopg.Connection) -> None:
    """Take from PUBLIC what PostgreSQL gives it, then grant each role what it needs, by name."""
    row = admin.execute("SELECT current_database()").fetchone()
    assert row is not None
    owner, guard, console = (sql.Identifier(role) for role in ROLES)
    statements: list[sql.Composed | sql.SQL] = [
        grants_of_database(row[0]),
        sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
        sql.SQL("REVOKE ALL ON SCHEMA guard, console FROM PUBLIC"),
        sql.SQL("GRANT USAGE ON SCHEMA guard TO {}").format(guard),
        sql.SQL("GRANT USAGE ON SCHEMA console TO {}").format(console),
        sql.SQL("REVOKE CREATE ON SCHEMA console FROM {}").format(console),
        sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC").format(owner),
    ]
    for statement in statements:
        admin.execute(statement)


def _is_superuser(admin: psycopg.Connection) -> bool:
    row = admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return row is not None and bool(row[0])
