"""``beffroi journal``: verify a log and prove entries from its files, witness it; and what only the host may."""

from typing import TYPE_CHECKING, TypeVar

import click

from beffroi.config.retention import export, retire

if TYPE_CHECKING:
    pass

Result = TypeVar("Result")
NAMED = 50
"""Problems that are printed; more are counted."""


class JournalRefused(RuntimeError):
    """A command cannot do what it is asked; the message says why."""


@click.group()
def journal() -> None:
    """Verify, prove and witness the sealed journal; put its past away in files."""


journal.add_command(export)
journal.add_command(retire)
