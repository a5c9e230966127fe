"""Subcommands that serve one process or prepare the database. Nothing here imports Django."""

import os
from dataclasses import replace

import click

from beffroi.config import wiring
from beffroi.config.database import CONSOLE, GUARD, OWNER
from beffroi.config.open_database import migrate_guard, open_database
from beffroi.config.settings import load
from beffroi.config.wall import refuse_guard_within_reach


@click.command()
def guard() -> None:
    """Serve the guard until a signal."""
    said = load(roles=(GUARD,))
    refuse_guard_within_reach(said)
    settings = replace(wiring.guard_settings(said), log=wiring.published_log(said))
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
    settings = load(roles=(OWNER, CONSOLE))
    with open_database(settings):
        wiring.ensure_keys(settings)
        applied = migrate_guard(settings.database(OWNER), wiring.key_file(settings))
        wiring.migrate_console(settings)
    click.echo(f"The guard's schema is up to date ({len(applied)} applied).")
