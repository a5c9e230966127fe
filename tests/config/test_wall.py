"""The wall between console and guard inside PostgreSQL, in both set-ups: embedded, and a real server by its URL.

On the real server the administrator is not a superuser: he owns the database and may create roles.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.config.open_database import migrate_guard, open_database
from beffroi.config.settings import load
from beffroi.guard.authentic import TABLES
from beffroi.guard.turnstile import TAKE
from tests.databases import DEBIAN_15, fresh_database, scratch_folder, test_bin_dir

DENIED = psycopg.errors.InsufficientPrivilege


@contextmanager
def real_server(folder: Path) -> Iterator[str]:
    """A server that knows nothing of us, over TCP; its superuser made us a role and a database."""
    bin_dir = DEBIAN_15 if (DEBIAN_15 / "postgres").exists() else test_bin_dir()
    with EmbeddedPostgres(
        folder / "server", shared_buffers="32MB", unsafe_fast=True, bin_dir=bin_dir, tcp_port=0
    ) as server:
        with closing(psycopg.connect(server.dsn(), autocommit=True)) as superuser:
            superuser.execute("CREATE ROLE operator LOGIN CREATEROLE PASSWORD 'known-to-the-operator'")
            superuser.execute("CREATE DATABASE shared_files OWNER operator")
        yield database.role_dsn(
            database.with_database(server.dsn(tcp=True), "shared_files"), "operator", "known-to-the-operator"
        )


@pytest.fixture(scope="module", params=["embedded", "real"])
def walled(request: pytest.FixtureRequest, postgres: EmbeddedPostgres) -> Iterator[database.Databases]:
    """A migrated installation in one of the two set-ups, prepared by the same door as `beffroi migrate`."""
    if request.param == "embedded":
        with fresh_database(postgres) as fresh:
            yield database.Databases(fresh.owner, fresh.guard, fresh.console)
        return
    with scratch_folder() as folder, real_server(folder) as url:
        environ = {"BEFFROI_MODE": "demonstration", "BEFFROI_STATE": str(folder / "state"), "DATABASE_URL": url}
        with open_database(load(environ)) as opened:
            assert opened.server is None
            migrate_guard(opened.databases.owner)
            yield opened.databases


@contextmanager
def session(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        yield connection


def guard_tables(owner_dsn: str) -> dict[str, bool]:
    """Every table of schema guard, and whether it is a partition, which the guard reaches by its parent only."""
    with session(owner_dsn) as owner:
        return dict(
            owner.execute(
                "SELECT relname, relispartition FROM pg_class"
                " WHERE relnamespace = 'guard'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'migration'"
            ).fetchall()
        )


def on(name: str, template: str) -> sql.Composed:
    return sql.SQL(template).format(sql.Identifier("guard", name))


def test_guard_reads_its_tables_and_console_reads_none(walled: database.Databases) -> None:
    tables = guard_tables(walled.owner)
    assert len(tables) > 10
    with session(walled.guard) as guard, session(walled.console) as console:
        for name, is_partition in tables.items():
            if not is_partition:
                guard.execute(on(name, "SELECT count(*) FROM {}"))
            for attempt in (
                "SELECT count(*) FROM {}",
                "SELECT FROM {} LIMIT 0",
                "INSERT INTO {} DEFAULT VALUES",
                "DELETE FROM {}",
                "TRUNCATE {}",
                "DO $$ BEGIN LOCK TABLE {} IN ACCESS SHARE MODE; END $$",
                "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
                "CREATE TRIGGER watch BEFORE INSERT ON {} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "DROP TABLE {}",
                "COPY {} TO STDOUT",
                "CREATE TABLE console.borrowed (LIKE {})",
                "CREATE VIEW console.window AS SELECT * FROM {}",
            ):
                with pytest.raises(DENIED):
                    console.execute(on(name, attempt))


GRANTING = (
    "account", "admission", "application", "approval", "audit", "audit_answer", "breach", "campaign",
    "checklist_item", "containment", "contract", "cover", "cut", "delay", "directory_entry", "enrolment",
    "escalation", "exam", "factor", "habilitation", "habilitation_application", "invitation", "leaver",
    "line_member", "organisation", "organisation_provider", "origin", "person_alias", "person_binding",
    "person_request", "policy", "presence_code", "relation", "request", "restriction", "review", "roster_domain",
    "roster_person", "scim_token", "session", "sitting", "swept", "transfer",
)  # fmt: skip
"""Tables whose rows let in, cap, vouch for or cut off: named, so that one that is renamed is missed here."""
WRITING = (
    "UPDATE {0} SET {1} = {1}", "UPDATE {0} SET {1} = NULL WHERE false", "SELECT {1} FROM {0}",
    "INSERT INTO {0} ({1}) SELECT NULL WHERE false", "DELETE FROM {0} WHERE {1} IS NULL",
    "SELECT {1} FROM {0} FOR UPDATE", "COPY {0} ({1}) FROM STDIN",
)  # fmt: skip


@pytest.mark.parametrize("name", GRANTING)
def test_hijacked_console_writes_no_row_that_grants_and_the_guard_may(walled: database.Databases, name: str) -> None:
    with session(walled.owner) as owner, session(walled.console) as console, session(walled.guard) as guard:
        columns = [
            column
            for (column,) in owner.execute(
                "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                " AND NOT attisdropped ORDER BY attnum",
                [f"guard.{name}"],
            ).fetchall()
        ]
        assert columns
        for column in columns:
            own = sql.Identifier(column)
            for attempt in WRITING:
                with pytest.raises(DENIED):
                    console.execute(sql.SQL(attempt).format(sql.Identifier("guard", name), own))
        inserts = "SELECT has_any_column_privilege(%s, 'INSERT')"
        assert guard.execute(inserts, [f"guard.{name}"]).fetchone() == (True,)


def test_every_table_that_carries_a_mac_is_out_of_the_consoles_reach(walled: database.Databases) -> None:
    assert TABLES.keys() <= guard_tables(walled.owner).keys(), "the two tests above go through all of them"
    assert set(GRANTING) <= TABLES.keys()


def test_console_finds_no_privilege_in_the_guards_schema_by_the_catalogue(walled: database.Databases) -> None:
    question = """
        SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'guard' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND (has_table_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
               OR has_any_column_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))"""
    with session(walled.owner) as owner:
        assert owner.execute(question, {"role": database.CONSOLE}).fetchone() == (0,)
        assert owner.execute(question, {"role": database.GUARD}).fetchone() != (0,)
        held = owner.execute("SELECT has_schema_privilege(%s, 'guard', 'USAGE')", [database.CONSOLE]).fetchone()
        assert held == (False,)
        callable_there = owner.execute(
            "SELECT count(*) FROM pg_proc WHERE pronamespace = 'guard'::regnamespace"
            " AND has_function_privilege(%s, oid, 'EXECUTE')",
            [database.CONSOLE],
        ).fetchone()
        assert callable_there == (0,)


def test_journal_rows_can_be_altered_by_nobody_but_read_by_the_guard(walled: database.Databases) -> None:
    with session(walled.guard) as guard:
        guard.execute("SELECT count(*) FROM guard.journal")
        for attempt in ("DELETE FROM guard.journal", "TRUNCATE guard.journal", "DROP TABLE guard.journal"):
            with pytest.raises(DENIED):
                guard.execute(attempt)
        for privilege, held in (("INSERT", True), ("UPDATE", False)):
            assert guard.execute("SELECT has_any_column_privilege('guard.journal', %s)", [privilege]).fetchone() == (
                held,
            )


@pytest.mark.parametrize(
    "attempt",
    [
        "CREATE ROLE accomplice",
        f"ALTER ROLE {database.GUARD} PASSWORD 'mine'",
        f"GRANT {database.GUARD} TO {database.CONSOLE}",
        f"SET ROLE {database.GUARD}",
        f"SET ROLE {database.OWNER}",
        f"SET SESSION AUTHORIZATION {database.GUARD}",
        "SELECT rolpassword FROM pg_authid",
        "SELECT passwd FROM pg_shadow",
        "SELECT * FROM pg_largeobject",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_import('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/beffroi-leak'",
        "CREATE SCHEMA mine",
        "CREATE EXTENSION IF NOT EXISTS dblink",
        "CREATE TEMPORARY TABLE scratch (i int)",
        "CREATE TABLE public.mine (i int)",
        "CREATE TABLE guard.mine (i int)",
        "CREATE FUNCTION console.f() RETURNS int LANGUAGE c AS 'libc', 'getpid'",
        "ALTER SYSTEM SET fsync = off",
        "SET log_statement = 'all'",
        "SET session_replication_role = 'replica'",
        "SELECT pg_switch_wal()",
        "SELECT pg_create_physical_replication_slot('tap')",
        f"ALTER SCHEMA guard OWNER TO {database.CONSOLE}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {database.OWNER} GRANT SELECT ON TABLES TO {database.CONSOLE}",
        f"CREATE SCHEMA {database.SCRATCH_MARK}",
    ],
)
def test_console_reaching_beyond_its_schema_is_refused(walled: database.Databases, attempt: str) -> None:
    with session(walled.console) as console, pytest.raises(DENIED):
        console.execute(attempt)


def test_console_writes_rows_of_its_own_schema(walled: database.Databases) -> None:
    with session(walled.owner) as owner, session(walled.console) as console:
        owner.execute("CREATE TABLE console.draft (id int PRIMARY KEY)")
        owner.execute("GRANT SELECT, INSERT, DELETE ON console.draft TO beffroi_console")
        console.execute("INSERT INTO draft VALUES (1)")
        assert console.execute("SELECT id FROM console.draft").fetchone() == (1,)
        console.execute("DELETE FROM draft")
        owner.execute("DROP TABLE console.draft")


def test_hijacked_console_makes_itself_neither_a_table_nor_a_column(walled: database.Databases) -> None:
    with session(walled.owner) as owner, session(walled.console) as console:
        owner.execute("CREATE TABLE console.draft (id int PRIMARY KEY)")
        owner.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON console.draft TO beffroi_console")
        for attempt in (
            "CREATE TABLE names (id int)",
            "CREATE VIEW names AS SELECT 1",
            "ALTER TABLE draft ADD COLUMN name text",
            "COMMENT ON TABLE draft IS 'a name'",
            "TRUNCATE draft",
            "DROP TABLE draft",
        ):
            with pytest.raises(DENIED):
                console.execute(attempt)
        owner.execute("DROP TABLE console.draft")


def test_guard_reading_the_consoles_tables_is_refused(walled: database.Databases) -> None:
    with session(walled.owner) as owner, session(walled.guard) as guard:
        owner.execute("CREATE TABLE console.private_draft (id int)")
        with pytest.raises(DENIED):
            guard.execute("SELECT * FROM console.private_draft")
        owner.execute("DROP TABLE console.private_draft")


def test_console_sees_its_own_query_and_not_the_guards(walled: database.Databases) -> None:
    with session(walled.guard) as guard, session(walled.console) as console, session(walled.console) as peer:
        guard.execute("SELECT 'a value under the guard'")
        peer.execute("SELECT 'a value of the console'")
        seen = dict(
            console.execute(
                "SELECT usename::text, query FROM pg_stat_activity WHERE pid = ANY(%s)",
                [[guard.info.backend_pid, peer.info.backend_pid]],
            ).fetchall()
        )
        assert "a value of the console" in seen[database.CONSOLE]
        assert "a value under the guard" not in str(seen[database.GUARD])
        with pytest.raises(DENIED):
            console.execute("SELECT pg_terminate_backend(%s)", [guard.info.backend_pid])
        assert guard.execute("SELECT 1").fetchone() == (1,)


def test_console_reads_its_own_large_object_and_not_the_guards(walled: database.Databases) -> None:
    with session(walled.guard) as guard, session(walled.console) as console:
        row = guard.execute("SELECT lo_from_bytea(0, 'sealed')").fetchone()
        own = console.execute("SELECT lo_from_bytea(0, 'draft')").fetchone()
        assert row is not None
        assert own is not None
        assert console.execute("SELECT lo_get(%s)", own).fetchone() == (b"draft",)
        for attempt in ("SELECT lo_get(%s)", "SELECT lo_unlink(%s)", "SELECT lo_put(%s, 0, 'x')"):
            with pytest.raises(DENIED):
                console.execute(attempt, row)
        guard.execute("SELECT lo_unlink(%s)", row)
        console.execute("SELECT lo_unlink(%s)", own)


def test_statistics_of_the_guards_columns_stay_hidden_from_the_console(walled: database.Databases) -> None:
    with session(walled.owner) as owner, session(walled.console) as console:
        owner.execute("CREATE TABLE guard.measured AS SELECT 'value ' || (i % 3) AS v FROM generate_series(1, 99) i")
        owner.execute("ANALYZE guard.measured")
        question = "SELECT count(*) FROM pg_stats WHERE schemaname = 'guard' AND tablename = 'measured'"
        assert owner.execute(question).fetchone() == (1,)
        assert console.execute(question).fetchone() == (0,)
        owner.execute("DROP TABLE guard.measured")


def test_stranger_role_cannot_even_connect(postgres: EmbeddedPostgres) -> None:
    with fresh_database(postgres) as fresh, session(postgres.dsn()) as superuser:
        superuser.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger'")
        try:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(database.role_dsn(fresh.console, "stranger", "stranger"))
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(database.with_database(fresh.console, "postgres"))
            psycopg.connect(fresh.console).close()
        finally:
            superuser.execute("DROP ROLE stranger")


def test_console_cannot_hold_the_lock_that_orders_the_guards_transactions(postgres: EmbeddedPostgres) -> None:
    with fresh_database(postgres) as fresh, session(fresh.guard) as guard, session(fresh.console) as console:
        for mode in ("ACCESS SHARE", "EXCLUSIVE", "ACCESS EXCLUSIVE"):
            with console.transaction(), pytest.raises(DENIED), console.transaction():
                console.execute(f"LOCK TABLE guard.turnstile IN {mode} MODE")
        with guard.transaction():
            guard.execute(TAKE)


WRITE_NOTHING = "SELECT guard.write_batch(NULL, now(), '', '{}', '{}', '{}', '{}', '{}', '{}')"


@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT number FROM guard.turnstile",
        TAKE,
        "SELECT number FROM guard.turnstile FOR KEY SHARE",
        "UPDATE guard.turnstile SET number = number + 1",
        "UPDATE guard.turnstile SET number = 0 WHERE false",
        "INSERT INTO guard.turnstile (number) VALUES (0) ON CONFLICT DO NOTHING",
        "DELETE FROM guard.turnstile",
        WRITE_NOTHING,
        "SELECT guard.note_change()",
        "SELECT guard.present()",
        "SELECT guard.instant()",
        "SELECT '(,,,,,,,,,,)'::guard.line",
        "CREATE TRIGGER note_change BEFORE INSERT ON guard.session EXECUTE FUNCTION guard.note_change()",
        "ALTER TABLE guard.session DISABLE TRIGGER note_change",
    ],
)
def test_console_neither_reads_nor_locks_nor_moves_the_turnstile_nor_writes_a_batch(
    walled: database.Databases, attempt: str
) -> None:
    with session(walled.console) as console, pytest.raises(DENIED):
        console.execute(attempt)


def test_guard_moves_the_turnstile_and_can_neither_empty_nor_fill_nor_unwatch_it(walled: database.Databases) -> None:
    with session(walled.guard) as guard:
        for attempt in (
            "INSERT INTO guard.turnstile (number) VALUES (0) ON CONFLICT DO NOTHING",
            "DELETE FROM guard.turnstile",
            "TRUNCATE guard.turnstile",
            "ALTER TABLE guard.account DISABLE TRIGGER note_change",
            "DROP TRIGGER note_change ON guard.account",
            "CREATE OR REPLACE FUNCTION guard.note_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "SET session_replication_role = 'replica'",
        ):
            with pytest.raises(DENIED):
                guard.execute(attempt)
        number = "SELECT number - %s FROM guard.turnstile"
        before = guard.execute(TAKE).fetchone()
        assert guard.execute(WRITE_NOTHING).fetchall() == []
        assert guard.execute(number, before).fetchone() == (1,), "an entry may have been appended"
        guard.execute("UPDATE guard.account SET status = status WHERE false")
        assert guard.execute(number, before).fetchone() == (2,)
        guard.execute("SET beffroi.batch = 'on'")
        assert guard.execute(WRITE_NOTHING).fetchall() == []
        assert guard.execute(number, before).fetchone() == (2,), "a batch adds one itself, when it takes its turn"


def test_every_table_whose_facts_guards_remember_notes_its_changes(walled: database.Databases) -> None:
    with session(walled.owner) as owner:
        noted = owner.execute(
            "SELECT relname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE tgname = 'note_change'"
            " AND tgenabled = 'O' AND relnamespace = 'guard'::regnamespace ORDER BY relname"
        ).fetchall()
    assert [name for (name,) in noted] == [
        "account", "application", "budget", "containment", "cover", "habilitation", "habilitation_application",
        "journal", "line_member", "organisation", "person", "policy", "relation", "session",
    ]  # fmt: skip
