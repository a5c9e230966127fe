"""``beffroi drill``: attacks against the running product, in a throw-away server of its own."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import psycopg
from psycopg import sql

from beffroi.config.database import Databases, bootstrap, create_database, mark_as_scratch
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.config.open_database import migrate_guard
from beffroi.config.postgres_binaries import locate
from beffroi.simulation.drill import adviser as adviser_drill
from beffroi.simulation.drill import console_server as console_drill
from beffroi.simulation.drill import reporting
from beffroi.simulation.drill import stolen_database as stolen_drill
from beffroi.simulation.drill.scratch import ScratchDatabase

Drill = Callable[["ScratchServer", int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ScratchServer:
    """The embedded server of one drill, without durability: see `beffroi.simulation.drill.scratch.Scratch`."""

    server: EmbeddedPostgres
    folder: Path

    @property
    def cluster(self) -> Path:
        """PGDATA."""
        return self.server.cluster

    @property
    def server_log(self) -> Path:
        """PostgreSQL's log."""
        return self.server.log_path

    @property
    def programs(self) -> Path:
        """Where pg_dump is, if it is part of the build."""
        return locate().folder

    @contextmanager
    def empty(self) -> Iterator[ScratchDatabase]:
        """A marked database with the guard's schema."""
        admin = create_database(self.server.dsn(), _name())
        roles = bootstrap(admin, self.server.credentials_dir, whole_server=True)
        mark_as_scratch(admin)
        migrate_guard(roles)
        with self._dropped(admin, roles) as database:
            yield database

    @contextmanager
    def copy(self, of: ScratchDatabase) -> Iterator[ScratchDatabase]:
        """A copy, mark included."""
        admin = create_database(self.server.dsn(), _name(), template=of.name)
        with self._dropped(admin, bootstrap(admin, self.server.credentials_dir)) as database:
            yield database

    @contextmanager
    def _dropped(self, admin: str, roles: Databases) -> Iterator[ScratchDatabase]:
        name = psycopg.conninfo.conninfo_to_dict(admin)["dbname"]
        try:
            yield ScratchDatabase(str(name), admin, roles.owner, roles.guard, roles.console)
        finally:
            with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(name))))


def _name() -> str:
    return f"drill_{uuid4().hex[:12]}"


@contextmanager
def scratch_server() -> Iterator[ScratchServer]:
    """A server that nobody else uses, removed with everything it held."""
    folder = Path(tempfile.mkdtemp(prefix="beffroi-drill-"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "pg", shared_buffers="128MB", unsafe_fast=True) as server:
            yield ScratchServer(server, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@click.group()
def drill() -> None:
    """Play an attack against a scratch installation and count the people read."""


def _play(run: Drill, people: int, as_json: bool) -> None:
    with scratch_server() as scratch, reporting.busy("The attack is under way…"):
        report = run(scratch, people)
    if as_json:
        json.dump(report, sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        reporting.show(report)
    if report["failures"]:
        for failure in report["failures"]:
            click.echo(f"Drill failed: {failure}.", err=True)
        raise click.exceptions.Exit(1)


_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")


@drill.command("adviser")
@click.option("--people", type=click.IntRange(1_600, 100_000), default=adviser_drill.PEOPLE, show_default=True)
@_JSON
def adviser(people: int, as_json: bool) -> None:
    """Incident 1: an adviser's account is hijacked for a day."""
    _play(adviser_drill.drill, people, as_json)


@drill.command("console-server")
@click.option("--people", type=click.IntRange(1_600, 100_000), default=console_drill.PEOPLE, show_default=True)
@_JSON
def console_server(people: int, as_json: bool) -> None:
    """Incident 2: the console's server, its key, its database role and all its live sessions, for 30 days."""
    _play(console_drill.drill, people, as_json)


@drill.command("stolen-database")
@click.option("--people", type=click.IntRange(200, 20_000), default=stolen_drill.PEOPLE, show_default=True)
@_JSON
def stolen_database(people: int, as_json: bool) -> None:
    """Incident 2: everything but the key is stolen, then searched for every value it was ever given."""
    _play(stolen_drill.drill, people, as_json)
