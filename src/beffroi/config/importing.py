"""``beffroi import``: people from a file into the vault."""

import getpass
from pathlib import Path

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import load


@click.group("import")
def import_() -> None:
    """Import from files."""


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; one for each core by default.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Where refused rows are listed.")
@click.option("--dry-run", is_flag=True, help="Check every row and write nothing.")
def people(file: Path, workers: int | None, report: Path | None, dry_run: bool) -> None:
    """Import people from FILE (.csv or .parquet); after an interruption, run the same command again.

    Ends with status 1 when rows were refused.
    """
    from beffroi.guard.commands.import_people import import_file

    settings = load(roles=(GUARD,))
    with open_database(settings):
        accepted = import_file(
            file,
            dsn=settings.database(GUARD),
            key_file=wiring.key_file(settings),
            operator=getpass.getuser(),
            workers=workers,
            report=report or file.with_suffix(".refused.csv"),
            dry_run=dry_run,
        )
    if not accepted:
        raise SystemExit(1)
