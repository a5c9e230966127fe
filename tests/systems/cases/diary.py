"""Appointments written and read behind the console's back, and what one page costs its database."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from beffroi.config.database import CONSOLE
from beffroi.config.embedded_postgres import EmbeddedPostgres
from tests.databases import FreshDatabase

PARIS = ZoneInfo("Europe/Paris")
_ASKED = re.compile(rb"LOG:  (?:statement|execute [^:]*): ((?:SELECT|INSERT|UPDATE|DELETE)\b.*)")


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """An hour of Paris, so many days from today."""
    return datetime.combine(datetime.now(PARIS).date() + timedelta(days=days), time(hour, minute), PARIS)


@dataclass
class Diary:
    """The console's table of appointments."""

    database: FreshDatabase

    def _run(self, statement: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
        with closing(psycopg.connect(self.database.console, autocommit=True, row_factory=dict_row)) as connection:
            cursor = connection.execute(statement.encode(), values)
            return list(cursor.fetchall()) if cursor.description else []

    def give(
        self,
        person: str,
        organisation: str,
        account: str,
        starts_at: datetime,
        *,
        minutes: int = 45,
        kind: str = "follow-up",
        place: str = "office",
        state: str = "planned",
    ) -> str:
        """An appointment that is there already."""
        identifier = str(uuid4())
        self._run(
            "INSERT INTO appointment (id, person, organisation, account, starts_at, ends_at, kind, place, state,"
            " changed_by, changed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now())",
            (
                identifier, person, organisation, account, starts_at, starts_at + timedelta(minutes=minutes), kind,
                place, state, account,
            ),
        )  # fmt: skip
        return identifier

    def of(self, person: str) -> list[dict[str, Any]]:
        """A person's, by hour."""
        return self._run("SELECT * FROM appointment WHERE person = %s ORDER BY starts_at, id", (person,))

    def one(self, identifier: str) -> dict[str, Any]:
        """One appointment."""
        return self._run("SELECT * FROM appointment WHERE id = %s", (identifier,))[0]


@dataclass
class Cost:
    """What the console asked its database, one text a question."""

    asked: list[str] = field(default_factory=list)


@contextmanager
def questions(server: EmbeddedPostgres, database: FreshDatabase) -> Iterator[Cost]:
    """Every question the console's role asks while the block runs, from the server's own log."""
    place = [sql.Identifier(CONSOLE), sql.Identifier(database.name)]
    cost = Cost()
    with closing(psycopg.connect(database.admin, autocommit=True)) as admin:
        admin.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} SET log_statement = 'all'").format(*place))
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s AND datname = %s"
        admin.execute(ended, [CONSOLE, database.name])
        begun = server.log_path.stat().st_size
        try:
            yield cost
        finally:
            admin.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} RESET log_statement").format(*place))
            admin.execute(ended, [CONSOLE, database.name])
    with open(server.log_path, "rb") as log:
        log.seek(begun)
        found = [match.decode(errors="replace") for match in _ASKED.findall(log.read())]
    cost.asked = [text for text in found if text.strip() != "SELECT 1" and "pg_terminate" not in text]
