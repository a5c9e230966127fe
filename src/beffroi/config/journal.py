"""``beffroi journal``: what is done with the journal as a whole."""

import click

from beffroi.config.retention import export, retire


@click.group()
def journal() -> None:
    """Put the journal's past away in files."""


journal.add_command(export)
journal.add_command(retire)
