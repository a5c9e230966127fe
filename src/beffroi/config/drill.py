"""``beffroi drill``: attacks against the running product, in a throw-away server of its own."""

import json
import os
import shutil
import subprocess
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

from beffroi.config.console_tables import migrate_console
from beffroi.config.database import OWNER, Databases, bootstrap, create_database, mark_as_scratch
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.config.open_database import migrate_guard
from beffroi.config.postgres_binaries import locate
from beffroi.config.secret_files import write_private
from beffroi.config.settings import DSN_SETTINGS
from beffroi.simulation.drill import account_manager as manager_drill
from beffroi.simulation.drill import adviser as adviser_drill
from beffroi.simulation.drill import console_server as console_drill
from beffroi.simulation.drill import console_week as week_drill
from beffroi.simulation.drill import reporting
from beffroi.simulation.drill import stolen_database as stolen_drill
from beffroi.simulation.drill import training_organisation as training_drill
from beffroi.simulation.drill.guard_process import wait_for
from beffroi.simulation.drill.ports import free_port
from beffroi.simulation.drill.scratch import ScratchDatabase

Drill = Callable[["ScratchServer", int], dict[str, Any]]


def _kept_environment() -> dict[str, str]:
    """This process's environment without what it says of another installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DATABASE_"))}


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
    def programs(self) -> Path:
        """Where pg_dump is, if it is part of the build."""
        return locate().folder

    @contextmanager
    def empty(self) -> Iterator[ScratchDatabase]:
        """A marked database with both schemas."""
        admin = create_database(self.server.dsn(), _name())
        roles = bootstrap(admin, self.server.credentials_dir, whole_server=True)
        mark_as_scratch(admin)
        migrate_guard(roles.owner)
        told = {"BEFFROI_MODE": "demonstration", "BEFFROI_STATE": str(self.folder / "console")}
        migrate_console(_kept_environment() | told | {DSN_SETTINGS[OWNER]: roles.owner})
        with self._dropped(admin, roles) as database:
            yield database

    @contextmanager
    def copy(self, of: ScratchDatabase) -> Iterator[ScratchDatabase]:
        """A copy, mark included."""
        admin = create_database(self.server.dsn(), _name(), template=of.name)
        with self._dropped(admin, bootstrap(admin, self.server.credentials_dir)) as database:
            yield database

    @contextmanager
    def console(self, database: ScratchDatabase, guard_port: int, key_file: Path) -> Iterator[str]:
        """The console in its own process; its log is ``console.log``. Raises DrillRefused when it does not start."""
        port, state = free_port(), self.folder / "console"
        write_private(state / "keys" / "console.jwk", key_file.read_text())
        url, guard = f"http://localhost:{port}", f"http://127.0.0.1:{guard_port}"
        told = {
            "BEFFROI_STATE": str(state),
            "BEFFROI_MODE": "demonstration",
            "BEFFROI_CONSOLE_DATABASE_URL": database.console,
            "BEFFROI_CONSOLE_PORT": str(port),
            "BEFFROI_CONSOLE_URL": url,
            "BEFFROI_GUARD_URL": guard,
            "BEFFROI_GUARD_SERVER_URL": guard,
        }
        with open(self.folder / "console.log", "ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "beffroi", "console"],
                env=_kept_environment() | told, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            wait_for(port, "/", lambda: child.poll() is None, self.folder / "console.log")
            yield url
        finally:
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

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


@drill.command("account-manager")
@click.option("--people", type=click.IntRange(2_000, 100_000), default=manager_drill.PEOPLE, show_default=True)
@_JSON
def account_manager(people: int, as_json: bool) -> None:
    """Incident 4: an account manager's session and browser, careless and diligent approvers, for a month."""
    _play(manager_drill.drill, people, as_json)


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


@drill.command("training-organisation")
@click.option("--people", type=click.IntRange(1_600, 100_000), default=training_drill.PEOPLE, show_default=True)
@_JSON
def training_organisation(people: int, as_json: bool) -> None:
    """Incident 3: a training organisation's session is stolen for a month, with every variant of its accounts."""
    _play(training_drill.drill, people, as_json)


@drill.command("console-week")
@click.option("--people", type=click.IntRange(400, 20_000), default=week_drill.PEOPLE, show_default=True)
@_JSON
def console_week(people: int, as_json: bool) -> None:
    """A week through the console's pages; every column it keeps is searched for every value of anybody."""
    _play(week_drill.drill, people, as_json)
