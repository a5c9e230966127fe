"""``beffroi key``: the guard's key files, for whoever runs the guard."""

import asyncio

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import load


@click.group()
def key() -> None:
    """Make, rotate and check the guard's keys."""


@key.command()
def init() -> None:
    """Make the key files, once; they are never overwritten."""
    from beffroi.guard.commands import key as keys

    settings = load(roles=())
    keys.make(wiring.key_file(settings), wiring.journal_key_file(settings))


@key.command()
def rotate() -> None:
    """Change the master key while the guard serves; run again after an interruption."""
    from beffroi.guard.commands import key as keys

    settings = load(roles=(GUARD,))
    with open_database(settings):
        asyncio.run(keys.rotate(settings.database(GUARD), wiring.key_file(settings)))


@key.command()
def forget() -> None:
    """Remove master keys that wrap nothing any more, once no backup needs them."""
    from beffroi.guard.commands import key as keys

    settings = load(roles=(GUARD,))
    with open_database(settings):
        asyncio.run(keys.forget(settings.database(GUARD), wiring.key_file(settings)))


@key.command()
def check() -> None:
    """Prove that the key files are this database's."""
    from beffroi.guard.commands import key as keys

    settings = load(roles=(GUARD,))
    with open_database(settings):
        files = wiring.key_file(settings), wiring.journal_key_file(settings)
        asyncio.run(keys.check(settings.database(GUARD), *files))
