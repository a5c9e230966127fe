"""Preparing a database: idempotent, refusing what would weaken the wall."""

from contextlib import closing

import psycopg
import pytest

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from tests.databases import fresh_database, scratch_folder


def test_bootstrap_run_twice_keeps_passwords_and_data(postgres: EmbeddedPostgres) -> None:
    with fresh_database(postgres) as fresh:
        with closing(psycopg.connect(fresh.owner, autocommit=True)) as owner:
            owner.execute("CREATE TABLE console.kept (i int); GRANT SELECT ON console.kept TO beffroi_console")
        again = database.bootstrap(fresh.admin, fresh.credentials)
        assert again.console == fresh.console
        with closing(psycopg.connect(again.console)) as console:
            assert console.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_administrator_without_createrole_is_told_what_is_missing(postgres: EmbeddedPostgres) -> None:
    with scratch_folder() as folder, closing(psycopg.connect(postgres.dsn(), autocommit=True)) as superuser:
        superuser.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
        superuser.execute("CREATE DATABASE weakly OWNER weak")
        try:
            admin = database.role_dsn(database.with_database(postgres.dsn(), "weakly"), "weak", "weak")
            with pytest.raises(database.DatabaseRefused, match="CREATEROLE"):
                database.bootstrap(admin, folder / "credentials")
        finally:
            superuser.execute("DROP DATABASE weakly WITH (FORCE)")
            superuser.execute("DROP ROLE weak")


def test_role_with_a_dangerous_attribute_is_refused(postgres: EmbeddedPostgres) -> None:
    with fresh_database(postgres) as fresh, closing(psycopg.connect(postgres.dsn(), autocommit=True)) as superuser:
        superuser.execute("ALTER ROLE beffroi_console BYPASSRLS")
        try:
            with pytest.raises(database.DatabaseRefused, match="beffroi_console has attributes"):
                database.bootstrap(fresh.admin, fresh.credentials)
        finally:
            superuser.execute("ALTER ROLE beffroi_console NOBYPASSRLS")
        database.bootstrap(fresh.admin, fresh.credentials)


def test_role_made_a_member_of_another_is_refused(postgres: EmbeddedPostgres) -> None:
    with fresh_database(postgres) as fresh, closing(psycopg.connect(postgres.dsn(), autocommit=True)) as superuser:
        superuser.execute("GRANT beffroi_guard TO beffroi_console")
        try:
            with pytest.raises(database.DatabaseRefused, match="beffroi_console is a member"):
                database.bootstrap(fresh.admin, fresh.credentials)
        finally:
            superuser.execute("REVOKE beffroi_guard FROM beffroi_console")


def test_mark_of_a_throw_away_is_refused_on_a_database_in_use(postgres: EmbeddedPostgres) -> None:
    with scratch_folder() as folder:
        admin = database.create_database(postgres.dsn(), "in_use")
        try:
            with closing(psycopg.connect(admin, autocommit=True)) as connection:
                connection.execute("CREATE SCHEMA guard")
                connection.execute("CREATE TABLE guard.journal (i int)")
                with pytest.raises(database.DatabaseRefused, match="throw-away"):
                    database.mark_as_scratch(admin)
                assert not database.is_scratch(connection)
                connection.execute("DROP TABLE guard.journal")
                database.mark_as_scratch(admin)
                assert database.is_scratch(connection)
        finally:
            with closing(psycopg.connect(postgres.dsn(), autocommit=True)) as connection:
                connection.execute("DROP DATABASE in_use WITH (FORCE)")
        assert not (folder / "credentials").exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            "postgresql://a:b@db.example:5433/files?sslmode=verify-full",
            "postgresql://beffroi_guard:p%2F%40@db.example:5433/files?sslmode=verify-full",
        ),
        (
            "host=/run/pg port=5432 dbname=files user=a",
            "postgresql://beffroi_guard:p%2F%40@/files?host=%2Frun%2Fpg&port=5432",
        ),
        ("postgresql://a@db.example/files", "postgresql://beffroi_guard:p%2F%40@db.example:5432/files"),
    ],
)
def test_role_uri_keeps_every_other_parameter(given: str, expected: str) -> None:
    assert database.role_dsn(given, "beffroi_guard", "p/@") == expected


def test_uris_shown_in_an_error_hold_no_password() -> None:
    shown = repr(
        database.Databases("postgresql://u:secret@/d", "postgresql://u:secret@/d", "postgresql://u:secret@/d")
    )
    assert "secret" not in shown
