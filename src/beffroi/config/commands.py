"""Subcommands that serve one process or prepare the database. Nothing here imports Django."""

import os

import click

from beffroi.config import wiring
from beffroi.config.open_database import migrate_guard, open_database
from beffroi.config.settings import load


@click.command()
def guard() -> None:
    """Serve the guard until a signal."""
    settings = wiring.guard_settings(load())
    from beffroi.guard.process import run

    run(settings)


@click.command("identity-provider")
def identity_provider() -> None:
    """Serve the demonstration identity provider until a signal; refused outside demonstration mode."""
    from beffroi.simulation.identity_provider.process import main

    raise SystemExit(main({**os.environ, **wiring.identity_provider_environ(load())}))


@click.command()
def migrate() -> None:
    """Prepare roles and schemas, then bring the guard's and the console's tables to their last version."""
    settings = load()
    with open_database(settings) as database:
        wiring.ensure_keys(settings)
        applied = migrate_guard(database.databases)
        wiring.migrate_console(settings)
    click.echo(f"The guard's schema is up to date ({len(applied)} applied).")
